"""Whether whoever brought a matter to the counter brought one like it before: told once, to that clerk alone.

The keyed digest of the person is made after the registration is saved, and lies sealed under its own case's
key, where no question reaches it and erasing ends it. It is compared with the digests of matters whose words
are alike, and with no other: it can tell two like matters apart or join them, and find nobody.
"""

import hmac
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from huiyin.casework import alike
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours, require
from huiyin.casework.records import Deed, past, unseal
from huiyin.casework.steps import history, record, row_of
from huiyin.intake.filing import Filing, Person
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Fact, MovedOn, writing
from huiyin.procedure import Actor
from huiyin.vault import keys as vault_keys
from huiyin.vault import sealed as vault_sealed
from huiyin.vault.master import mac

COMPARED, REPEATED = "sender.compared.1", "matter.repeated.1"
KIND = "sender"
BYTES = 32
LIKE_MOST = 12


def compare(case_id: str, filing: Filing, person: Person | None, actor: Actor, now: datetime) -> bool:
    """Whether the same person brought such a matter before; after the registration is saved, and once.

    Which one it is nobody keeps: `earlier` finds it again. Leaves a fact on the case: that a digest was made,
    and whether one of the like matters has it. Nothing is made for who gave no name or kept it, for a sealed
    matter, nor for whoever did not register it.
    """
    row, marks = row_of(case_id), b"".join(_marks(person))
    if not marks or row.withheld or row.repeat_of or row.erased:
        return False
    facts = history(case_id)
    if facts[0].actor != actor or any(fact.kind == COMPARED for fact in facts):
        return False
    known = bool(_same(f"{filing.title}\n{filing.body}", marks, case_id, actor))
    with writing():
        ref = vault_sealed.put(case_id, vault_keys.open_key(case_id), KIND, marks)
        deed = Deed(COMPARED, actor, values={"digest": ref, "known": known})
        fact = record(facts, deed, now)
    sequencer.wait([fact.fact_id])
    return known


def earlier(case_id: str, actor: Actor) -> str:
    """The matter that the same person brought before, for whoever registered this one, or "".

    Found by the sealed digest and the words of both: once either is erased, or sealed, there is nothing.
    """
    row, facts = row_of(case_id), history(case_id)
    require(actor, "case.see", row)
    told = next((fact for fact in facts if fact.kind == COMPARED and fact.values["known"]), None)
    if told is None or facts[0].actor != actor or row.withheld or row.erased:
        return ""
    key = vault_keys.open_key(case_id)
    petition = unseal(Fact.objects.get(case_id=case_id, seq=1), key)
    text = f"{petition.texts()['title']}\n{petition.words}"
    return _same(text, vault_sealed.get(told.values["digest"], key), case_id, actor)


def link(case_id: str, earlier: str, actor: Actor, now: datetime) -> None:
    """The clerk finds that it is the same matter: the case repeats it from now on, and no date moves.

    `NotYours` where the actor may not link the case or not see the earlier one; `MovedOn` where the case is
    linked already, or others repeat it.
    """
    row, matter = row_of(case_id), row_of(earlier)
    require(actor, "matter.link", row)
    require(actor, "case.see", matter)
    if row.withheld or matter.withheld or row.erased or matter.erased or row.case_id == matter.case_id:
        raise NotYours(case_id)
    with writing():
        facts = history(case_id)
        first = matter.repeat_of or matter.case_id
        if any(fact.values.get("repeat_of") for fact in facts) or first == case_id or _is_repeated(case_id):
            raise MovedOn(case_id)
        fact = record(facts, Deed(REPEATED, actor, values={"repeat_of": first}), now)
    sequencer.wait([fact.fact_id])


def _is_repeated(case_id: str) -> bool:
    return CaseRow.objects.filter(repeat_of=case_id).exists()


def _same(text: str, marks: bytes, case_id: str, actor: Actor) -> str:
    """The first of the matters with like words, which the clerk may see, that has one of these digests."""
    like = [row.case_id for row in alike.alike(text, actor, LIKE_MOST) if row.case_id != case_id]
    keys = vault_keys.open_keys(like)
    held = {fact.case_id: past(fact) for fact in Fact.objects.filter(case_id__in=list(keys), kind=COMPARED)}
    for case in like:
        if case in held and _share(marks, vault_sealed.get(held[case].values["digest"], keys[case])):
            return case
    return ""


def _share(ours: bytes, theirs: bytes) -> bool:
    return any(hmac.compare_digest(one, other) for one in _parts(ours) for other in _parts(theirs))


def _parts(marks: bytes) -> list[bytes]:
    return [marks[start : start + BYTES] for start in range(0, len(marks), BYTES)]


def _marks(person: Person | None) -> Iterator[bytes]:
    """A digest of the identity number, and one of name and telephone given together: many share a name."""
    if person is None:
        return
    if number := _plain(person.id_number):
        yield mac("person", f"number/{number}".encode())
    name, digits = _plain(person.name), "".join(char for char in _plain(person.phone) if char.isdigit())
    if name and digits:
        yield mac("person", f"name/{name}/{digits}".encode())


def _plain(text: str) -> str:
    """As two ways of writing the same are compared: full-width or not, spaced or not, either case."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
