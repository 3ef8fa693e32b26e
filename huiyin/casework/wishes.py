"""How a petitioner wants to hear that there is news: a wish of their own, sealed where it names an address.

The fact says which channels and which language, in codes; e-mail address and telephone number lie in the
vault like the person does, and go with the case's key; what a wish replaces is deleted. Only the machine that
sends reads an address, of one case and one channel, and only while the wish stands (decision 80).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiyin.casework.permissions import require
from huiyin.casework.records import ERASED, Deed, Past, past
from huiyin.casework.steps import Taken, history, record, row_of
from huiyin.ledger import sequencer
from huiyin.ledger.facts import Fact, writing
from huiyin.procedure import Actor
from huiyin.vault import keys as vault_keys
from huiyin.vault import sealed as vault_sealed

CHOSEN = "news.chosen.1"
# Ways to hear of news. A letter on paper goes to the address of the filing, which a clerk opens for it.
EMAIL, SMS, PUSH, PAPER = "email", "sms", "push", "paper"
CHANNELS = (EMAIL, SMS, PUSH, PAPER)


@dataclass(frozen=True)
class Wish:
    """What a petitioner wants: channels (none: to hear nothing) and the language of the message."""

    channels: tuple[str, ...] = ()
    language: str = ""
    ref: str = ""


class NoAddress(ValueError):
    """A channel was chosen, and nothing says where to send; the argument is the channel."""


def choose(
    case_id: str,
    channels: Iterable[str],
    addresses: Mapping[str, str],
    language: str,
    *,
    actor: Actor,
    now: datetime,
) -> Taken:
    """Record the wish; it replaces the one before. `addresses`: by channel, as far as they are new.

    An address left out is the one of the wish before; `NoAddress` where there is none. Raises `NotYours`.
    """
    require(actor, "news.choose", row_of(case_id))
    with writing():
        if row_of(case_id).erased:
            raise vault_keys.Erased(case_id)
        fact = utter(history(case_id), channels, addresses, language, actor, now)
    return Taken(fact.fact_id, fact.seq, sequencer.wait([fact.fact_id]))


def utter(
    facts: Sequence[Past],
    channels: Iterable[str],
    addresses: Mapping[str, str],
    language: str,
    actor: Actor,
    now: datetime,
) -> Past:
    """`choose`, inside `writing()`: the fact that records the wish."""
    wanted = set(channels)
    chosen = tuple(channel for channel in CHANNELS if channel in wanted)
    case_id, before = facts[0].case, of_facts(facts)
    sealed = _addresses(case_id, before, chosen, addresses)
    ref = _seal(case_id, sealed) if sealed else ""
    values = {"channels": list(chosen), "language": language, "contact": ref}
    fact = record(facts, Deed(CHOSEN, actor, values=values), now)
    if before.ref:
        vault_sealed.remove(before.ref)
    return fact


def _addresses(case_id: str, before: Wish, chosen: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    known = _opened(case_id, before)
    found = {}
    for channel in chosen:
        if channel == PAPER:
            continue
        found[channel] = given.get(channel) or known.get(channel, "")
        if not found[channel]:
            raise NoAddress(channel)
    return found


def _seal(case_id: str, addresses: Mapping[str, str]) -> str:
    key = vault_keys.open_key(case_id)
    return vault_sealed.put(case_id, key, "contact", json.dumps(dict(addresses)).encode())


def _opened(case_id: str, wish: Wish) -> dict[str, str]:
    if not wish.ref:
        return {}
    found: dict[str, str] = json.loads(vault_sealed.get(wish.ref, vault_keys.open_key(case_id)))
    return found


def of_facts(facts: Sequence[Past]) -> Wish:
    """The wish that stands after these facts; an empty one where none was ever uttered, or all was erased."""
    for fact in reversed(facts):
        if fact.kind == ERASED:
            return Wish()
        if fact.kind == CHOSEN:
            values = fact.values
            return Wish(tuple(values["channels"]), values["language"], values["contact"])
    return Wish()


def wish(case_id: str) -> Wish:
    """The wish that stands now."""
    told = Fact.objects.filter(case_id=case_id, kind__in=(CHOSEN, ERASED)).order_by("-seq").first()
    return of_facts([past(told)]) if told else Wish()


@dataclass(frozen=True)
class Destination:
    """Where one message goes, and in which language; never kept."""

    address: str
    language: str


def destination_for_sending(case_id: str, channel: str) -> Destination | None:
    """Where the petitioner wants the message; None when the wish does not stand any more.

    For the machine that sends, at the moment of sending: it keeps what it gets no longer than the attempt.
    """
    standing = wish(case_id)
    if channel not in standing.channels:
        return None
    try:
        return Destination(_opened(case_id, standing).get(channel, ""), standing.language)
    except vault_keys.Erased:
        return None
