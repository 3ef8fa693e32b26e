"""Rule 1: nothing profiles, scores, watches or finds a person; no identity leads to a matter."""

import argparse
import json
import re
import secrets
import tomllib
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import isolate_apps
from django.urls import path

from huiyin.casework import alike, openings, releases, samehand
from huiyin.casework.models import CaseRow
from huiyin.casework.permissions import entry
from huiyin.casework.steps import history
from huiyin.cli import main as cli
from huiyin.intake import letters as letters_module
from huiyin.procedure import Actor
from tests.casework import cast
from tests.casework.cast import PERSON
from tests.casework.test_alike import AGAIN, ROAD, WATER
from tests.guards.walk import PLAIN, addresses, said, sources

# What a table of cases may hold, column by column. A new one is added here by someone who has asked
# whether it tells anything about a person.
COLUMNS = {
    "casework.CaseRow": {
        "case_id", "number", "source_number", "book", "state", "final", "bureau", "handler", "owner_office",
        "channel", "category", "purpose", "place", "requests", "keep_name", "anonymous", "withheld",
        "respondents", "received_on", "registered_at", "filed_at", "answered_at", "due", "due_order",
        "due_clock", "imported", "taken_up", "repeat_of", "rating", "erased", "seq", "ended", "joint",
        "reviewer", "rereviewer", "discipline", "addressee", "breach_at",
    },
    "casework.Listed": {
        "key", "case_id", "office", "mine", "ended", "due_order", "owed_order", "owed_clock",
    },
    "casework.BreachRow": {"fact_id", "case_id", "office", "clock", "due", "recorded_at", "standing"},
    "casework.BookPin": {"name", "digest"},
    # A head of a column in an office's own sheets.
    "sheets.HeadName": {"id", "office", "sheet", "title", "column"},
    "casework.CodeRow": {"mac", "case_id", "live"},
    "casework.BodyRow": {"case_id", "mac"},
    "casework.Submission": {"token_mac", "case_id", "at"},
    "casework.Series": {"key", "last"},
    "casework.Guess": {"id", "network", "hour", "count"},
    "casework.IdentityRequest": {
        "fact_id", "case_id", "officer", "office", "purpose", "asked_at", "decision",
    },
    "casework.CodeRequest": {"fact_id", "case_id", "officer", "office", "asked_at", "done"},
    "casework.Release": {
        "fact_id", "case_id", "title", "question", "answer", "category", "office", "released_on",
    },
    # A draft or a note of an officer: sealed, and of an unregistered letter under a key of its own.
    "casework.WorkingPaper": {
        "ref", "case_id", "kind", "step", "office", "login", "at", "gone_at", "blob",
    },
    "casework.Mention": {"id", "ref", "case_id", "login", "seen"},
    # An officer's login stands for who files, is on duty, receives or answers for a matter; nobody else's.
    "rounds.OfficeRow": {"office", "ref", "since", "book", "digest", "seq"},
    "rounds.RoundRow": {
        "key", "ref", "obligation", "office", "day", "filed_at", "missed_at", "counted_until", "officer",
        "seq", "erased",
    },
    "rounds.MissRow": {
        "fact_id", "ref", "obligation", "office", "day", "due_at", "recorded_at", "standing",
    },
    "rounds.TroubleRow": {
        "ref", "office", "charge", "officer", "place", "category", "term", "listed_on", "confirmed_on",
        "state", "ended_on", "case_id", "seq", "erased",
    },
    "rounds.ReceptionRow": {
        "ref", "office", "leader", "mode", "place", "day", "starts", "ends", "slots", "state", "groups",
        "people", "due_at", "seq", "erased",
    },
    "rounds.AppointmentRow": {"mac", "ref", "slot", "category", "live"},
    "rounds.NoteRow": {"fact_id", "ref", "case_id", "people", "officer"},
    "rounds.PromiseRow": {
        "ref", "reception", "case_id", "office", "officer", "made_on", "due", "next_report", "next_miss",
        "reported_at", "kept_on", "seq", "erased",
    },
    "rounds.Asked": {"network", "day", "count"},
    "insight.Position": {"key", "next"},
    "insight.Counted": {
        "case", "seq", "received_on", "bureau", "office", "channel", "category", "people", "band",
        "repeat_of", "imported", "ended", "answered_on", "days", "reasoned", "asked_on", "settles_on",
        "rating", "rateable",
    },
    "insight.Duty": {"key", "case", "kind", "office", "received_on", "due", "done_on", "passed_on", "late"},
    # Who set a goal and who sponsors a campaign are officers.
    "insight.GoalRow": {
        "ref", "measure", "target", "first", "last", "set_at", "set_by", "office", "dropped", "seq",
    },
    "insight.CampaignRow": {
        "ref", "office", "sponsor", "repeats", "open_days", "category", "opened_on", "term", "closed_on",
        "erased", "seq",
    },
    "insight.CampaignMatter": {"key", "ref", "case"},
    # Programs and their offices; of what they sent, digests.
    "api.Token": {"mac", "name", "office", "scopes", "made_at", "used_on", "revoked_at"},
    "api.Once": {"key", "body", "case_id", "at"},
    "api.Refusal": {"network", "count", "last"},
    "api.Counted": {"key", "hour", "count"},
    # The queue of messages: which fact, by which channel, when; where it goes is in the vault alone.
    "postroom.Follower": {"key", "next"},
    "postroom.Message": {
        "id", "fact_id", "case", "kind", "channel", "receiver", "state", "batch", "made_at", "due_at",
        "attempts", "tried_at", "until", "ended_at", "fault",
    },
    "vault.WrappedKey": {"case_id", "wrapped"},
    "vault.Sealed": {"ref", "case_id", "kind", "blob"},
    "ledger.Fact": {
        "id", "case_id", "seq", "kind", "recorded_at", "clear", "public_salt", "public_content",
        "private_commit", "sealed",
    },
    "ledger.Pending": {"fact_id"},
    "ledger.Entry": {"idx", "fact_id"},
    "ledger.StoredTile": {"pk", "level", "n", "hashes"},
    "ledger.StoredCheckpoint": {"size", "root", "note", "made_at"},
    "desks.FailedLogin": {"key", "count", "last"},
    # An officer's own lists: `query` holds codes of a closed form (desks.views.lists), never words.
    # Which clerk opened an address for which case's papers; numbers of a queue, nobody's.
    "desks.Phone": {"mac", "case_id", "login", "until", "seq"},
    "desks.Turn": {"id", "office", "day", "number", "desk", "called_at"},
    "desks.KeptView": {"id", "login", "query", "gone_at"},
    # An office's own texts; who has a form open this minute; on which officer's table a case lies.
    "desks.Template": {"id", "office", "step", "title", "values", "gone_at"},
    "desks.Editing": {"id", "case_id", "login", "office", "at"},
    "desks.Held": {"id", "case_id", "office", "login"},
    "desks.Deputy": {"id", "login", "deputy", "first", "last"},
    "offices.Office": {
        "code", "kind", "parent", "decides", "name_zh", "name_en", "address_zh", "address_en", "phone",
        "book", "mark",
    },
    "offices.Place": {"code", "name_zh", "name_en"},
    "offices.Officer": {
        "id", "password", "last_login", "login", "name_zh", "name_en", "office", "role", "post_zh",
        "post_en", "is_active",
    },
}  # fmt: skip
# Words of an input that would name somebody.
IDENTITY = re.compile(
    r"name|phone|mobile|tel\b|address|identity|id_number|idcard|person|petitioner|citizen|who\b|姓名|电话|身份证|信访人"
)
# Inputs that do, and why each may: the person's own filing, an officer's own log-in, a choice about a name.
ONE_OF_EACH = (cast.CLERK, cast.OFFICER, cast.HEAD, cast.OTHER_HEAD, cast.SUPERVISOR, cast.CUSTODIAN)
MAY_NAME = {
    "RegisterForm.name", "RegisterForm.phone", "RegisterForm.address", "RegisterForm.keep_name",
    "desks/outreach.html name", "desks/outreach.html phone", "desks/outreach.html address",
    "portal/file_who.html name", "portal/file_who.html phone", "portal/file_who.html address",
    "portal/file_who.html identity", "portal/news.html phone",
}  # fmt: skip
# Query parameters that pages read: a matter's number, a page, a view, words of public answers, a language,
# what kind of matter a blank form begins with.
QUERIES = {
    "number", "view", "page", "q", "next", "to", "as", "entry", "purpose", "channel", "category", "place",
    "due", "repeat", "month", "from", "figure", "value", "office",
    "template", "step", "case", "api_key",
    "jurisdiction_id",
}  # fmt: skip
IMPORTED = {
    "source_number", "name", "phone", "address", "id_number", "title", "written_at", "body", "answer",
    "answered_at", "category",
}  # fmt: skip


# --- detectors ----------------------------------------------------------------------------------------


def unknown_columns(tables: Iterable[type[models.Model]]) -> list[str]:
    return sorted(
        f"{model._meta.label}.{field.name}"
        for model in tables
        for field in model._meta.get_fields()
        if field.concrete and field.name not in COLUMNS.get(model._meta.label, set())
    )


def naming_inputs(made: Iterable[type[forms.BaseForm]]) -> list[str]:
    return sorted(
        f"{form.__name__}.{name}"
        for form in made
        for name in getattr(form, "base_fields", {})
        if IDENTITY.search(name)
    )


class _Inputs(HTMLParser):
    """Names of a template's inputs; what a variable names is a form's, and seen there."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        name = dict(attributes).get("name") or ""
        if tag in ("input", "select", "textarea") and name and "{{" not in name:
            self.found.append(name)


def naming_templates(pages: Iterable[tuple[str, str]]) -> list[str]:
    found = []
    for name, text in pages:
        reader = _Inputs()
        reader.feed(re.sub(r"\{%.*?%\}", "", text))
        short = "/".join(Path(name).parts[-2:])
        found += [f"{short} {one}" for one in reader.found if IDENTITY.search(one)]
    return sorted(found)


def queries(code: Iterable[tuple[str, str]]) -> set[str]:
    """Names of query parameters that the code reads."""
    pattern = re.compile(r"\.GET(?:\.get|\.getlist)?[\[(]\s*[\"'](\w+)[\"']")
    return {found for _path, text in code for found in pattern.findall(text)}


def naming_options(parser: argparse.ArgumentParser, name: str = "huiyin") -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, child in action.choices.items():
                yield from naming_options(child, f"{name} {word}")
        elif any(IDENTITY.search(text) for text in (action.dest, *action.option_strings)):
            yield f"{name} {action.dest}"


def betrayals(browser: Client, case: str, pages: Iterable[str]) -> list[str]:
    """Pages whose answer tells of the case when, and only when, its person is named in the request."""
    number = CaseRow.objects.get(case_id=case).number
    found = []
    for page in pages:
        without = {method: told(getattr(browser, method)(page)) for method in ("get", "post")}
        for who in (PERSON.name, PERSON.phone):
            for method, plain in without.items():
                answered = told(getattr(browser, method)(page, asking(who)))
                if any(mark in answered and mark not in plain for mark in (case, number)):
                    found.append(f"{page} by {who[:1]}…")
    return sorted(set(found))


def asking(who: str) -> dict[str, str]:
    """Every way to spell a question after somebody."""
    own = {
        "name": PERSON.name,
        "phone": PERSON.phone,
        "id_number": PERSON.id_number,
        "address": PERSON.address,
    }
    return own | dict.fromkeys(("q", "search", "query", "person", "number", "who", "code", "petitioner"), who)


def told(answer: Any) -> str:
    return said(answer).decode("utf-8", "replace") + str(answer.headers.get("Location", ""))


# --- breaches, and that each is seen ------------------------------------------------------------------


@isolate_apps("tests.guards")
def test_a_column_about_a_person_would_be_seen() -> None:
    class CaseRow(models.Model):
        case_id = models.CharField(primary_key=True, max_length=16)
        risk_score = models.IntegerField()
        visits_this_year = models.IntegerField()

        class Meta:
            app_label = "casework"

    class Petitioner(models.Model):
        digest = models.BinaryField()

        class Meta:
            app_label = "casework"

    assert unknown_columns([CaseRow, Petitioner]) == [
        "casework.CaseRow.risk_score",
        "casework.CaseRow.visits_this_year",
        "casework.Petitioner.digest",
        "casework.Petitioner.id",
    ]


def test_an_input_that_names_somebody_would_be_seen() -> None:
    class SearchForm(forms.Form):
        petitioner = forms.CharField()
        number = forms.CharField()

    assert naming_inputs([SearchForm]) == ["SearchForm.petitioner"]
    page = '<form method="get">{% if x %}<input name="phone">{% endif %}<input name="number"></form>'
    assert naming_templates([("desks/find.html", page)]) == ["desks/find.html phone"]
    assert queries(
        [("x.py", "request.GET['name'] request.GET.get('number', '') r.GET.getlist(\"tel\")")]
    ) == {
        "name",
        "number",
        "tel",
    }


def test_an_option_that_names_somebody_would_be_seen() -> None:
    parser = argparse.ArgumentParser()
    found = parser.add_subparsers().add_parser("find")
    found.add_argument("--phone")
    found.add_argument("--number")
    assert list(naming_options(parser)) == ["huiyin find phone"]


@entry("inbox.read")
def by_name(request: HttpRequest) -> HttpResponse:
    """The breach: opens every case's person and compares."""
    for row in CaseRow.objects.all():
        person = openings.read_person(row.case_id, history(row.case_id)[0])
        if person is not None and request.GET.get("name") == person.name:
            return HttpResponse(f"found: {row.number}")
    return HttpResponse("nothing")


urlpatterns = [path("desk/find/", by_name)]


@pytest.mark.usefixtures("county")
def test_a_page_that_finds_a_persons_matters_would_be_seen(
    as_: Callable[[Actor | None], Client], settings: Any
) -> None:
    settings.ROOT_URLCONF = __name__
    case = cast.handled()
    assert betrayals(as_(cast.CLERK), case, ["/desk/find/"]) == ["/desk/find/ by 1…", "/desk/find/ by 封…"]


# --- the guard ----------------------------------------------------------------------------------------


def own_tables() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("huiyin.")]


def test_every_column_is_known_and_none_is_about_a_person() -> None:
    assert len(own_tables()) >= 18
    assert unknown_columns(own_tables()) == []
    assert {model._meta.label for model in own_tables()} >= set(COLUMNS)


def own_forms() -> list[type[forms.BaseForm]]:
    import huiyin.desks.forms
    import huiyin.desks.views.custodian  # noqa: F401  (so that its form is known)

    found, waiting = [], [forms.BaseForm]
    while waiting:
        for form in waiting.pop().__subclasses__():
            waiting.append(form)
            if form.__module__.startswith("huiyin."):
                found.append(form)
    return found


def test_no_form_and_no_template_asks_for_a_person_but_the_filing_itself() -> None:
    assert len(own_forms()) >= 5
    pages = [(name, text) for name, text in sources() if name.endswith(".html")]
    assert len(pages) > 20
    assert set(naming_inputs(own_forms())) | set(naming_templates(pages)) == MAY_NAME


def test_no_address_and_no_query_holds_a_person() -> None:
    code = [(name, text) for name, text in sources() if name.endswith(".py")]
    assert queries(code) <= QUERIES
    from tests.guards.walk import routes

    parts = {part for _route, names in routes() for part in names}
    assert parts == {"case_id", "step_id", "ref", *PLAIN}
    assert [route for route, names in routes() if "name" in names] == ["log/tile/<path:name>"]


def test_no_command_takes_a_person() -> None:
    assert list(naming_options(cli.parser())) == ["huiyin bench name"]  # the name of a measurement


def test_no_column_of_a_sheet_beyond_the_letter_and_its_sender_is_read() -> None:
    file = Path(letters_module.__file__).with_name("headers.toml")
    assert set(tomllib.loads(file.read_text("utf-8"))["titles"]) == IMPORTED


@pytest.mark.usefixtures("county")
def test_no_request_takes_an_identity_and_returns_matters(as_: Callable[[Actor | None], Client]) -> None:
    case = cast.handled()
    pages = addresses(PLAIN | {"case_id": (case,), "step_id": ("accept",), "ref": ("0" * 32,)})
    pages = [page for page in pages if page != "/desk/logout/"]
    assert len(pages) > 30
    for actor in (*ONE_OF_EACH, None):
        assert betrayals(as_(actor), case, pages) == [], actor


@pytest.mark.usefixtures("county")
def test_exports_and_public_texts_hold_nobody(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    case = cast.served()
    releases.release(case, cast.HEAD, "外墙瓷砖", "外墙瓷砖脱落。", "已修好。", cast.NOW)
    assert cli.main(["cases"]) == 0
    assert cli.main(["measures", "--json"]) == 0
    assert cli.main(["publish", str(tmp_path / "log")]) == 0
    out = capsys.readouterr().out
    (row, figures) = (json.loads(line) for line in out.splitlines()[:2])
    assert set(row) <= {
        "case", "number", "source_number", "state", "registered_at", "recorded_at", "due", "answered_at",
        "repeat_of",
    }  # fmt: skip
    assert "registered" in figures
    kept = out.encode() + b"".join(f.read_bytes() for f in (tmp_path / "log").rglob("*") if f.is_file())
    for secret in (PERSON.name, PERSON.phone, PERSON.address, PERSON.id_number):
        assert secret.encode() not in kept


# --- the keyed digest ---------------------------------------------------------------------------------


def readers_of(name: str, code: Iterable[tuple[str, str]]) -> set[str]:
    return {file for file, text in code if re.search(rf"\b{name}\b", text)}


def test_the_digest_of_a_body_feeds_no_search_hint_or_page() -> None:
    """Only registration and imports link by it, the rebuild makes it again, erasing removes it.

    `bulk.of_words` links a row of a ledger sheet to the matter of exactly the same words.
    """
    assert readers_of("BodyRow", [("huiyin/insight/x.py", "BodyRow.objects")]) == {"huiyin/insight/x.py"}
    allowed = {"filing", "bulk", "projection", "erasure", "models"}
    found = readers_of("BodyRow|body_mac", sources())
    assert {Path(file).stem for file in found if "migrations" not in file and "bench" not in file} <= allowed
    assert not [file for file in found if not file.startswith(("huiyin/casework/", "huiyin/cli/bench/"))]


def test_the_digest_of_a_person_is_made_in_one_place_and_asked_for_at_the_counter_alone() -> None:
    """No table, search, hint, sheet or interface knows it; it lies sealed under its own case's key."""
    assert readers_of(r'mac\("person', sources()) == {"huiyin/casework/samehand.py"}
    code = [(file, text) for file, text in sources() if file.endswith(".py")]
    assert readers_of("samehand", code) == {
        "huiyin/desks/views/counter.py",
        "huiyin/desks/views/counter_same.py",
    }


@pytest.mark.usefixtures("county")
def test_a_registration_in_somebodys_name_names_no_matter_of_theirs(
    as_: Callable[[Actor | None], Client],
) -> None:
    """Not by other words, and by like words only as a second request, which takes no identity."""
    alike.forget()
    browser = as_(cast.CLERK)
    _sent(browser, WATER)
    row = CaseRow.objects.get()
    first = row.case_id
    assert [fact.values["digest"] for fact in history(first) if fact.kind == samehand.COMPARED]
    for body in (ROAD, AGAIN):
        for answer in (_sent(browser, body), _noted(browser, body + "请尽快。")):
            assert not [mark for mark in (first, row.number) if mark in answer]
    pages = addresses(PLAIN | {"case_id": (first,), "step_id": ("accept",), "ref": ("0" * 32,)})
    for actor in (cast.CLERK, cast.CLERK2, cast.OFFICER, None):
        assert betrayals(as_(actor), first, [p for p in pages if p != "/desk/logout/"]) == [], actor


def _sent(browser: Client, body: str) -> str:
    """What the counter answers to a letter of the same person."""
    token = {"token": secrets.token_hex(16), "channel": "letter", "received_on": cast.TODAY.isoformat()}
    what = {"title": body[:12], "body": body, "requests": "请解决", "category": "construction"}
    who = {"name": PERSON.name, "phone": PERSON.phone, "address": PERSON.address}
    answer = browser.post("/desk/register/", {**token, **what, **who, "purpose": "request"})
    assert answer.status_code == 200
    return told(answer)


def _noted(browser: Client, body: str) -> str:
    """What is answered to a note of the same person from a village."""
    note = {"token": secrets.token_hex(16), "occurred_at": cast.NOW.isoformat(), "body": body}
    note |= {"requests": "请解决", "category": "construction", "purpose": "request", "name": PERSON.name}
    sent = json.dumps({**note, "phone": PERSON.phone, "address": PERSON.address})
    answer = browser.post("/desk/outreach/file/", sent, content_type="application/json")
    assert answer.status_code == 200
    return told(answer)
