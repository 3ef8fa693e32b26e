"""The weekly sweep: matters, never persons; "nothing new" is signed; a trouble becomes a case by one act."""

import pytest

from huiyin.casework import reading
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import NotYours
from huiyin.ledger.facts import Fact
from huiyin.rounds import missing, sweep
from huiyin.rounds.models import MissRow, RoundRow, TroubleRow
from huiyin.rounds.routine import Refused
from tests.rounds.cast import (
    CLERK,
    DAY,
    MONDAY,
    OFFICER,
    OTHER,
    SUPERVISOR,
    TOWN_CLERK,
    TOWN_HEAD,
    TROUBLE,
    at,
)

pytestmark = pytest.mark.usefixtures("begun")
NOW, FRIDAY, NEXT = at(MONDAY, 10), MONDAY + 4 * DAY, MONDAY + 7 * DAY


def listed(actor=TOWN_CLERK, now=NOW, **changes) -> str:
    return sweep.list_trouble(actor.office, {**TROUBLE, **changes}, actor, now).case


def sign(day=FRIDAY, nothing_new=False, actor=TOWN_HEAD, now=None):
    return sweep.sign(actor.office, day, nothing_new=nothing_new, actor=actor, now=now or at(day, 15))


def test_a_trouble_is_listed_as_a_matter() -> None:
    ref = listed()
    [trouble] = sweep.week("mujiang", MONDAY, TOWN_CLERK).listed
    assert (trouble.title, trouble.measures) == (TROUBLE["title"], TROUBLE["measures"])
    row = TroubleRow.objects.get(ref=ref)
    assert (row.office, row.charge, row.officer, row.place, row.state) == (
        "mujiang", "zjj", "officer", "mujiang", "open",
    )  # fmt: skip
    for fact in Fact.objects.all():
        assert "瓷砖" not in fact.clear + fact.public_content


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "张三（13812345678）多次来镇里"}, "title"),
        ({"measures": "身份证11010519491231002X，已登记"}, "measures"),
        ({"measures": "落实" + "稳" + "控责任人，每日报告"}, "measures"),
        ({"measures": "赴" + "京" + "前做好工作"}, "measures"),
        ({"title": "信访老" + "户要去北" + "京上访"}, "title"),
        ({"measures": "24小时看" + "住他"}, "measures"),
        ({"measures": "安排专人盯" + "守当事人"}, "measures"),
        ({"title": " \n"}, "title"),
        ({"title": "长" * 2001}, "title"),
        ({"place": "village"}, "place"),
        ({"category": "people"}, "category"),
        ({"charge": "nobody"}, "charge"),
        ({"officer": "clerk"}, "officer"),
        ({"term": MONDAY - DAY}, "term"),
    ],
)
def test_persons_and_faults_are_refused_at_their_field(changes, field) -> None:
    with pytest.raises(Refused) as refusal:
        listed(**changes)
    assert refusal.value.field == field
    assert refusal.value.message.zh
    assert not TroubleRow.objects.exists()


def test_it_has_no_field_for_a_person() -> None:
    asked = {field.name for field in TroubleRow._meta.get_fields()}
    assert not asked & {"name", "person", "party", "parties", "phone", "people", "level", "risk"}


def test_nothing_new_is_a_statement_somebody_signs() -> None:
    with pytest.raises(Refused, match="tick"):
        sign()
    fact = sign(nothing_new=True)
    assert fact.values["nothing_new"] is True
    assert fact.actor.ref == "town-head"
    row = RoundRow.objects.get(key=f"sweep/mujiang/{MONDAY}")
    assert (row.filed_at, row.officer) == (at(FRIDAY, 15), "town-head")


def test_nothing_new_cannot_be_signed_over_something_new() -> None:
    listed()
    with pytest.raises(Refused, match="cannot be signed"):
        sign(nothing_new=True)
    assert sign().values["nothing_new"] is False


def test_old_ones_are_confirmed_week_by_week_until_they_end() -> None:
    ref = listed()
    sign()
    assert TroubleRow.objects.get(ref=ref).confirmed_on is None
    fact = sign(NEXT, nothing_new=True)
    assert fact.values["confirmed"] == [ref]
    assert TroubleRow.objects.get(ref=ref).confirmed_on == NEXT
    sweep.settle(ref, "修好了", OFFICER, at(NEXT, 16))
    assert sign(NEXT + 7 * DAY, nothing_new=True).values["confirmed"] == []
    with pytest.raises(Refused, match="ended"):
        sweep.settle(ref, "再一次", OFFICER, at(NEXT, 17))


def test_late_is_late_and_missed_is_told_once() -> None:
    sign(nothing_new=True)
    missing.record_due(at(FRIDAY, 17))
    offices = [row.office for row in MissRow.objects.filter(obligation="sweep").order_by("office")]
    assert offices == ["rsj", "zjj"]
    sweep.sign("zjj", FRIDAY, nothing_new=True, actor=OFFICER, now=at(FRIDAY + DAY))
    row = RoundRow.objects.get(key=f"sweep/zjj/{MONDAY}")
    assert row.filed_at > row.missed_at
    assert missing.record_due(at(FRIDAY + DAY, 8)) == 0
    assert missing.record_due(at(FRIDAY + DAY, 9)) == 1  # the hand-over of Friday's duty


def test_a_change_that_changes_nothing_is_no_fact() -> None:
    ref = listed()
    before = Fact.objects.count()
    assert sweep.change(ref, TROUBLE, TOWN_CLERK, NOW) is None
    assert Fact.objects.count() == before
    assert sweep.change(ref, {**TROUBLE, "term": MONDAY + 5 * DAY}, OFFICER, NOW)
    assert TroubleRow.objects.get(ref=ref).term == MONDAY + 5 * DAY


def test_it_becomes_a_case_by_one_act_and_once() -> None:
    ref = listed()
    case = sweep.register(ref, CLERK, NOW)
    assert sweep.register(ref, CLERK, NOW) == case
    row = CaseRow.objects.get()
    assert (row.case_id, row.bureau, row.channel, row.anonymous, row.place) == (
        case, "xfj", "outreach", True, "mujiang",
    )  # fmt: skip
    assert reading.words(case, CLERK).title == TROUBLE["title"]
    trouble = TroubleRow.objects.get()
    assert (trouble.state, trouble.case_id) == ("registered", case)


def test_a_crash_between_case_and_trouble_leaves_one_case(monkeypatch: pytest.MonkeyPatch) -> None:
    ref = listed()
    with monkeypatch.context() as patch:
        patch.setattr(sweep.routine, "add", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("crash")))
        with pytest.raises(RuntimeError):
            sweep.register(ref, CLERK, NOW)
    assert TroubleRow.objects.get().state == "open"
    case = sweep.register(ref, CLERK, NOW)
    assert CaseRow.objects.get().case_id == case


def test_who_may_read_write_and_register() -> None:
    ref = listed()
    for actor in (TOWN_HEAD, OFFICER, CLERK, SUPERVISOR):  # own, in charge, the bureau, the supervisor
        assert sweep.read([sweep.find(ref, actor)], actor)[0].title == TROUBLE["title"]
    for act in (
        lambda: sweep.find(ref, OTHER),
        lambda: sweep.settle(ref, "好了", OTHER, NOW),
        lambda: sweep.settle(ref, "好了", CLERK, NOW),
        lambda: sweep.register(ref, OFFICER, NOW),
        lambda: sweep.register(ref, OTHER, NOW),
        lambda: sweep.find("0" * 16, TOWN_HEAD),
        lambda: sweep.week("mujiang", MONDAY, OTHER),
        lambda: sweep.list_trouble("mujiang", TROUBLE, OTHER, NOW),
    ):
        with pytest.raises(NotYours):
            act()
    assert sweep.read(TroubleRow.objects.all(), OTHER)[0].title == ""
    assert [one.row.ref for one in sweep.charged("zjj", OFFICER)] == [ref]
