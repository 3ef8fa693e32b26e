"""One small county for every test of casework, and the shortest way to each point of a case's life."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from huiyin.casework.filing import Registered, register
from huiyin.casework.law import ZONE
from huiyin.casework.steps import Taken, take_step
from huiyin.intake.filing import Attachment, Filing, Person
from huiyin.offices.models import Office, Officer, Place
from huiyin.procedure import Actor

# A Monday; the next working days are ordinary ones.
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)
DAY = timedelta(days=1)
TODAY = NOW.date()

PETITIONER = Actor("petitioner")
CLERK = Actor("clerk", "xfj", "clerk")
CLERK2 = Actor("clerk", "xfj", "clerk2")
BUREAU_HEAD = Actor("head", "xfj", "xfj-head")
OFFICER = Actor("officer", "zjj", "officer")
OFFICER2 = Actor("officer", "zjj", "officer2")
HEAD = Actor("head", "zjj", "head")
OTHER_OFFICER = Actor("officer", "rsj", "rsj-officer")
OTHER_HEAD = Actor("head", "rsj", "rsj-head")
SUPERVISOR = Actor("supervisor", "linjiang", "supervisor")
CUSTODIAN = Actor("custodian", "xfj", "custodian")
SYSTEM = Actor("system")
STAFF = (
    CLERK,
    CLERK2,
    BUREAU_HEAD,
    OFFICER,
    OFFICER2,
    HEAD,
    OTHER_OFFICER,
    OTHER_HEAD,
    SUPERVISOR,
    CUSTODIAN,
)

OFFICES = (
    ("linjiang", "county", False, "临江县"),
    ("xfj", "bureau", False, "临江县信访局"),
    ("zjj", "department", True, "临江县住房和城乡建设局"),
    ("rsj", "department", True, "临江县人力资源和社会保障局"),
    ("mujiang", "town", True, "临江县沐江镇人民政府"),
)
NAMES = {
    "clerk": "陆知禾",
    "clerk2": "岑晚舟",
    "xfj-head": "闻人松",
    "officer": "沈砚清",
    "officer2": "裴小满",
    "head": "顾长风",
    "rsj-officer": "简星河",
    "rsj-head": "乔木春",
    "supervisor": "司徒明朗",
    "custodian": "钟离安",
}

FILING = Filing(
    title="外墙瓷砖掉落没人管",
    body="我们小区三号楼外墙瓷砖从去年起一直往下掉，物业和开发商互相推，请派人鉴定并修好。",
    requests=("请鉴定外墙是否安全", "请责成开发商修好"),
    place="mujiang",
    place_detail="沐江镇滨江路八号",
    occurred="去年十月",
    occurred_on=None,
    category="construction",
    purpose="request",
    channel="letter",
    received_on=TODAY,
)
PERSON = Person("封不觉", "13812345678", "沐江镇滨江路八号三栋二〇一", "11010519491231002X")
OPINION: dict[str, Any] = {
    "outcomes": ["support", "partly"],
    "facts": "经现场查看，三号楼北侧瓷砖空鼓。",
    "reasons": "质保期内的外墙由建设单位负责。",
    "handling": "责成建设单位六十日内修好。",
    "basis": "《建设工程质量管理条例》",
    "execute_by": (TODAY + 90 * DAY).isoformat(),
}

SERVICE: dict[str, Any] = {"method": "post", "served_on": TODAY.isoformat(), "proof": "本人签收"}


def county() -> None:
    """Offices, officers (without passwords: nobody logs in with a hash to wait for) and a town."""
    Office.objects.bulk_create(
        Office(code=code, kind=kind, decides=decides, name_zh=name, name_en=code)
        for code, kind, decides, name in OFFICES
    )
    Place.objects.create(code="mujiang", name_zh="沐江镇", name_en="Mujiang")
    Officer.objects.bulk_create(
        Officer(
            login=actor.ref,
            office_id=actor.office,
            role=actor.role,
            name_zh=NAMES[actor.ref],
            name_en=actor.ref,
            post_zh=f"岗位{number}",
            post_en=f"Post {number}",
            password="!",
        )
        for number, actor in enumerate(STAFF)
    )


def filing(**changes: Any) -> Filing:
    return replace(FILING, **changes)


def file(
    *,
    person: Person | None = PERSON,
    actor: Actor = CLERK,
    office: str = "xfj",
    now: datetime = NOW,
    token: str = "",
    **changes: Any,
) -> Registered:
    """A registration at the counter; `changes` are fields of the filing."""
    return register(filing(**changes), person, actor=actor, office=office, now=now, token=token)


def take(
    case: str,
    step: str,
    values: Mapping[str, Any] | None = None,
    *,
    actor: Actor = OFFICER,
    now: datetime = NOW,
    attachments: Sequence[Attachment] = (),
) -> Taken:
    return take_step(case, step, values or {}, actor=actor, now=now, attachments=attachments)


def routed(office: str = "zjj", **changes: Any) -> str:
    case = file(**changes).case
    take(case, "transfer", {"office": office}, actor=CLERK)
    return case


def handled(**changes: Any) -> str:
    case = routed(**changes)
    take(case, "accept")
    return case


def answered(**changes: Any) -> str:
    case = handled(**changes)
    take(case, "hear", {"method": "phone", "record": "他说瓷砖砸到了车。"})
    take(case, "decide", OPINION)
    return case


def served(**changes: Any) -> str:
    case = answered(**changes)
    take(case, "serve", SERVICE)
    return case


def closed(**changes: Any) -> str:
    case = served(**changes)
    take(case, "report_execution", {"done_on": TODAY.isoformat(), "proof": "验收单"})
    take(case, "close", now=NOW + 40 * DAY)
    return case


def photo(description: str = "phone-model-canary") -> bytes:
    """A JPEG as a telephone makes it: where it was taken and by what, in its metadata."""
    exif = Image.Exif()
    exif[0x010E] = description  # ImageDescription
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 5.5), 3: "E", 4: (120.0, 9.0, 9.5)}  # GPS
    stream = BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def document(text: str = "pdf-canary") -> bytes:
    """A one-page PDF whose title holds `text`."""
    stream = BytesIO()
    Image.new("RGB", (90, 120), "white").save(stream, "PDF", title=text)
    return stream.getvalue()


def local(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
