"""The responsibility review as a paper: one sheet of tables, in Chinese or English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from huiyin.insight.review import Deed, Duty, Measure, Returned, Review
from huiyin.offices import tree
from huiyin.papers import report
from huiyin.papers.report import Table
from huiyin.procedure import Text

TITLE = Text("信访事项责任倒查表", "Responsibility review")
NOTE = Text(
    "本表全部依据系统中的事实记录自动生成，只记载单位和工作人员履行职责的情况，不记载、不评价信访人。",
    "Made from recorded facts alone. It tells how offices and officers did their duty, "
    "and neither describes nor judges the petitioner.",
)
META = (
    Text("编号", "Number"),
    Text("登记时间", "Registered"),
    Text("目前状态", "State"),
    Text("办理程序", "Procedure"),
    Text("制表时间", "Made"),
)
DUTIES = Text("一、应当办理的事项", "1. What was owed")
DUTY_HEAD = (
    Text("应办事项及依据", "Duty and article"),
    Text("责任单位、负责人", "Office and head"),
    Text("起算", "Counted from"),
    Text("应当何时办结", "Due"),
    Text("实际办理", "Done, by whom"),
    Text("结果", "Outcome"),
)
RETURNED = Text("二、退回、不予受理和另行告知", "2. Sent back, refused, turned elsewhere")
RETURNED_HEAD = (
    Text("时间", "When"),
    Text("经办", "By"),
    Text("事项", "Step"),
    Text("理由及依据", "Reason and article"),
)
MEASURES = Text("三、逾期、督办和建议", "3. Breaches, orders, suggestions")
MEASURE_HEAD = (Text("时间", "When"), Text("事项", "Step"), Text("对象", "To"))
OUTCOMES: Mapping[str, Text] = {
    "done": Text("按期完成", "Done in time"),
    "late": Text("逾期完成", "Done late"),
    "passed_on": Text("转由他方承担或不再需要", "Passed on, or no longer needed"),
    "open": Text("未到期", "Not due yet"),
    "overdue": Text("逾期未完成", "Overdue, not done"),
}
SHADOW = Text("前一期限已过，自%s起算", "the date before it had passed: counted from %s")
NOTHING = Text("无", "None")


def docx(found: Review, language: str) -> bytes:
    """The review as an editable Word file, on its side."""
    said = _Saying(found, language)
    return report.docx(
        TITLE.get(language),
        said.meta(),
        tables(found, language),
        notes=[NOTE.get(language)],
        language=language,
        wide=True,
    )


def tables(found: Review, language: str) -> list[Table]:
    """Duties; what was sent back; what followed. A page shows the same."""
    said = _Saying(found, language)
    return [
        said.table(DUTIES, DUTY_HEAD, [said.duty(one) for one in found.duties], (4, 3, 3, 3, 4, 3)),
        said.table(RETURNED, RETURNED_HEAD, [said.returned(one) for one in found.returned], (2, 3, 3, 6)),
        said.table(MEASURES, MEASURE_HEAD, [said.measure(one) for one in found.measures], (2, 4, 4)),
    ]


@dataclass
class _Saying:
    """The review in words of one language; offices and officers looked up once."""

    review: Review
    language: str
    offices: Mapping[str, str] = field(init=False)
    posts: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.offices = tree.names(self.review.offices(), self.language)
        officers = tree.officers(self.review.logins())
        self.posts = {o.login: f"{o.post_in(self.language)} {o.name_in(self.language)}" for o in officers}

    def meta(self) -> list[tuple[str, str]]:
        found = self.review
        values = (
            found.number,
            self._when(found.registered_at),
            found.state.get(self.language),
            found.book.title.get(self.language),
            self._when(found.made_at),
        )
        return [(name.get(self.language), value) for name, value in zip(META, values, strict=True)]

    def table(
        self, title: Text, head: tuple[Text, ...], rows: list[tuple[str, ...]], widths: tuple[int, ...]
    ) -> Table:
        nothing = (NOTHING.get(self.language), *[""] * (len(head) - 1))
        heads = [text.get(self.language) for text in head]
        return Table(title.get(self.language), heads, rows or [nothing], widths)

    def duty(self, duty: Duty) -> tuple[str, ...]:
        count = duty.count
        extended = Text(f"（已延长{count.extension}日）", f" (extended by {count.extension} days)")
        return (
            self._lines(duty.title.get(self.language), self._cite(duty.article)),
            self._lines(self._office(duty.office), *(self._post(login) for login in duty.heads)),
            self._lines(duty.began.title.get(self.language), count.since.isoformat(), self._shadow(duty)),
            count.due.isoformat() + (extended.get(self.language) if count.extension else ""),
            self._done(duty.ended) if duty.ended else "—",
            self._lines(OUTCOMES[duty.outcome].get(self.language), self._late(duty)),
        )

    def _shadow(self, duty: Duty) -> str:
        if not duty.count.shadow:
            return ""
        return SHADOW.get(self.language) % duty.count.day_zero.isoformat()

    def _late(self, duty: Duty) -> str:
        days = Text(f"逾期{duty.late_days}日", f"{duty.late_days} days late")
        return days.get(self.language) if duty.late_days else ""

    def returned(self, one: Returned) -> tuple[str, ...]:
        articles = [self._cite(article) for article in dict.fromkeys(one.articles)]
        reasons = [reason.get(self.language) for reason in one.reasons]
        return (
            self._when(one.deed.at),
            self._by(one.deed),
            one.deed.title.get(self.language),
            self._lines(*reasons, *one.words, *articles),
        )

    def measure(self, one: Measure) -> tuple[str, ...]:
        title = self._lines(one.deed.title.get(self.language), self._by(one.deed))
        return self._when(one.deed.at), title, self._office(one.to)

    def _done(self, deed: Deed) -> str:
        return self._lines(deed.title.get(self.language), self._when(deed.at), self._by(deed))

    def _by(self, deed: Deed) -> str:
        return self._lines(self._office(deed.office), self._post(deed.login))

    def _office(self, code: str) -> str:
        return self.offices.get(code, code)

    def _post(self, login: str) -> str:
        return self.posts.get(login, login)

    def _cite(self, article: str) -> str:
        return self.review.book.cite(article, self.language)

    def _when(self, at: datetime) -> str:
        return f"{at.astimezone(self.review.book.zone):%Y-%m-%d %H:%M}"

    @staticmethod
    def _lines(*parts: str) -> str:
        return "\n".join(part for part in parts if part)
