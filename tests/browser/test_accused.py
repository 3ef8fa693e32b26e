"""An accusation and a report of retaliation go, sealed, to the discipline organ.

The office complained of never meets them, however much of the site its people walk through, download or ask
for by address.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pypdfium2
import pytest
from playwright.sync_api import APIResponse

from huiyin.procedure import load_book
from tests.browser.conftest import Opening
from tests.browser.people import Matter, Officer, Petitioner
from tests.browser.test_case import today
from tests.browser.window import PHONE, Window

pytestmark = pytest.mark.browser

# Every account of the housing office, which is complained of here.
ACCUSED = ("officer", "officer2", "head")
TITLE = "验收弄虚作假收受开发商购物卡"
ACCUSATION = Matter(
    body=f"{TITLE}。翠屏里三期没有做防水试验就通过了验收，有人亲眼看见。",
    requests=("查处弄虚作假的人",),
    purpose="accusation",
    respondent="zjj",
    name="尉迟小禾",
)
REVENGE = Matter(
    body="反映漏水以后被停了物业维修资金的申请，窗口的人说谁让你去告状。",
    requests=("恢复我的申请",),
    purpose="retaliation",
    respondent="zjj",
    name="尉迟小禾",
)
LEAKS = Matter(body="地下车库的排水沟堵了一年，一下雨就积水，请住建局派人疏通。")
# One step in four: the guards ask for every address there is, without a browser.
STEPS = tuple(load_book("cn-xinfang-2022").steps)[::4]


@dataclass(frozen=True)
class Sealed:
    """What must not be met: the case by its id and number, its words, whoever brought it."""

    case: str
    number: str
    body: str
    name: str

    def in_(self, told: str) -> list[str]:
        return [mark for mark in (self.case, self.number, self.body[:12], self.name) if mark in told]


@dataclass(frozen=True)
class Met:
    """One thing that the site handed out: a page, a file, a refusal."""

    path: str
    status: int
    told: str


MOST = 10_000  # pages one account can reach in the seeded county; more means links that lead on for ever

# --- walking through everything -----------------------------------------------------------------------


def everything(window: Window, *starts: str) -> Iterator[Met]:
    """Every page and file of this site to which links lead from here, whoever is logged in."""
    waiting, known = list(starts), set(starts)
    while waiting:
        path = waiting.pop()
        found = met(window, path)
        yield found
        for link in re.findall(r'(?:href|src|action)="([^"#]*)', found.told if found.status < 400 else ""):
            target = urlsplit(urljoin(f"{window.address}{path}", link.replace("&amp;", "&")))
            there = target.path + (f"?{target.query}" if target.query else "")
            if target.netloc == urlsplit(window.address).netloc and worth(target.path) and there not in known:
                known.add(there)
                waiting.append(there)
        assert len(known) < MOST, (
            f"links without an end: {Counter(path.partition('?')[0] for path in known).most_common(3)}"
        )


def worth(path: str) -> bool:
    """Whether a link is followed: not out of the door, not to style sheets, not into the log's own tiles."""
    return path not in ("/desk/logout/", "/language/") and not path.startswith(("/static/", "/log/tile/"))


def met(window: Window, path: str, **asked: str) -> Met:
    answer = window.context.request.get(window.address + path, headers=asked, max_redirects=3)
    return Met(path, answer.status, spoken(answer))


def spoken(answer: APIResponse) -> str:
    """All that an answer says: headers that name things, and its words, out of whatever file holds them."""
    body, kind = answer.body(), answer.headers.get("content-type", "")
    head = " ".join(answer.headers.get(name, "") for name in ("location", "content-disposition"))
    if "wordprocessingml" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as word:
            return head + "".join(re.sub(r"<[^>]+>", "", word.read(name).decode()) for name in parts(word))
    if kind == "application/pdf":
        pages = pypdfium2.PdfDocument(body)
        return head + "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)
    return head + body.decode("utf-8", "replace")


def parts(word: zipfile.ZipFile) -> list[str]:
    return [name for name in word.namelist() if name.endswith(".xml")]


def addresses(case: str) -> list[str]:
    """Every address at which the case would be found by whoever knew or guessed its id."""
    tails = ["", "review/", "review.docx", "identity/", "release/"]
    tails += [f"step/{step}/" for step in STEPS]
    tails += [f"notice/{seq}/{kind}.pdf" for seq in (1, 2, 3) for kind in ("receipt", "routed", "accept")]
    return [f"/desk/case/{case}/{tail}" for tail in tails]


# --- the two matters ----------------------------------------------------------------------------------


def test_the_accused_office_never_meets_an_accusation(window: Opening) -> None:
    petitioner, office = Petitioner(window(PHONE)), window()
    slip = petitioner.file(ACCUSATION)
    petitioner.enter(slip.code)
    sealed = forwarded(office, slip.number, ACCUSATION)
    stays_unseen(office, sealed)
    told_of_the_result(office, petitioner, sealed)
    stays_unseen(office, sealed)
    is_never_made_public(office, sealed)


def test_a_report_of_retaliation_goes_to_discipline(window: Opening) -> None:
    """From the page of the matter for which somebody is punished, as a matter of its own."""
    petitioner, office = Petitioner(window(PHONE)), window()
    first = petitioner.file(LEAKS)
    petitioner.enter(first.code)
    Officer(office, "clerk").take(first.number, "transfer", office="zjj")
    petitioner.window.go("/case/")
    petitioner.window.press("section[aria-labelledby=revenge] a")
    assert petitioner.page.is_checked("[name=purpose][value=retaliation]")
    petitioner.say_what(REVENGE)
    petitioner.say_where(REVENGE)
    petitioner.say_who(REVENGE)
    slip = petitioner.send()
    assert slip.number != first.number
    sealed = forwarded(office, slip.number, REVENGE)
    stays_unseen(office, sealed, besides=first.number)


def forwarded(office: Window, number: str, matter: Matter) -> Sealed:
    """The bureau can only send it, sealed, to the discipline organ; the accused office is no choice."""
    clerk = Officer(office, "clerk")
    sealed = Sealed(clerk.open(number), number, matter.body, matter.name)
    assert "forward_accusation" in clerk.offers()
    office.go(f"/desk/case/{sealed.case}/step/transfer/")
    assert not office.page.locator("option[value=zjj]").count()
    clerk.take(number, "forward_accusation")
    officer = Officer(office, "jw-officer")
    assert officer.open(number) == sealed.case
    assert matter.body in office.text()
    # The same walk finds it where it may be found: what the accused do not meet is not there.
    assert [one.path for one in everything(office, "/desk/") if sealed.number in one.told]
    return sealed


def stays_unseen(office: Window, sealed: Sealed, besides: str = "") -> None:
    for login in ACCUSED:
        officer = Officer(office, login)
        walked = list(
            everything(office, "/desk/", "/desk/?view=all", "/desk/?view=done", "/answers/", "/log/")
        )
        assert len(walked) > 20
        assert not [(one.path, found) for one in walked if (found := sealed.in_(one.told))]
        assert not besides or any(besides in one.told for one in walked)
        asked_by_address(office, sealed)
        asked_by_number(officer, sealed)


def asked_by_address(office: Window, sealed: Sealed) -> None:
    """A case that is not theirs answers like a case that never was."""
    for path in addresses(sealed.case):
        theirs, nobodys = met(office, path), met(office, path.replace(sealed.case, "2222222222222222"))
        assert theirs.status == nobodys.status in (403, 404), path
        assert not sealed.in_(theirs.told.replace(sealed.case, "")), path
    for path in ("/desk/", f"/desk/case/{sealed.case}/"):
        told = met(office, path, Accept="application/json").told.replace(sealed.case, "")
        assert not sealed.in_(told)
    assert met(office, "/desk/overdue/").status == 404


def asked_by_number(officer: Officer, sealed: Sealed) -> None:
    officer.window.go("/desk/")
    said = []
    for number in (sealed.number, f"{sealed.number[:-6]}999999"):
        officer.page.fill("#number", number)
        with officer.page.expect_navigation():
            officer.page.press("#number", "Enter")
        assert urlsplit(officer.page.url).path == "/desk/"
        said.append(officer.window.text().replace(number, ""))
    assert said[0] == said[1]


def told_of_the_result(office: Window, petitioner: Petitioner, sealed: Sealed) -> None:
    officer = Officer(office, "jw-officer")
    officer.take(sealed.number, "discipline_accept", note="已受理，会为您保密。")
    officer.take(sealed.number, "discipline_answer", result="established", explanation="已查实并处理。")
    on = (today() - timedelta(days=0)).isoformat()
    officer.take(sealed.number, "serve_discipline", method="in_person", served_on=on, proof="本人签收。")
    petitioner.window.go("/case/")
    assert "已查实并处理" in petitioner.window.text("section[aria-labelledby=answer]")


def is_never_made_public(office: Window, sealed: Sealed) -> None:
    Officer(office, "xfj-head")
    path = f"/desk/case/{sealed.case}/release/"
    link = met(office, f"/desk/case/{sealed.case}/").told
    assert path not in link
    public = everything(office, "/answers/", "/log/")
    assert not [
        one.path for one in public if one.path.startswith(("/answers", "/log")) and sealed.in_(one.told)
    ]
