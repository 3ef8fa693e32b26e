"""Papers copied at the counter: a fact of the clerk, sealed, proven in the whole file, gone with the key."""

import io
import zipfile
from pathlib import Path

import pytest

from huiyin.casework import alike, dossier, erasure, health, papering, projection, reading, samehand
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.insight import following
from huiyin.insight.models import Counted
from huiyin.publication.check import check
from huiyin.vault.models import Sealed
from tests.casework import cast
from tests.casework.cast import CLERK, HEAD, NOW, OFFICER, PERSON, PETITIONER, SYSTEM, Attachment, filing
from tests.casework.test_alike import AGAIN, WATER

pytestmark = pytest.mark.usefixtures("county")
PAPER = Attachment("水样.jpg", "image/jpeg", cast.photo())


def linked() -> tuple[str, str]:
    """Two registrations of one matter by one person, compared, linked, with papers on the second."""
    alike.forget()
    cases = []
    for body in (WATER, AGAIN):
        what = {"title": body[:12], "body": body}
        cases.append(cast.file(**what).case)
        known = samehand.compare(cases[-1], filing(**what), PERSON, CLERK, NOW)
    assert known
    samehand.link(cases[1], samehand.earlier(cases[1], CLERK), CLERK, NOW)
    assert CaseRow.objects.get(case_id=cases[1]).repeat_of == cases[0]
    papering.add(cases[1], [PAPER], CLERK, NOW)
    return cases[0], cases[1]


def test_state_and_dates_stay_and_the_petitioner_has_the_original() -> None:
    case = cast.file().case
    before = CaseRow.objects.values("state", "due", "due_clock").get(case_id=case)
    papering.add(case, [PAPER], CLERK, NOW)
    assert CaseRow.objects.values("state", "due", "due_clock").get(case_id=case) == before
    [paper] = reading.timeline(case, PETITIONER, "zh-hans")[-1].papers
    assert reading.original(case, paper.ref, PETITIONER)[2] == PAPER.data


def test_the_whole_file_holds_and_proves_it(tmp_path: Path) -> None:
    _, case = linked()
    data = dossier.whole_file(case, PETITIONER, NOW)
    (tmp_path / "case.zip").write_bytes(data)
    assert check(tmp_path / "case.zip").findings == []
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        assert PAPER.data in [made.read(name) for name in made.namelist()]


def test_tables_figures_and_seals_agree_with_the_facts() -> None:
    first, case = linked()
    assert list(projection.rebuild(check=True)) == []
    assert list(health.audit_sealed()) == []
    following.catch_up()
    assert Counted.objects.get(case=case).repeat_of == first
    assert list(following.rebuild(check=True)) == []


def test_only_the_office_that_registered_adds_and_nothing_after_erasing() -> None:
    case = cast.handled()
    for actor in (OFFICER, HEAD, PETITIONER):
        with pytest.raises(NotYours):
            papering.add(case, [PAPER], actor, NOW)
    _, over = linked()
    cast.take(over, "withdraw", actor=PETITIONER)
    erasure.erase(over, "petitioner", SYSTEM, NOW)
    assert not Sealed.objects.filter(case_id=over).exists()
    with pytest.raises(NotYours):
        papering.add(over, [PAPER], CLERK, NOW)
