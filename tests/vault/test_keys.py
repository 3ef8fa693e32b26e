"""A key per case: what is sealed opens in its place only, and not at all once the key is erased."""

import base64
import pickle
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from huiyin.vault import keys, sealed
from huiyin.vault.keys import CaseKey, Erased, Unreadable
from huiyin.vault.master import MasterKeyFault
from huiyin.vault.models import Sealed, WrappedKey

CANARY = "金丝雀的话 canary".encode()


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_sealed_opens_again(plain: bytes, context: str) -> None:
    key = CaseKey(bytes(32))
    blob = key.seal(plain, context)
    assert key.open(blob, context) == plain
    assert key.seal(plain, context) != blob, "a nonce must never come twice"


@given(st.integers(0, 8 * (1 + 12 + 9 + 16) - 1))
def test_every_flipped_bit_is_noticed(bit: int) -> None:
    key = CaseKey(bytes(32))
    blob = bytearray(key.seal(b"sealed me", "fact"))
    blob[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Unreadable):
        key.open(bytes(blob), "fact")


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40)])
def test_bytes_that_were_never_sealed_are_refused(blob: bytes) -> None:
    with pytest.raises(Unreadable):
        CaseKey(bytes(32)).open(blob, "fact")


def test_another_context_or_key_does_not_open() -> None:
    blob = CaseKey(bytes(32)).seal(CANARY, "answer")
    with pytest.raises(Unreadable) as fault:
        CaseKey(bytes(32)).open(blob, "petition")
    assert "answer" not in str(fault.value)
    with pytest.raises(Unreadable):
        CaseKey(b"1" * 32).open(blob, "answer")


def test_a_key_is_neither_shown_nor_pickled() -> None:
    key = CaseKey(b"s" * 32)
    assert repr(key) == str(key) == "<CaseKey>"
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(key)


@pytest.mark.django_db
def test_keys_come_back_and_only_for_their_case() -> None:
    made = keys.create_many([f"case-{number}" for number in range(1200)])
    assert len(made) == 1200
    blob = made["case-7"].seal(CANARY, "fact")
    assert keys.open_key("case-7").open(blob, "fact") == CANARY
    opened = keys.open_keys([*made, "unknown"])
    assert opened.keys() == made.keys()
    with pytest.raises(Unreadable):
        opened["case-8"].open(blob, "fact")


@pytest.mark.django_db
def test_a_wrapped_key_moved_to_another_case_is_noticed() -> None:
    keys.create_many(["case-1", "case-2"])
    moved = WrappedKey.objects.get(pk="case-1").wrapped
    WrappedKey.objects.filter(pk="case-2").update(wrapped=moved)
    with pytest.raises(MasterKeyFault):
        keys.open_key("case-2")


@pytest.mark.django_db
def test_another_master_key_is_named_by_its_setting(settings: Settings) -> None:
    keys.create("case-1")
    keys.check()
    secret = base64.b64encode(b"w" * 32).decode()
    settings.HUIYIN_MASTER_KEY = secret
    for use in (keys.check, lambda: keys.open_key("case-1"), lambda: keys.open_keys(["case-1"])):
        with pytest.raises(MasterKeyFault, match="HUIYIN_MASTER_KEY is not the master key") as fault:
            use()
        assert secret not in str(fault.value)
        assert fault.value.__cause__ is None


@pytest.mark.django_db
def test_a_case_gets_one_key() -> None:
    keys.create("case-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        keys.create("case-1")


def test_the_system_key_is_always_the_same(settings: Settings) -> None:
    settings.HUIYIN_MASTER_KEY = base64.b64encode(b"m" * 32).decode()
    assert keys.system_key().open(keys.system_key().seal(CANARY, "f"), "f") == CANARY


@pytest.mark.django_db
def test_papers_open_with_the_key_of_their_case_only() -> None:
    made = keys.create_many(["case-1", "case-2"])
    ref = sealed.put("case-1", made["case-1"], "original", CANARY)
    assert (len(ref), sealed.get(ref, made["case-1"])) == (32, CANARY)
    with pytest.raises(Unreadable):
        sealed.get(ref, made["case-2"])
    Sealed.objects.filter(ref=ref).update(kind="shown")
    with pytest.raises(Unreadable):
        sealed.get(ref, made["case-1"])


@pytest.mark.django_db
def test_erasing_takes_the_key_and_the_papers_of_that_case_alone() -> None:
    made = keys.create_many(["case-1", "case-2"])
    gone = sealed.put("case-1", made["case-1"], "original", CANARY)
    stays = sealed.put("case-2", made["case-2"], "original", CANARY)
    keys.erase("case-1")
    with pytest.raises(Erased):
        keys.open_key("case-1")
    with pytest.raises(Erased):
        sealed.get(gone, made["case-1"])
    assert keys.open_keys(["case-1", "case-2"]).keys() == {"case-2"}
    assert sealed.get(stays, keys.open_key("case-2")) == CANARY
    keys.erase("case-1")


@pytest.mark.django_db(transaction=True)
def test_no_byte_of_an_erased_key_stays_in_the_database_files() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("where PostgreSQL keeps old rows: docs/decisions/0020")
    cases = [f"case-{number}" for number in range(40)]
    made = keys.create_many(cases)
    refs = {case: sealed.put(case, made[case], "original", CANARY * 400) for case in cases}
    erased = cases[::3]
    rows = [*WrappedKey.objects.filter(pk__in=erased).values_list("wrapped", flat=True)]
    rows += [*Sealed.objects.filter(ref__in=[refs[case] for case in erased]).values_list("blob", flat=True)]
    remains = [bytes(row)[16:48] for row in rows]
    assert all(part in database_bytes() for part in remains), "the search must be able to find them"
    with transaction.atomic():
        for case in erased:
            keys.erase(case)
    assert keys.scrub()
    assert not any(part in database_bytes() for part in remains)
    assert keys.open_keys(cases).keys() == set(cases) - set(erased)


@pytest.mark.django_db(transaction=True)
def test_scrubbing_works_outside_a_transaction_only() -> None:
    keys.create_many(["case-1", "case-2"])
    keys.erase("case-1")
    assert keys.scrub()
    assert keys.open_keys(["case-1", "case-2"]).keys() == {"case-2"}
    with transaction.atomic(), pytest.raises(TransactionManagementError):
        keys.scrub()


def database_bytes() -> bytes:
    folder = Path(django_settings.HUIYIN_DATA)
    return b"".join(path.read_bytes() for path in sorted(folder.glob("huiyin.sqlite3*")))
