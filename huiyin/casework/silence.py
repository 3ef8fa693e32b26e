"""The certificate of silence: what the log does not hold of a case whose dates have passed, signed.

It says no more than it can prove: up to one checkpoint these are the entries of the case, and none of them
is a step that would have discharged the duty. The log's key signs that, so that whoever held an entry back
has signed a falsehood.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from huiyin.casework import law
from huiyin.casework.bundles import Bundle, Whole, whole
from huiyin.casework.dossier import take_out
from huiyin.casework.duties import Run, runs
from huiyin.casework.howto import SILENCE
from huiyin.casework.permissions import require
from huiyin.casework.readable import written
from huiyin.casework.records import Past
from huiyin.casework.steps import history, row_of
from huiyin.ledger import keys as ledger_keys
from huiyin.offices import tree
from huiyin.papers.pdf import Document, Section
from huiyin.procedure import Actor, Book, Text

KIND = "huiyin.silence/1"
# What would have broken the silence, by part: sending it on, accepting it, answering it, serving the answer.
AWAITED = ("route", "forward", "refuse", "redirect", "accept", "answer", "review", "serve", "execute")
NAMES = {
    "route": Text("转送或者交办", "routing to an office"),
    "forward": Text("移送有权机关", "forwarding to the competent organ"),
    "refuse": Text("不予受理", "a refusal"),
    "redirect": Text("告知另向提出", "a referral elsewhere"),
    "accept": Text("受理", "acceptance"),
    "answer": Text("处理意见", "an answer"),
    "review": Text("复查复核意见", "a review"),
    "serve": Text("送达", "service of a paper"),
    "execute": Text("执行", "execution"),
}
SAID = {
    "title": Text("无答复证明", "Certificate of silence"),
    "claim": Text("证明内容", "What is certified"),
    "late": Text("已经过去的期限", "Dates that have passed"),
    "entries": Text("本事项在日志中的全部记录", "Every entry that the log holds of this case"),
    "meaning": Text("它说明什么，不说明什么", "What it proves and what not"),
    "upto": Text(
        "截至%s，日志（%s）共有%d条记录，其中属于本事项的是下列%d条；在它们中间，没有以下记录：",
        "As of %s the log %s holds %d entries. Those of this case are the %d below; none of them is:",
    ),
    "absent": Text("自第%d条起，没有：%s", "since entry %d: %s"),
    "clock": Text("%s（%s）：%s 届满，责任单位%s，已逾期%d日", "%s (%s): until %s, owed by %s, %d days late"),
    "entry": Text("第%d条 %s %s %s", "%d. %s %s %s"),
    "honest": Text(
        "日志的密钥已对以上内容签名（statement.note）。如果以后出现一条序号不在其中、位置却在这个检查点之前的"
        "记录，就证明这份签名声明是假的。它不说明有关单位在系统之外做过什么。怎样核验见 README.txt。",
        "The log's key has signed this (statement.note). An entry of this case that is not here, and yet "
        "stands below this checkpoint, would prove the signed statement false. It says nothing of what was "
        "done outside the system. README.txt says how to check it.",
    ),
}


@dataclass
class NotLate(Exception):
    """No clock of an office has passed: there is no silence to certify. `until`: the next date, if any."""

    message: Text
    until: date | None


@dataclass(frozen=True)
class Late:
    """A duty that passed, and the parts of which no entry came since the one that began it."""

    run: Run
    absent: tuple[str, ...]

    @property
    def line(self) -> str:
        count, since = self.run.last.count, self.run.began.seq
        return f"late {count.clock} {count.due.isoformat()} since {since} absent {','.join(self.absent)}"


def certificate(case_id: str, actor: Actor, now: datetime, *, language: str = "zh-hans") -> bytes:
    """The zip; `NotLate` while no date has passed. Other refusals as for the whole file."""
    if actor.role != "system":
        require(actor, "silence.take", row_of(case_id))
    _late(history(case_id), now)  # refused before anything is written
    if actor.role == "system":
        take_out(case_id, "silence", now)
    made = Bundle(KIND, whole(case_id), now)
    late = _late(made.whole.facts, now)
    made.add_log()
    made.files["statement.note"] = ledger_keys.log_key().sign(_statement(made.whole, late, now))
    made.files |= written("certificate", _paper(made.whole, late, now, language))
    made.files["README.txt"] = SILENCE.encode()
    return made.pack()


def _late(facts: Sequence[Past], now: datetime) -> list[Late]:
    open_runs = [run for run in runs(facts) if run.ended is None]
    passed = [run for run in open_runs if run.last.overdue(now)]
    found = [Late(run, absent) for run in passed if (absent := _absent(facts, run))]
    if not found:
        raise _not_late(open_runs)
    return sorted(found, key=lambda one: (one.run.last.count.due, one.run.last.clock.id))


def _absent(facts: Sequence[Past], run: Run) -> tuple[str, ...]:
    """What would have discharged the duty, and that no entry since it began is: the parts of the steps that
    the book has on time by this clock, an answer, and acceptance where there never was one."""
    book, clock = law.book(facts[-1].book), run.last.clock.id
    awaited = {step.part for step in book.steps.values() if clock in step.clocks} | {"answer"}
    if not any(fact.part == "accept" for fact in facts):
        awaited.add("accept")
    since = {fact.part for fact in facts if fact.seq > run.began.seq}
    return tuple(part for part in AWAITED if part in awaited - since and book.of_part(part))


def _not_late(open_runs: Sequence[Run]) -> NotLate:
    until = min((run.last.count.due for run in open_runs), default=None)
    if until is None:
        zh, en = "没有单位的期限在走，", "no clock of an office runs"
    else:
        zh, en = f"最近的期限到{until.isoformat()}才届满，", f"the next date is {until.isoformat()}"
    return NotLate(
        Text(
            f"现在还不能出具无答复证明：{zh}没有期限已经过去。",
            f"No silence to certify: {en}; none has passed.",
        ),
        until,
    )


def _statement(of: Whole, late: Sequence[Late], now: datetime) -> str:
    """What the log signs. Its first line differs from every origin, so no checkpoint can be taken for it."""
    lines = [
        KIND,
        of.checkpoint.origin,
        f"case {of.case}",
        f"entries {len(of.entries)}",
        f"checkpoint {of.checkpoint.size} {b64encode(of.checkpoint.root).decode()}",
        f"time {now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        *(one.line for one in late),
    ]
    return "\n".join(lines) + "\n"


# --- for people -------------------------------------------------------------------------------


def _paper(of: Whole, late: Sequence[Late], now: datetime, language: str) -> Document:
    book = law.book(of.facts[-1].book)
    say = _Saying(book, language)
    sections = (
        Section(say("claim"), tuple(say.claim(of, late, now))),
        Section(say("late"), tuple(say.clock(one, now) for one in late)),
        Section(say("entries"), tuple(say.entries(of))),
        Section(say("meaning"), (say("honest"),)),
    )
    tag = "zh" if language.startswith("zh") else "en"
    day = law.day_of(now, book.zone).isoformat()
    bureau = row_of(of.case).bureau
    organ = tree.names({bureau}, language).get(bureau, bureau)
    return Document(say("title"), of.number, organ, sections, day, language=tag)


class _Saying:
    """The certificate in words of one language."""

    def __init__(self, book: Book, language: str) -> None:
        self.book, self.language = book, language

    def __call__(self, name: str) -> str:
        return SAID[name].get(self.language)

    def claim(self, of: Whole, late: Sequence[Late], now: datetime) -> Iterator[str]:
        at = f"{now.astimezone(self.book.zone):%Y-%m-%d %H:%M}"
        yield self("upto") % (at, of.checkpoint.origin, of.checkpoint.size, len(of.entries))
        for one in late:
            comma = Text("、", ", ").get(self.language)
            names = comma.join(NAMES[part].get(self.language) for part in one.absent)
            yield self("absent") % (one.run.began.seq, names)

    def clock(self, one: Late, now: datetime) -> str:
        clock, count = one.run.last.clock, one.run.last.count
        office = one.run.last.owner_office
        name = tree.names({office}, self.language).get(office, office)
        days = (law.day_of(now, count.zone) - count.due).days
        cited = self.book.cite(clock.article, self.language)
        return self("clock") % (clock.title.get(self.language), cited, count.due.isoformat(), name, days)

    def entries(self, of: Whole) -> Iterator[str]:
        names = tree.names({fact.actor.office for fact in of.facts if fact.actor.office}, self.language)
        for fact in of.facts:
            step = law.book(fact.book).steps.get(fact.step)
            title = step.title.get(self.language) if step else fact.kind
            day = law.day_of(fact.at, self.book.zone).isoformat()
            yield self("entry") % (fact.seq, day, title, names.get(fact.actor.office, ""))
