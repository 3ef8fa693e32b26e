"""Rule 5: nobody sees who it is without an opening, and every opening is on the petitioner's timeline."""

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from huiyin.casework import openings, reading
from huiyin.casework.filing import import_letters
from huiyin.casework.permissions import entry
from huiyin.casework.steps import history
from huiyin.ledger.facts import facts_of
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import CUSTODIAN, HEAD, NOW, OFFICER, PERSON, PETITIONER, STAFF, Attachment
from tests.casework.test_import import LETTER
from tests.guards.walk import PLAIN, addresses, said, sources

SECRETS = (PERSON.name, PERSON.phone, PERSON.address, PERSON.id_number)
LOCALES = ("zh-hans", "en")


# --- detectors ----------------------------------------------------------------------------------------


def named_by(browser: Client, case: str, pages: Iterable[str] | None = None) -> list[str]:
    """Pages that tell this browser something of the case's person."""
    papers = reading.words(case, PETITIONER).papers
    everywhere = addresses(
        PLAIN | {"case_id": (case,), "step_id": ("record_work", "hear", "serve"), "ref": (papers[0].ref,)}
    )
    found = []
    for page in everywhere if pages is None else pages:
        if page != "/desk/logout/":
            answer = browser.get(page)
            found += [page for secret in SECRETS if secret.encode() in said(answer)]
    return sorted(set(found))


def callers(name: str, code: Iterable[tuple[str, str]]) -> set[str]:
    """`file: function` of every call of `name`, however it is spelt."""
    return {f"{file}: {function}" for file, text in code for function in _calling(name, ast.parse(text))}


def _calling(name: str, tree: ast.AST, function: str = "(module)") -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        inside = node.name if isinstance(node, ast.FunctionDef) else function
        if isinstance(node, ast.Call) and _called(node) == name:
            yield inside
        yield from _calling(name, node, inside)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def untold(case: str) -> list[str]:
    """Openings of the case that the petitioner's own page does not fully tell."""
    moments = {moment.fact_id: moment for moment in reading.timeline(case, PETITIONER, "zh-hans")}
    found = []
    for fact in facts_of(case):
        if fact.kind == "identity.opened.1":
            moment = moments.get(fact.id)
            told = moment and moment.office and moment.post and moment.at and moment.values.get("purpose")
            found += [] if told else [f"fact {fact.seq}"]
    return found


# --- breaches, and that each is seen ------------------------------------------------------------------


@entry("inbox.read")
def quiet(request: HttpRequest) -> HttpResponse:
    """The breach: shows a name without an opening."""
    from huiyin.casework.models import CaseRow

    row = CaseRow.objects.get()
    person = openings.read_person(row.case_id, history(row.case_id)[0])
    return HttpResponse(person.name if person else "")


urlpatterns = [path("desk/quiet/", quiet)]


@pytest.mark.usefixtures("county")
def test_a_page_that_shows_a_name_quietly_would_be_seen(
    as_: Callable[[Actor | None], Client], settings: Any
) -> None:
    settings.ROOT_URLCONF = __name__
    case = handled()
    assert named_by(as_(OFFICER), case, ["/desk/quiet/"]) == ["/desk/quiet/"]


@pytest.mark.usefixtures("county")
def test_an_opening_that_is_not_told_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    case = handled()
    openings.open_identity(case, OFFICER, "contact", NOW)
    assert untold(case) == []
    shown = reading.timeline
    monkeypatch.setattr(
        reading, "timeline", lambda *a: [m for m in shown(*a) if m.kind != "identity.opened.1"]
    )
    assert untold(case) == ["fact 4"]


def test_a_second_way_to_a_person_would_be_seen() -> None:
    code = "def shortcut(case):\n    return openings.read_person(case, first)\n"
    assert callers("read_person", [("huiyin/desks/x.py", code)]) == {"huiyin/desks/x.py: shortcut"}


# --- the guard ----------------------------------------------------------------------------------------


def handled() -> str:
    papers = (Attachment("瓷砖.jpg", "image/jpeg", cast.photo()),)
    return cast.handled(attachments=papers)


@pytest.mark.usefixtures("county")
@pytest.mark.parametrize("language", LOCALES)
def test_no_page_tells_anyone_who_it_is_before_an_opening(
    as_: Callable[[Actor | None], Client], language: str
) -> None:
    case = handled()
    for actor in (*STAFF, None):
        browser = as_(actor)
        browser.cookies["huiyin_language"] = language
        assert named_by(browser, case) == [], actor
    assert "identity.opened.1" not in {fact.kind for fact in facts_of(case)}


@pytest.mark.usefixtures("county")
def test_an_opening_on_the_page_is_on_the_petitioners_page(as_: Callable[[Actor | None], Client]) -> None:
    made = cast.file()
    cast.take(made.case, "transfer", {"office": "zjj"}, actor=cast.CLERK)
    page = f"/desk/case/{made.case}/identity/"
    browser = as_(OFFICER)
    assert PERSON.name not in browser.get(page).content.decode()
    assert browser.post(page, {"purpose": "nothing"}).status_code == 422
    assert PERSON.name in browser.post(page, {"purpose": "contact"}).content.decode()
    assert untold(made.case) == []
    own = as_(None)
    own.post("/case/", {"code": made.code})
    told = own.get("/case/").content.decode()
    for part in ("沈砚清", "临江县住房和城乡建设局", "联系信访人了解情况", "2026年3月2日"):
        assert part in told
    # The officer's colleague sees that it was opened, and still not whom.
    colleague = as_(HEAD)
    assert PERSON.name not in colleague.get(page).content.decode()
    assert PERSON.name not in colleague.get(f"/desk/case/{made.case}/").content.decode()


@pytest.mark.usefixtures("county")
def test_every_way_of_filing_leads_to_openings_that_are_told() -> None:
    import_letters([LETTER], office="xfj", now=lambda: NOW)
    from huiyin.casework.models import CaseRow

    cases = [CaseRow.objects.get().case_id, cast.file().case, cast.file(actor=PETITIONER, channel="web").case]
    for case in cases:
        for purpose in openings.PURPOSES:
            actor = cast.CLERK if purpose != "serve" else cast.SUPERVISOR
            openings.open_identity(case, actor, purpose, NOW)
        assert untold(case) == []
        assert [fact.kind for fact in facts_of(case)].count("identity.opened.1") == 2


@pytest.mark.usefixtures("county")
def test_a_kept_name_has_no_way_round_the_custodian(as_: Callable[[Actor | None], Client]) -> None:
    case = cast.routed(keep_name=True)
    for actor in (OFFICER, HEAD):
        page = f"/desk/case/{case}/identity/"
        answer = as_(actor).post(page, {"purpose": "contact"}, follow=True)
        assert PERSON.name not in answer.content.decode()
    (first, *_) = openings.pending_requests(CUSTODIAN)
    openings.decide_request(first.fact_id, "declined", "不必", CUSTODIAN, NOW)
    assert PERSON.name not in as_(OFFICER).get(f"/desk/case/{case}/identity/").content.decode()
    assert "identity.opened.1" not in {fact.kind for fact in facts_of(case)}


def test_a_person_is_read_in_two_places_only() -> None:
    code = [(file, text) for file, text in sources() if file.endswith(".py")]
    assert callers("read_person", code) == {
        "huiyin/casework/openings.py: open_identity",
        "huiyin/casework/openings.py: already_open",
        "huiyin/postroom/matter.py: _name",  # for whoever holds the code: their own name on their own notice
    }
    assert {file.partition(":")[0] for file in callers("Person", code)} <= {
        "huiyin/casework/openings.py",
        "huiyin/intake/filing.py",
        "huiyin/intake/letters.py",
        "huiyin/cli/seed.py",
        "huiyin/cli/bench/importing.py",
        "huiyin/cli/bench/inboxing.py",
        "huiyin/cli/bench/registering.py",
    }
    # An address for a message, at the moment of sending, for the petitioner's own wish (decision 80).
    assert callers("destination_for_sending", code) == {"huiyin/postroom/sending/worker.py: send"}
    assert {found.partition(":")[0] for found in callers("already_open", code)} == {
        "huiyin/desks/views/case.py",
        "huiyin/postroom/matter.py",
    }
