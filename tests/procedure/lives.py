"""Lives of cases under the Regulation, each told step by step as far as its name says."""

from datetime import date
from typing import Any

import pytest

from huiyin.procedure import (
    Actor,
    Case,
    Unlawful,
    breaches,
    decide,
    evolve,
    open_steps,
    running,
    start,
)
from tests.procedure.cast import (
    BOOK,
    CHINA,
    CLERK,
    DAY,
    FILED,
    HEAD,
    OFFICER,
    OPINION,
    OTHER_OFFICER,
    PETITIONER,
    SUPERVISOR,
    SYSTEM,
    counts,
    noon,
)

MON = date(2026, 3, 2)
BUREAU_HEAD = Actor("head", "bureau", "head9")
COLLEAGUE = Actor("officer", "housing", "officer7")
ABOVE = Actor("officer", "county", "above1")
ABOVE_HEAD = Actor("head", "county", "above-head")
TOP = Actor("officer", "city", "top1")
DISCIPLINE = Actor("officer", "discipline", "disc1")
OWN = Actor("officer", "bureau", "own1")  # where the bureau itself received and decides
EVERYBODY = (
    *(CLERK, SUPERVISOR, BUREAU_HEAD, OFFICER, COLLEAGUE, HEAD, OTHER_OFFICER, ABOVE, ABOVE_HEAD, TOP),
    *(DISCIPLINE, PETITIONER, SYSTEM, OWN),
)
SEALED = ("accusation", "retaliation")


def on(days: int) -> date:
    return MON + days * DAY


class Life:
    """A case from its registration on Monday, moved by steps; days count from that Monday."""

    def __init__(self, **filed: Any) -> None:
        self.case: Case = start(BOOK)
        self("register", 0, filed.pop("by", CLERK), **{**FILED, "received_on": MON, **filed})

    def __call__(self, name: str, day: int, actor: Actor, **values: Any) -> "Life":
        event = decide(self.case, name, values, actor, noon(on(day)), CHINA)
        self.case = evolve(self.case, event)
        return self

    def breach(self, day: int) -> "Life":
        """What the system writes by itself on that day."""
        for late in breaches(self.case, noon(on(day)), CHINA):
            self("breach", day, SYSTEM, clock=late.clock.id, due=late.count.due)
        return self

    @property
    def state(self) -> str:
        return self.case.state

    def due(self, clock: str) -> date:
        return counts(self.case)[clock].due

    def clocks(self) -> set[str]:
        return set(counts(self.case))

    def owes(self) -> dict[str, str]:
        """Whose each running clock is."""
        return {r.clock.id: r.owner_office for r in running(self.case, CHINA)}

    def offered(self, actor: Actor, day: int) -> set[str]:
        return {o.step.id for o in open_steps(self.case, actor, noon(on(day)), CHINA)}

    def refused(self, name: str, day: int, actor: Actor, **values: Any) -> str:
        """The article, without the name of the law, under which the step is refused."""
        with pytest.raises(Unlawful) as caught:
            self(name, day, actor, **values)
        assert caught.value.message.zh
        assert caught.value.article.startswith("《")
        return caught.value.article.partition("》")[2]


def served_on(day: int) -> dict[str, Any]:
    return {"method": "post", "served_on": on(day), "proof": "本人签收"}


OBJECTION = {"reason": "not_this_office", "explanation": "不归我们管"}
REFUSAL = {"reason": "already_accepted", "organ": "县人社局", "explanation": "那边已经受理"}
WAY = {"route": "courts", "organ": "县法院", "limit": "自知道之日起6个月", "deadline": on(120)}
REVIEW = {"conclusion": "maintain", "facts": "事实", "reasons": "理由", "handling": "意见", "basis": "依据"}
REDO = {"facts": "事实", "reasons": "程序有误", "basis": "依据", "handling": "重新测量"}
HEARING = {"form": "formal", "panel": "主持人一名，听证员四名"}
HELD = {"record": "笔录", "findings": "听证意见"}
LOOKED = {"earlier": "〔2026〕3号", "looked_at": "对照了两次的全部材料，没有新的事实", "explanation": "说明"}
SAME = {"earlier_state": "rereviewed", "reason": "same_facts_and_reasons", **LOOKED}


def routed(**filed: Any) -> Life:
    return Life(**filed)("transfer", 1, CLERK, office="housing")


def handling(**filed: Any) -> Life:
    return routed(**filed)("accept", 2, OFFICER)


def heard() -> Life:
    return handling()("hear", 3, OFFICER, method="phone", record="他说")


def served(**changes: Any) -> Life:
    return heard()("decide", 4, OFFICER, **{**OPINION, **changes})("serve", 7, OFFICER, **served_on(7))


def reviewing() -> Life:
    return served()("ask_review", 10, PETITIONER, reviewer="county")


def review_served() -> Life:
    return reviewing()("decide_review", 12, ABOVE, **REVIEW)("serve_review", 14, ABOVE, **served_on(14))


def rereviewing() -> Life:
    return review_served()("ask_rereview", 21, PETITIONER, rereviewer="city")


def rereviewed() -> Life:
    return rereviewing()("decide_rereview", 30, TOP, **REVIEW)("serve_rereview", 31, TOP, **served_on(31))


def redone() -> Life:
    """Set aside on review and heard anew by a colleague."""
    life = reviewing()("order_redo", 12, ABOVE, **REDO)
    return life("hear", 13, COLLEAGUE, method="phone", record="他说")


def objected(life: Life, office: str, day: int) -> Life:
    life("transfer", day, CLERK, office=office)
    return life("object", day, Actor("officer", office, f"{office}-o"), **OBJECTION)


def twice_upheld() -> Life:
    life = objected(Life(), "housing", 1)("uphold_objection", 2, CLERK, reason="核实")
    return objected(life, "water", 2)("uphold_objection", 3, CLERK, reason="核实")


def disputed() -> Life:
    return routed()("dispute", 2, OFFICER, superior="county", offices=["water"], reason="两家都有份")


def forwarded(purpose: str = "accusation", **filed: Any) -> Life:
    return Life(purpose=purpose, **filed)("forward_accusation", 1, CLERK, organ="discipline")


def disciplined(purpose: str = "accusation") -> Life:
    life = forwarded(purpose)("discipline_accept", 2, DISCIPLINE)
    life("ask_petitioner", 3, DISCIPLINE, question="哪一天？")("reply", 4, PETITIONER, text="三月一日")
    life("discipline_answer", 30, DISCIPLINE, result="established", explanation="已处理")
    return life("serve_discipline", 31, DISCIPLINE, **served_on(31))


def redirected(by_office: bool = False) -> Life:
    life = routed() if by_office else Life()
    life("redirect", 2, OFFICER if by_office else CLERK, **WAY)
    return life("serve_redirect", 3, OFFICER if by_office else CLERK, **served_on(3))


SUGGESTED = {"adopted": "partly", "reasons": "理由"}


def suggestion() -> Life:
    return routed(purpose="suggestion")


def not_accepted() -> Life:
    return routed()("not_accept", 2, OFFICER, **REFUSAL)("serve_refusal", 3, OFFICER, **served_on(3))


def no_longer() -> Life:
    return Life()("not_again", 2, CLERK, **SAME)("serve_no_longer", 3, CLERK, **served_on(3))


def replied() -> Life:
    life = suggestion()("answer_suggestion", 2, OFFICER, **SUGGESTED)
    return life("serve_reply", 3, OFFICER, **served_on(3))


def upheld() -> Life:
    life = not_accepted()("challenge", 20, PETITIONER, reviewer="county")
    return life("uphold_challenge", 21, ABOVE, office="water", reason="应当受理")


def offered() -> Life:
    life = handling()("mediate", 3, OFFICER, kind="mediation", held_on=on(3), record="双方同意")
    return life("offer_settlement", 4, OFFICER, kind="mediation", agreement="四月底前返还")


def settled(**values: Any) -> Life:
    life = offered()("accept_settlement", 5, PETITIONER)
    return life("serve_settlement", 6, OFFICER, **served_on(6), **values)


def second_round() -> Life:
    life = redone()("decide", 14, COLLEAGUE, **{**OPINION, "outcomes": ["support", "partly"]})
    life("serve", 15, COLLEAGUE, **served_on(15))("ask_review", 16, PETITIONER, reviewer="county")
    return life


def late_review() -> Life:
    life = served()("close", 50, SYSTEM)
    return life("ask_review_late", 60, PETITIONER, reviewer="county", reason="在外打工")


def late_refused() -> Life:
    life = late_review()("refuse_late", 65, ABOVE, reason="no_good_cause", explanation="看过了")
    assert life.state == "late_refused"
    return life("serve_late_refusal", 66, ABOVE, **served_on(66))


def late_rereview() -> Life:
    life = review_served()
    return life("ask_rereview_late", 60, PETITIONER, rereviewer="city", reason="住院")


def late_rereview_refused() -> Life:
    life = late_rereview()("refuse_late_rereview", 61, TOP, reason="no_good_cause", explanation="看过了")
    return life("serve_late_rereview_refusal", 62, TOP, **served_on(62))


def imported() -> Life:
    life = Life()
    filed = {**FILED, "received_on": date(2019, 4, 25), "channel": "import"}
    life.case = evolve(start(BOOK), decide(start(BOOK), "import_letter", filed, SYSTEM, noon(MON), CHINA))
    return life


def ordered() -> Life:
    order = {"ground": "delay", "demand": "立即告知", "answer_by": on(30)}
    return routed().breach(17)("order_supervision", 18, SUPERVISOR, **order)


def rectifying() -> Life:
    life = ordered().breach(31)("refer_up", 31, SUPERVISOR, superior="county", reason="督办不回")
    return life("order_rectification", 32, ABOVE_HEAD, ground="delay", demand="三日内告知", due=on(40))


def suggested() -> Life:
    values = {"kind": "liability", "addressee": "county", "suggestion": "追究直接责任人"}
    return rectifying().breach(41)("suggest", 41, SUPERVISOR, **values)


def asked_superior() -> Life:
    return handling()("ask_superior", 3, PETITIONER, superior="county")


def extended() -> Life:
    life = handling()("ask_extension", 3, OFFICER, days=20, reason="要测量")
    return life("grant_extension", 4, HEAD, days=20, reason="复杂")


def made() -> Life:
    return heard()("decide", 4, OFFICER, **OPINION)


def named() -> Life:
    return routed(respondent_officers=["officer1"])
