"""What doctor names: a damaged key by its case, gaps in the tree of offices as warnings."""

import json
from typing import Any

import pytest

from huiyin.casework import health
from huiyin.cli import main as cli
from huiyin.offices.models import Office
from huiyin.vault import keys, master
from huiyin.vault.models import WrappedKey
from tests.casework.cast import file

pytestmark = pytest.mark.usefixtures("county")


@pytest.fixture(autouse=True)
def at_home(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["localhost"]  # without the tests' own host, which would be served in clear


def findings(capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str], str]:
    code = cli.main(["doctor", "--json"])
    said = capsys.readouterr()
    return code, {f["code"]: f["message"] for f in json.loads(said.out)["findings"]}, said.err


def test_a_damaged_key_is_named_by_its_case(capsys: pytest.CaptureFixture[str]) -> None:
    cases = [file(body=f"Letter {number} about the lamp.").case for number in range(3)]
    damaged = min(cases)  # the one that start-up looks at first
    WrappedKey.objects.filter(case_id=damaged).update(wrapped=b"\x01" + b"\0" * 60)
    code, found, _ = findings(capsys)
    assert code == 1
    assert set(found) == {"key-damaged"}
    assert damaged in found["key-damaged"]


def test_when_no_key_opens_the_master_key_is_suspected() -> None:
    for number in range(3):
        file(body=f"Letter {number} about the lamp.")
    WrappedKey.objects.update(wrapped=b"\x01" + b"\0" * 60)
    with pytest.raises(master.MasterKeyFault):
        keys.check()


def test_gaps_in_the_tree_are_warned_of_and_are_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    file()
    code, found, warned = findings(capsys)
    assert (code, found) == (0, {})
    assert "no-discipline" in warned
    assert "no-office-above: nobody stands above rsj, zjj, mujiang" in warned
    Office.objects.create(code="jw", kind="discipline", name_zh="纪委", name_en="jw", parent="linjiang")
    Office.objects.filter(decides=True).update(parent="linjiang")
    assert list(health.warnings()) == []
