"""The petitioner's whole file: everything that was said and done, the originals, and the proof of it all.

One zip to take anywhere. What the person said of themselves is not in it; the notices that are given along
bear the name they are addressed to. It holds what the petitioner may read: a paper that was not served yet
stays closed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from huiyin.casework import law, reading, telling
from huiyin.casework.bundles import Bundle, Gone, Opened, whole
from huiyin.casework.howto import FILE
from huiyin.casework.permissions import require
from huiyin.casework.readable import written
from huiyin.casework.reading import PETITIONER
from huiyin.casework.records import Deed
from huiyin.casework.steps import history, record, row_of
from huiyin.ledger import sequencer
from huiyin.ledger.facts import writing
from huiyin.offices import tree
from huiyin.papers.pdf import Document, Section
from huiyin.procedure import Actor, Book, Running, Text
from huiyin.vault import keys as vault_keys
from huiyin.vault import sealed as vault_sealed

KIND = "huiyin.file/1"
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "application/pdf": ".pdf",
}
DOCUMENT = re.compile(r"[A-Za-z0-9_-]+\.[a-z]{3,4}")
INDENT = "\u3000" * 3  # ideographic spaces: as wide as the first line's own, and one more
SAID = {
    "title": Text("信访事项全卷", "The whole file of a matter"),
    "matter": Text("事项", "The matter"),
    "words": Text("您的原话", "Your words"),
    "course": Text("经过", "What happened"),
    "answers": Text("答复", "The answers"),
    "dates": Text("现在的期限", "Dates that run now"),
    "promised": Text("接访时对您的承诺", "What was promised to you"),
    "papers": Text("材料原件", "Originals"),
    "number": Text("编号：%s", "Number: %s"),
    "state": Text("目前：%s", "Now: %s"),
    "filed": Text("登记时间：%s", "Registered: %s"),
    "book": Text("办理程序：%s", "Procedure: %s"),
    "requests": Text("请求%d：%s", "Request %d: %s"),
    "unread": Text("（已作出，尚未送达，内容送达后可见）", "(made, not served yet; you read it once it is)"),
    "due": Text("%s：%s 届满；%s；依据%s", "%s: until %s; %s; %s"),
    "own": Text("您自己的期限", "your own term"),
    "paper": Text("papers/%s：%s，%d字节，SHA-256 %s", "papers/%s: %s, %d bytes, SHA-256 %s"),
    "none": Text("无", "None"),
    "foot": Text(
        "本卷依据日志事实生成，可以核验，见 README.txt。姓名、电话、住址不在卷内。",
        "Made from facts in the log; README.txt says how to check it. It holds no name or address.",
    ),
}


def whole_file(
    case_id: str,
    actor: Actor,
    now: datetime,
    *,
    language: str = "zh-hans",
    documents: Mapping[str, bytes] | None = None,
    promised: Sequence[str] = (),
) -> bytes:
    """The zip. `documents`: notices under plain file names, which go with it. `promised`: what was promised
    in the matter, a paragraph each.

    Raises `NotYours`, `bundles.NotInLog`, `bundles.Gone`. At the console (`system`) it leaves a fact that the
    petitioner sees.
    """
    if actor.role != "system":
        require(actor, "file.take", row_of(case_id))
    else:
        take_out(case_id, "file", now)
    made = Bundle(KIND, whole(case_id), now)
    made.add_log()
    listed = list(_originals(made))
    made.files |= written("case", _paper(made, listed, promised, language))
    made.files["README.txt"] = FILE.encode()
    for name, data in (documents or {}).items():
        if not DOCUMENT.fullmatch(name):
            raise ValueError("a document goes by a plain file name")
        made.files[f"documents/{name}"] = data
    return made.pack()


def take_out(case_id: str, what: str, now: datetime) -> None:
    """An administrator writes a case's words out at the console: a fact says so before anything is opened."""
    if row_of(case_id).erased:
        raise Gone(case_id)
    with writing():
        fact = record(history(case_id), Deed("file.taken.1", Actor("system"), values={"what": what}), now)
    sequencer.wait([fact.fact_id])


def _originals(made: Bundle) -> Iterator[tuple[str, str, int, str]]:
    """Add each original; (file, the name it came with, size, SHA-256)."""
    key = vault_keys.open_key(made.whole.case)
    made.more["originals"] = []
    for one in made.whole.entries:
        for number, paper in enumerate(_papers_of(one), 1):
            place = f"{one.seen.seq:04d}-{number}{ENDINGS.get(paper['mime'], '.bin')}"
            made.files[f"papers/{place}"] = vault_sealed.get(paper["ref"], key)
            made.more["originals"].append({"seq": one.seen.seq, "file": f"papers/{place}"})
            yield place, paper["name"], paper["size"], paper["sha256"]


def _papers_of(one: Opened) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [] if one.closed else one.private.data()["papers"]
    return found


# --- for people -------------------------------------------------------------------------------


def _paper(
    made: Bundle, originals: list[tuple[str, str, int, str]], promised: Sequence[str], language: str
) -> Document:
    case_id, last = made.whole.case, made.whole.entries[-1].seen.seq
    row, book = row_of(case_id), law.book(made.whole.facts[-1].book)
    moments = [m for m in reading.timeline(case_id, PETITIONER, language) if m.seq <= last]
    say = _Saying(book, language)
    parts = {
        "matter": say.matter(made),
        "words": say.words(reading.words(case_id, PETITIONER)),
        "course": [say.moment(one) for one in moments],
        "answers": [say.answer(one) for one in reading.answers(case_id, PETITIONER)],
        "dates": [say.date(one) for one in reading.running(case_id)],
        "promised": promised,
        "papers": [say("paper") % one for one in originals],
    }
    sections = [Section(say(name), tuple(lines) or (say("none"),)) for name, lines in parts.items()]
    office = tree.names({row.bureau}, language).get(row.bureau, row.bureau)
    day = law.day_of(made.made_at, book.zone).isoformat()
    tag = "zh" if language.startswith("zh") else "en"
    return Document(say("title"), row.number, office, tuple(sections), day, "", say("foot"), tag)


class _Saying:
    """The case in words of one language."""

    def __init__(self, book: Book, language: str) -> None:
        self.book, self.language = book, language

    def __call__(self, name: str) -> str:
        return SAID[name].get(self.language)

    def matter(self, made: Bundle) -> list[str]:
        first, row = made.whole.facts[0], row_of(made.whole.case)
        return [
            self("number") % row.number,
            self("filed") % self._when(first.at),
            self("state") % self.book.states[row.state].title.get(self.language),
            self("book") % self.book.title.get(self.language),
        ]

    def words(self, words: reading.Words) -> list[str]:
        asked = [self("requests") % pair for pair in enumerate(words.requests, 1)]
        return [
            text for text in (words.title, words.body, *asked, words.place_detail, words.occurred) if text
        ]

    def moment(self, one: reading.Moment) -> str:
        by = " ".join(part for part in (one.office, one.post) if part)
        article = self.book.cite(one.article, self.language) if one.article else ""
        head = " · ".join(
            part for part in (self._when(one.at), one.title.get(self.language), by, article) if part
        )
        told = [f"{label}: {said}" for label, said in telling.particulars(one, self.book, self.language)]
        unread = [self("unread")] if one.unread else []
        return "\n".join([head, *(f"{INDENT}{line}" for line in (*told, *unread))])

    def answer(self, one: reading.Answer) -> str:
        step = self.book.steps.get(one.step)
        title = step.title.get(self.language) if step else one.step
        day = (one.served_on or law.day_of(one.at, self.book.zone)).isoformat()
        fields = telling.recorded(step, one.texts, one.values, self.book, self.language)
        lines = [f"{label}: {said}" for label, said in fields]
        return "\n".join([f"{day} {title}", *lines])

    def date(self, one: Running) -> str:
        office = tree.names({one.owner_office}, self.language).get(one.owner_office, self("own"))
        cited = self.book.cite(one.clock.article, self.language)
        title = one.clock.title.get(self.language)
        return self("due") % (title, one.count.due.isoformat(), office, cited)

    def _when(self, at: datetime) -> str:
        return f"{at.astimezone(self.book.zone):%Y-%m-%d %H:%M}"
