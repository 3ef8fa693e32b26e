"""Lives of invented cases under the shipped book, each as long as its notice needs."""

from datetime import datetime, timedelta
from typing import Any

from huiyin.casework import law
from huiyin.casework.breaching import record_due
from huiyin.casework.models import CaseRow
from huiyin.casework.steps import history
from huiyin.offices.models import Office, Officer
from huiyin.papers import typeset
from huiyin.postroom import notices
from huiyin.postroom.notices import Notice
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CLERK, HEAD, NOW, OFFICER, PETITIONER, take

COUNTY = Actor("officer", "linjiang", "county-officer")
CITY = Actor("officer", "yunzhou", "city-officer")
BUREAU_SUPERVISOR = Actor("supervisor", "xfj", "xfj-supervisor")
MARKS = {"xfj": "临信复", "zjj": "临住建复", "linjiang": "临政信复", "yunzhou": "云政信复"}
ADDRESS, PHONE = "沐江镇县府路二号", "0000-5550100"
NAME = cast.PERSON.name


def county() -> None:
    """The small county with a city above it, marks, addresses, and an officer on each step of the ladder."""
    cast.county()
    Office.objects.create(code="yunzhou", kind="city", name_zh="云洲市人民政府", name_en="Yunzhou City")
    Office.objects.create(code="jw", kind="discipline", name_zh="临江县纪委监委", name_en="Discipline")
    Office.objects.filter(code="linjiang").update(parent="yunzhou")
    Office.objects.exclude(code__in=("yunzhou", "linjiang")).update(parent="linjiang")
    Office.objects.update(address_zh=ADDRESS, address_en="2 Xianfu Road", phone=PHONE)
    for code, mark in MARKS.items():
        Office.objects.filter(code=code).update(mark=mark)
    for actor, name in ((COUNTY, "公孙云"), (CITY, "慕容川"), (BUREAU_SUPERVISOR, "端木溪")):
        Officer.objects.create(
            login=actor.ref,
            office_id=actor.office,
            role=actor.role,
            name_zh=name,
            name_en=actor.ref,
            post_zh="干部",
            post_en="Official",
            password="!",
        )


def after(days: float) -> datetime:
    return NOW + timedelta(days=days)


def on(days: int) -> str:
    return (cast.TODAY + timedelta(days=days)).isoformat()


def seq(case: str, step: str) -> int:
    return next(fact.seq for fact in history(case) if fact.step == step)


def numbers(case: str) -> list[str]:
    return [str(f.values["notice_number"]) for f in history(case) if "notice_number" in f.values]


def notice(
    case: str, kind: str, actor: Actor = PETITIONER, language: str = "zh", days: float = 200
) -> Notice:
    """The first notice of this kind that the actor may have."""
    listed = next(one for one in notices.of_case(case, actor) if one.kind == kind)
    return notices.render(case, listed.seq, kind, actor, language, now=after(days))


# --- lives ---------------------------------------------------------------------------------------------


def serve(case: str, step: str, actor: Actor, days: int) -> None:
    proof = "本人签收，邮件号EX000000001CN"
    take(case, step, {"method": "post", "served_on": on(days), "proof": proof}, actor=actor, now=after(days))


def accepted(**changes: Any) -> str:
    """Filed on 2 March 2026, transferred on the 3rd, accepted on the 4th."""
    case = cast.file(**changes).case
    take(case, "transfer", {"office": "zjj", "note": "请依法办理。"}, actor=CLERK, now=after(1))
    take(case, "accept", {"note": "先到现场查看，再请鉴定机构出具意见。"}, now=after(2))
    return case


def extended() -> str:
    case = accepted()
    take(case, "ask_extension", {"days": 20, "reason": "等待鉴定"}, now=after(30))
    values = {"days": 20, "reason": "鉴定机构尚未出具意见。"}
    take(case, "grant_extension", values, actor=HEAD, now=after(31))
    return case


def decided() -> str:
    case = extended()
    take(case, "hear", {"method": "phone", "record": "他说瓷砖砸到了车。"}, now=after(32))
    take(case, "decide", {**cast.OPINION, "execute_by": on(120)}, now=after(40))
    return case


def served() -> str:
    case = decided()
    serve(case, "serve", OFFICER, 42)
    return case


FINDINGS = {
    "facts": "再次查看现场，空鼓属实。",
    "reasons": "原处理意见事实清楚、适用依据正确。",
    "basis": "《信访工作条例》第三十五条",
    "handling": "维持原处理意见。",
}


def reviewed() -> str:
    """Review by the county, served."""
    case = served()
    take(case, "ask_review", {"grounds": "只修北侧不够，请整栋鉴定。"}, actor=PETITIONER, now=after(50))
    take(case, "decide_review", {**FINDINGS, "conclusion": uphold(case)}, actor=COUNTY, now=after(60))
    serve(case, "serve_review", COUNTY, 62)
    return case


def final() -> str:
    """Re-review by the city, served: the end of the ladder."""
    case = reviewed()
    take(case, "ask_rereview", {"grounds": "仍然不同意。"}, actor=PETITIONER, now=after(70))
    values = {**FINDINGS, "conclusion": uphold(case, "decide_rereview")}
    take(case, "decide_rereview", values, actor=CITY, now=after(80))
    serve(case, "serve_rereview", CITY, 82)
    return case


def uphold(case: str, step: str = "decide_review") -> str:
    return first_choice(case, step, "conclusion")


def first_choice(case: str, step: str, field: str) -> str:
    found = law.book(CaseRow.objects.get(case_id=case).book).steps[step].field(field)
    assert found is not None
    return found.choices[0].id


def refused() -> str:
    case = cast.file().case
    take(case, "transfer", {"office": "zjj"}, actor=CLERK, now=after(1))
    values = {"reason": "in_progress", "organ": "临江县人民政府", "explanation": "县政府已经受理，正在办理。"}
    take(case, "not_accept", values, now=after(2))
    serve(case, "serve_refusal", OFFICER, 3)
    return case


def redirected() -> str:
    case = cast.file().case
    values = {
        "route": "courts",
        "organ": "临江县人民法院",
        "limit": "自知道之日起六个月内起诉",
        "deadline": on(150),
        "explanation": "属于民事纠纷。",
    }
    take(case, "redirect", values, actor=CLERK, now=after(1))
    serve(case, "serve_redirect", CLERK, 2)
    return case


def not_again() -> str:
    """The same words again once the city has had the last word."""
    final()
    case = cast.file(now=after(90), received_on=cast.TODAY + timedelta(days=90)).case
    values = {
        "reason": first_choice(case, "not_again", "reason"),
        "earlier": "云政信复〔2026〕1号",
        "looked_at": "逐项对照，没有新的事实和理由。",
        "explanation": "该事项已经复核终结。",
    }
    take(case, "not_again", values, actor=CLERK, now=after(91))
    serve(case, "serve_no_longer", CLERK, 92)
    return case


def adopted() -> str:
    case = cast.file(purpose="suggestion").case
    take(case, "transfer", {"office": "zjj"}, actor=CLERK, now=after(1))
    values = {
        "adopted": first_choice(case, "answer_suggestion", "adopted"),
        "reasons": "建议可行，已列入明年计划。",
    }
    take(case, "answer_suggestion", values, now=after(5))
    serve(case, "serve_reply", OFFICER, 6)
    return case


def settled() -> str:
    case = accepted()
    values = {
        "kind": first_choice(case, "offer_settlement", "kind"),
        "agreement": "建设单位三十日内修好外墙。",
    }
    take(case, "offer_settlement", values, now=after(10))
    take(case, "accept_settlement", actor=PETITIONER, now=after(11))
    serve(case, "serve_settlement", OFFICER, 12)
    return case


def late() -> str:
    """Past its decision clock on day 90: told as a breach, an interim reply, orders and a suggestion."""
    case = accepted()
    record_due(after(90))
    interim = {"reason": "鉴定机构排期较长。", "expected_on": on(120)}
    take(case, "interim_reply", interim, now=after(90))
    order = {
        "ground": first_choice(case, "order_supervision", "ground"),
        "demand": "三日内报告进展。",
        "answer_by": on(100),
    }
    take(case, "order_supervision", order, actor=BUREAU_SUPERVISOR, now=after(91))
    values = {
        "kind": first_choice(case, "suggest", "kind"),
        "addressee": "zjj",
        "suggestion": "建立外墙安全定期检查制度。",
    }
    take(case, "suggest", values, actor=BUREAU_SUPERVISOR, now=after(92))
    return case


def rectified() -> str:
    """An order to put right, from the office above, while it reviews."""
    case = served()
    take(case, "ask_review", {"grounds": "没有按期执行。"}, actor=PETITIONER, now=after(50))
    values = {
        "ground": first_choice(case, "order_rectification", "ground"),
        "demand": "限期补正调查记录。",
        "due": on(70),
    }
    take(case, "order_rectification", values, actor=COUNTY, now=after(55))
    return case


LIVES = {
    "receipt": accepted,
    "routed": accepted,
    "accept": accepted,
    "extension": extended,
    "opinion": served,
    "proof_of_service": served,
    "review_opinion": reviewed,
    "rereview_opinion": final,
    "not_accept": refused,
    "redirect": redirected,
    "no_longer": not_again,
    "suggestion_reply": adopted,
    "settlement": settled,
    "interim": late,
    "supervision": late,
    "suggestion": late,
    "rectification": rectified,
}


def words(made: Notice) -> str:
    """The words of a notice, a line for each paragraph."""
    return typeset.text(made.docx)
