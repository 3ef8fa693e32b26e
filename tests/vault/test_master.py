"""The master key: made once, kept from others, never shown."""

import base64
import os
import stat
from pathlib import Path

import pytest
from pytest_django import Settings

from huiyin.vault import keys, master
from huiyin.vault.master import MasterKeyFault


@pytest.fixture
def key_file(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "keys" / "master.key"
    settings.HUIYIN_MASTER_KEY = ""
    settings.HUIYIN_MASTER_KEY_FILE = path
    return path


def text_key(byte: bytes = b"k") -> str:
    return base64.b64encode(byte * 32).decode()


@pytest.mark.django_db
def test_it_makes_the_file_once_and_for_its_owner_only(key_file: Path) -> None:
    first = master.derive("wrap")
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(key_file.parent.stat().st_mode) == 0o700
    assert len(base64.b64decode(key_file.read_text())) == 32
    master._from_file.cache_clear()
    assert master.derive("wrap") == first
    assert [path.name for path in key_file.parent.iterdir()] == ["master.key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_it_refuses_a_file_that_others_can_read(key_file: Path, mode: int) -> None:
    key_file.parent.mkdir()
    key_file.write_text(text_key())
    os.chmod(key_file, mode)
    with pytest.raises(MasterKeyFault, match="HUIYIN_MASTER_KEY_FILE") as fault:
        master.derive("wrap")
    assert text_key() not in str(fault.value)


@pytest.mark.parametrize("text", ["short", base64.b64encode(b"x" * 31).decode(), "*" * 44, "密钥"])
def test_it_names_the_setting_of_a_malformed_key_and_not_the_key(settings: Settings, text: str) -> None:
    settings.HUIYIN_MASTER_KEY = text
    with pytest.raises(MasterKeyFault, match=r"^HUIYIN_MASTER_KEY must hold 32 bytes") as fault:
        master.derive("wrap")
    assert text not in str(fault.value)


@pytest.mark.django_db
def test_it_does_not_replace_a_lost_key_of_a_database_in_use(key_file: Path, settings: Settings) -> None:
    settings.HUIYIN_MASTER_KEY = text_key()
    keys.create("case-1")
    settings.HUIYIN_MASTER_KEY = ""
    with pytest.raises(MasterKeyFault, match="Put the key file back"):
        master.derive("wrap")
    assert not key_file.exists()


def test_purposes_have_keys_of_their_own(settings: Settings) -> None:
    settings.HUIYIN_MASTER_KEY = text_key()
    digests = {master.mac(purpose, b"same") for purpose in ("code", "body", "person", "token", "network")}
    derived = {master.derive(purpose) for purpose in ("code", "wrap", "system")}
    assert len(digests | derived) == 8
    assert {len(value) for value in digests | derived} == {32}
    assert master.mac("code", b"same") in digests
    settings.HUIYIN_MASTER_KEY = text_key(b"o")
    assert master.mac("code", b"same") not in digests
