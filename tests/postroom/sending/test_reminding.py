"""Offices hear by e-mail what their routine owes, before the hour, once when missed and never after; and each
morning of work how many dates of their cases press."""

from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

from huiyin.casework.law import ZONE
from huiyin.casework.models import CaseRow, Listed
from huiyin.postroom.sending import queueing, reminding
from huiyin.postroom.sending.means import PostFault, faults, means
from huiyin.postroom.sending.models import Message
from huiyin.rounds import daily, missing
from tests.casework import cast as cases
from tests.casework.cast import FILING, PERSON
from tests.postroom.sending.gateways import Sink
from tests.postroom.sending.post import only, round_, send
from tests.rounds import cast
from tests.rounds.cast import MONDAY, at

TOWN = "duty@mujiang.example"
HOUR = at(MONDAY, 17)


@pytest.fixture(autouse=True)
def begun(county: None, settings: Any, tmp_path: Path, mail: Sink) -> None:
    cast.begin()
    named(settings, tmp_path, f'[office]\nmujiang = "{TOWN}"\n')


def named(settings: Any, folder: Path, text: str) -> None:
    file = folder / "offices.toml"
    file.write_text(text, "utf-8")
    settings.HUIYIN_POST_OFFICES = str(file)


def look(now: datetime) -> None:
    reminding.catch_up(means().offices, now)
    send(now)


def file_daily(now: datetime) -> None:
    counted = daily.look("mujiang", MONDAY, cast.TOWN_CLERK, now).counted
    daily.file("mujiang", MONDAY, counted, "", cast.TOWN_CLERK, now)


def test_an_office_is_reminded_two_hours_before_the_hour_and_not_earlier(mail: Sink) -> None:
    look(at(MONDAY, 14, 59))
    assert mail.got == []
    look(at(MONDAY, 15))
    ((to, letter),) = mail.got
    assert to == letter["To"] == TOWN
    assert letter["Subject"] == "到期提醒"
    text = letter.get_content()  # type: ignore[attr-defined]
    assert "日报（零报告）" in text
    assert "应于 2026-03-02 17:00 前报送（待报）" in text
    assert "https://county.example/desk/rounds/" in text
    look(at(MONDAY, 15, 30))
    assert len(mail.got) == 1


def test_what_was_missed_is_told_once_and_with_everything_else_that_presses(mail: Sink) -> None:
    look(at(MONDAY, 15))
    missing.record_due(at(MONDAY, 17, 1))
    look(at(MONDAY, 17, 1))
    assert len(mail.got) == 2
    assert "（逾期未报）" in mail.got[1][1].get_content()  # type: ignore[attr-defined]
    for hour in range(18, 24):
        look(at(MONDAY, hour))
    assert len(mail.got) == 2


def test_an_office_that_has_filed_is_left_alone(mail: Sink) -> None:
    file_daily(at(MONDAY, 14))
    look(at(MONDAY, 16))
    assert mail.got == []
    assert not Message.objects.exists()


def test_what_was_filed_between_the_queue_and_the_sending_is_not_sent(mail: Sink) -> None:
    reminding.catch_up(means().offices, at(MONDAY, 15))
    file_daily(at(MONDAY, 15, 1))
    send(at(MONDAY, 15, 2))
    assert mail.got == []
    assert (only().state, only().fault) == ("dropped", "unwanted")


def test_a_reminder_names_no_matter_and_no_person(mail: Sink) -> None:
    case = cases.file(now=at(MONDAY, 9)).case
    look(at(MONDAY, 16))
    ((_, letter),) = mail.got
    for secret in (case, FILING.title, PERSON.name, "1", "卫子舒"):
        body = letter.get_content().replace("2026-03-02 17:00", "")  # type: ignore[attr-defined]
        assert secret not in body
    assert Message.objects.filter(case="").count() == 1


def test_several_rounds_of_an_office_are_one_message(mail: Sink) -> None:
    friday = MONDAY + 4 * cast.DAY  # the daily report and the weekly sweep are due at the same hour
    look(at(friday, 16))
    ((_, letter),) = mail.got
    text = letter.get_content()  # type: ignore[attr-defined]
    assert {"日报（零报告）", "每周矛盾纠纷排查"} <= {
        line.split("　")[0].strip("· ") for line in text.splitlines()
    }


# --- dates in cases ---------------------------------------------------------------------------


def handled(now: datetime, **changes: Any) -> str:
    """A case that the building bureau has to accept or refuse within 15 days."""
    case = cases.file(now=now, **changes).case
    cases.take(case, "transfer", {"office": "zjj"}, actor=cases.CLERK, now=now)
    return case


@pytest.fixture
def bureau(settings: Any, tmp_path: Path) -> None:
    named(settings, tmp_path, f'[office]\nzjj = "{TOWN}"\n')


def mornings(mail: Sink) -> list[str]:
    letters = [letter.get_content() for _, letter in mail.got]  # type: ignore[attr-defined]
    return [text for text in letters if "办理期限" in text]


@pytest.mark.usefixtures("bureau")
def test_an_office_hears_in_the_morning_what_is_due(mail: Sink) -> None:
    handled(at(MONDAY, 9))
    handled(at(MONDAY, 10))
    (due,) = set(Listed.objects.filter(office="zjj", mine=True).values_list("owed_order", flat=True))
    look(datetime.combine(due, time(7, 59), ZONE))
    assert mornings(mail) == []
    look(datetime.combine(due, time(8, 0), ZONE))
    (text,) = mornings(mail)
    assert text.startswith("临江县住房和城乡建设局：")
    assert "· 今日到期：2 件" in text
    assert "超期" not in text
    assert "七日" not in text
    assert "https://county.example/desk/day/" in text
    look(datetime.combine(due, time(9, 0), ZONE))
    assert len(mornings(mail)) == 1
    look(datetime.combine(due + cast.DAY, time(9, 0), ZONE))
    assert "· 已超期：2 件" in mornings(mail)[1]


@pytest.mark.usefixtures("bureau")
def test_nothing_comes_when_nothing_is_due_nor_on_a_rest_day_nor_in_the_afternoon(mail: Sink) -> None:
    look(at(MONDAY, 9))
    assert mornings(mail) == []
    handled(at(MONDAY, 9))
    saturday = MONDAY + 12 * cast.DAY  # the date is within a week, but nobody works
    look(at(saturday, 9))
    assert mornings(mail) == []
    look(at(saturday + 2 * cast.DAY, 12))
    assert mornings(mail) == []
    look(at(saturday + 3 * cast.DAY, 9))
    assert len(mornings(mail)) == 1


@pytest.mark.usefixtures("bureau")
def test_what_was_done_between_the_queue_and_the_sending_is_not_told(mail: Sink) -> None:
    case = handled(at(MONDAY, 9))
    day = MONDAY + 14 * cast.DAY
    reminding.catch_up(means().offices, at(day, 8))
    assert Message.objects.filter(kind__startswith="cases:").count() == 1
    Listed.objects.filter(office="zjj", case_id=case).delete()
    send(at(day, 8, 1))
    assert mornings(mail) == []


@pytest.mark.usefixtures("bureau")
@pytest.mark.parametrize("named", [",zjj,", ",@officer2,"])
def test_a_case_that_complains_of_anybody_there_is_not_counted(mail: Sink, named: str) -> None:
    case = handled(at(MONDAY, 9))
    CaseRow.objects.filter(case_id=case).update(respondents=named)
    day = MONDAY + 14 * cast.DAY
    look(at(day, 9))
    assert mornings(mail) == []
    CaseRow.objects.filter(case_id=case).update(respondents=",@rsj-officer,")
    look(at(day, 9, 1))
    assert len(mornings(mail)) == 1


@pytest.mark.usefixtures("bureau")
def test_the_morning_tells_no_matter_and_no_person(mail: Sink) -> None:
    case = handled(at(MONDAY, 9))
    look(at(MONDAY + 14 * cast.DAY, 9))
    (text,) = mornings(mail)
    number = CaseRow.objects.get(case_id=case).number
    assert not [secret for secret in (case, number, FILING.title, PERSON.name, "沈砚清") if secret in text]


def test_two_offices_are_written_to_apart(mail: Sink, settings: Any, tmp_path: Path) -> None:
    named(settings, tmp_path, f'[office]\nmujiang = "{TOWN}"\nzjj = "duty@zjj.example"\n')
    look(at(MONDAY, 16))
    assert sorted(to for to, _ in mail.got) == [TOWN, "duty@zjj.example"]
    assert {letter["To"]: "沐江镇" in letter.get_content() for _, letter in mail.got} == {  # type: ignore[attr-defined]
        TOWN: True,
        "duty@zjj.example": False,
    }


def test_reminders_wait_for_the_end_of_the_quiet_hours(mail: Sink, settings: Any) -> None:
    settings.HUIYIN_POST_QUIET = "14:00-16:00"
    look(at(MONDAY, 15))
    assert mail.got == []
    look(at(MONDAY, 16))
    assert len(mail.got) == 1


def test_a_server_that_is_down_is_tried_again_and_seen_on_the_page(mail: Sink) -> None:
    mail.refuse = "452 mailbox full"
    look(at(MONDAY, 15))
    assert queueing.standing(at(MONDAY, 15))["office"]["waiting"] == 1
    mail.refuse = ""
    look(at(MONDAY, 15, 5))
    assert len(mail.got) == 1


def test_an_office_that_is_named_no_more_gets_nothing(mail: Sink, settings: Any) -> None:
    reminding.catch_up(means().offices, at(MONDAY, 15))
    settings.HUIYIN_POST_OFFICES = ""
    round_(at(MONDAY, 15))
    assert mail.got == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[office]\nmujiang = 'no address'\n", "mujiang has no address"),
        ("[office]\nmujiang = 7\n", "mujiang has no address"),
        ('[office]\nmujiang = "a@b.example\\r\\nBcc: c@d.example"\n', "mujiang has no address"),
        ("office = 7\n", "under [office]"),
        ("mujiang = 'a@b.example'\n", "under [office]"),
        ("[office", "cannot be read"),
    ],
)
def test_a_file_of_offices_that_cannot_be_used_is_told_in_words(
    text: str, says: str, settings: Any, tmp_path: Path
) -> None:
    named(settings, tmp_path, text)
    with pytest.raises(PostFault, match=r"offices\.toml") as fault:
        means()
    assert says in str(fault.value)
    assert any(says in told for told in faults())


def test_the_doctor_names_an_office_that_does_not_exist(settings: Any, tmp_path: Path) -> None:
    assert list(faults()) == []
    named(settings, tmp_path, f'[office]\nmujiang = "{TOWN}"\nnowhere = "a@b.example"\n')
    (told,) = faults()
    assert told.endswith("offices.toml: there is no office nowhere")


def test_addresses_without_a_mail_server_are_a_fault(settings: Any) -> None:
    settings.HUIYIN_POST_SMTP_URL = ""
    with pytest.raises(PostFault, match="needs a mail server"):
        means()
