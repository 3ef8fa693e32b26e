"""The filing form: three pages whose earlier values ride along, so that the server keeps nothing.

No session, no draft: what a person has typed is nowhere but in the person's own browser until it is sent.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_noop

from huiyin.intake.filing import Arrival, Codes, Fault, read_filing
from huiyin.intake.words import title_of
from huiyin.offices import tree
from huiyin.offices.models import Office
from huiyin.procedure import Book

REQUESTS_MOST = 5
RESPONDENTS_MOST = 3
LAST = 3
UNSORTED = "other"

# Which page asks for what; a fault takes the petitioner back to the page of its field.
PAGE_OF: Mapping[str, int] = {
    **dict.fromkeys(("title", "body", "request", "purpose", "about", "respondent", "category"), 1),
    **dict.fromkeys(("place", "place_detail", "occurred_on", "occurred"), 2),
    **dict.fromkeys(("identity", "name", "phone", "address", "attachments"), 3),
}
# intake's names for fields that the form spells in the singular, because each may stand several times.
SPELT = {"requests": "request", "respondents": "respondent"}
ANCHORS = {
    "request": "request-1",
    "respondent": "respondent-1",
    "purpose": "purpose-first",
    "about": "about-first",
    "identity": "identity-first",
}


@dataclass(frozen=True)
class Typed:
    """Everything the form holds so far, as typed."""

    token: str = ""
    title: str = ""
    body: str = ""
    request: tuple[str, ...] = ()
    purpose: str = ""
    about: str = ""
    respondent: tuple[str, ...] = ()
    category: str = ""
    place: str = ""
    place_detail: str = ""
    occurred_on: str = ""
    occurred: str = ""
    identity: str = ""
    name: str = ""
    phone: str = ""
    address: str = ""

    @property
    def requests(self) -> tuple[str, ...]:
        return tuple(text for text in self.request if text.strip())

    @property
    def respondents(self) -> tuple[str, ...]:
        """Offices complained of; none when the petitioner has said that it is about no office."""
        return tuple(code for code in self.respondent if code) if self.about != "no" else ()

    def carried(self, at: int) -> Iterator[tuple[str, str]]:
        """Hidden fields on page `at`: the token and what the other pages asked for."""
        for name in (field.name for field in fields(self)):
            if PAGE_OF.get(name) != at:
                value = getattr(self, name)
                for one in value if isinstance(value, tuple) else (value,):
                    if one:
                        yield name, one


def blank(purpose: str = "") -> Typed:
    """An empty form with its one-time token of 128 random bits."""
    return Typed(token=secrets.token_urlsafe(16), purpose=purpose)


def read(post: QueryDict) -> Typed:
    many = {"request": REQUESTS_MOST, "respondent": RESPONDENTS_MOST}
    values: dict[str, Any] = {
        field.name: tuple(post.getlist(field.name)[: many[field.name]])
        if field.name in many
        else post.get(field.name, "")
        for field in fields(Typed)
    }
    return Typed(**values)


def arrival(
    typed: Typed, book: Book, today: date, files: Sequence[tuple[str, bytes]], language: str
) -> Arrival | list[Fault]:
    """The filing and the person, or every fault with the form's own field names."""
    found = read_filing(_data(typed, today, language), _codes(typed, book), today, files)
    own = list(_own_faults(typed))
    if isinstance(found, Arrival):
        return own or found
    # A title that came from the body has no field to mend.
    faults = (fault for fault in found if fault.field != "title" or typed.title.strip())
    return [Fault(SPELT.get(f.field, f.field), f.reason, f.params) for f in faults] + own


def _own_faults(typed: Typed) -> Iterator[Fault]:
    if typed.about not in ("yes", "no"):
        yield Fault("about", gettext_noop("Choose whether it is about an office or someone who works there."))
    elif typed.about == "yes" and not typed.respondents:
        yield Fault("respondent", gettext_noop("Choose the office it is about."))
    if typed.identity not in ("open", "kept", "none"):
        yield Fault("identity", gettext_noop("Choose whether the office may know your name."))
    elif typed.identity != "none" and not typed.name.strip():
        yield Fault("name", gettext_noop("Write your name, or choose “No name at all” above."))


def _data(typed: Typed, today: date, language: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "title": typed.title.strip() or title_of(typed.body),
        "body": typed.body,
        "requests": list(typed.request),
        "place": typed.place,
        "place_detail": typed.place_detail,
        "occurred": typed.occurred,
        "occurred_on": typed.occurred_on,
        # The book wants one; whoever does not know leaves it to the clerk.
        "category": typed.category or UNSORTED,
        "purpose": typed.purpose,
        "channel": "web",
        "received_on": today,
        "respondents": list(typed.respondents),
        "keep_name": typed.identity == "kept",
        "language": language,
    }
    if typed.identity != "none":
        data |= {"name": typed.name, "phone": typed.phone, "address": typed.address}
    return data


def _codes(typed: Typed, book: Book) -> Codes:
    """The lists to check against; the small tables are only read when the form names something in them."""
    return Codes(
        purposes=book.purposes,
        channels=book.channels,
        categories=book.categories,
        places={place.code for place in tree.places()} if typed.place else (),
        offices=set(Office.objects.values_list("code", flat=True)) if typed.respondents else (),
    )
