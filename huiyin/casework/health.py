"""Start-up and `doctor`: keys reachable, books unchanged, every clear part what its entry commits to."""

import hmac
import json
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from huiyin.casework import pinning
from huiyin.casework.erasure import clear_digest
from huiyin.casework.records import ERASED, unseal
from huiyin.ledger import keys as ledger_keys
from huiyin.ledger.audit import Finding
from huiyin.ledger.entries import commit
from huiyin.ledger.facts import Fact
from huiyin.offices import tree
from huiyin.vault import keys as vault_keys
from huiyin.vault import master
from huiyin.vault.keys import CaseKey, Unreadable

CASES_AT_ONCE = 200
Trouble = (master.MasterKeyFault, ledger_keys.KeyFault, Unreadable, pinning.BookChanged)


def prepare() -> None:
    """Before anything is served: the master key is ours, and Django signs with a key derived from it."""
    vault_keys.check()
    settings.SECRET_KEY = master.derive("django").hex()


def check_books() -> None:
    """Before anything is served: `BookChanged` when a book was edited under its cases, or cannot be used."""
    if found := list(pinning.faults()):
        raise pinning.BookChanged("; ".join(found))


def make_keys() -> None:
    """First start: the folder of keys, the master key and the log's signing key, owner-only."""
    for path in (settings.HUIYIN_MASTER_KEY_FILE, settings.HUIYIN_LOG_KEY):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    master.derive("django")
    ledger_keys.log_key()


def scrub() -> bool:
    """Clear what erased rows left in the database files; False while readers are in the way."""
    return vault_keys.scrub()


def settings_faults() -> Iterator[Finding]:
    """Settings that would let an office be run unsafely."""
    for path in (settings.HUIYIN_MASTER_KEY_FILE, settings.HUIYIN_LOG_KEY):
        if path.exists() and path.stat().st_mode & 0o077:
            yield Finding("key-open", f"{path} can be read by others; run: chmod 600 {path}", None)
    public = settings.HUIYIN_PUBLIC_URL
    if public and not public.startswith("https://") and not _is_loopback(public):
        yield Finding("no-tls", "HUIYIN_PUBLIC_URL is not https: names and codes would travel in clear", None)
    exposed = [host for host in settings.ALLOWED_HOSTS if not _is_loopback(f"//{host}")]
    if exposed and not settings.HUIYIN_HTTPS:
        names = ", ".join(exposed)
        mend = "run huiyin serve --tls, or set HUIYIN_HTTPS=1 behind a proxy that has it"
        yield Finding("no-tls", f"HUIYIN_HOSTS names {names}, but without https: {mend}", None)
    if tree.bureau() is None:
        yield Finding("no-bureau", "no office of kind bureau is set up; run: huiyin init", None)
    yield from (Finding("book", fault, None) for fault in pinning.faults())


def warnings() -> Iterator[Finding]:
    """What is lawful but leaves some petitioner without a way: gaps in the tree of offices."""
    if tree.bureau() and not tree.discipline():
        yield Finding("no-discipline", "no office of kind discipline: an accusation has nowhere to go", None)
    parents = tree.parents()
    deciding = [office.code for office in tree.deciding()]
    if alone := [code for code in deciding if not tree.above_all(code, parents)]:
        names = ", ".join(alone)
        yield Finding("no-office-above", f"nobody stands above {names} to review what they decide", None)


def _is_loopback(url: str) -> bool:
    return (urlsplit(url).hostname or "") in {"localhost", "127.0.0.1", "::1"}


def audit_sealed(progress: Callable[[int], None] | None = None) -> Iterator[Finding]:
    """Facts whose sealed or clear part is not what the log holds, naming each.

    Case by case: with the key, the private part is opened, its commitment compared and the clear
    part compared with the copy inside it. After erasure the clear parts are held against the
    manifest that the erasing fact committed to.
    """
    ordered = Fact.objects.exclude(case_id="").order_by("case_id", "seq").iterator(2000)
    cases = ((case, list(group)) for case, group in groupby(ordered, key=lambda fact: fact.case_id))
    done = 0
    while some := list(islice(cases, CASES_AT_ONCE)):
        damaged: set[str] = set()
        case_keys = vault_keys.open_keys((case for case, _ in some), damaged)
        for case, facts in some:
            if case in damaged:
                yield Finding("key-damaged", f"case {case}: its row in vault_key was damaged", None)
            else:
                yield from _audit_case(case, facts, case_keys.get(case))
        done += len(some)
        if progress:
            progress(done)


def _audit_case(case: str, facts: list[Fact], key: CaseKey | None) -> Iterator[Finding]:
    for position, fact in enumerate(facts, 1):
        if fact.seq != position:
            yield Finding("gap", f"case {case}: its fact in place {position} is missing", fact.id)
            return
    if facts[-1].kind == ERASED:
        yield from _against_manifest(case, facts)
    elif key is None:
        yield Finding("key-missing", f"case {case}: its key is gone but no fact says it was erased", None)
    else:
        for fact in facts:
            yield from _against_entry(fact, key)


def _against_entry(fact: Fact, key: CaseKey) -> Iterator[Finding]:
    try:
        private = unseal(fact, key)
    except (Unreadable, ValueError, KeyError):
        yield Finding("sealed", f"fact {fact.id}: its sealed part does not open", fact.id)
        return
    if not hmac.compare_digest(commit(private.salt, private.content), bytes(fact.private_commit)):
        yield Finding("sealed", f"fact {fact.id}: its private part is not what the log commits to", fact.id)
    if private.data()["clear"] != _clear(fact):
        yield Finding("clear", f"fact {fact.id}: its clear part was changed", fact.id)


def _clear(fact: Fact) -> Any:
    """The clear part as it stands in the table; None where somebody left no JSON of it."""
    try:
        return json.loads(fact.clear)
    except ValueError:
        return None


def _against_manifest(case: str, facts: list[Fact]) -> Iterator[Finding]:
    last = facts[-1]
    yield from _against_entry(last, vault_keys.system_key())
    try:
        manifest = last.clear_json()["values"]["manifest"]
    except (ValueError, KeyError, TypeError):
        return  # no erasing fact: the finding above says so
    if len(manifest) != len(facts) - 1:
        yield Finding("manifest", f"case {case}: facts are missing from before it was erased", last.id)
    for fact, digest in zip(facts, manifest, strict=False):
        if clear_digest(fact) != digest:
            yield Finding("clear", f"fact {fact.id}: its clear part was changed", fact.id)
