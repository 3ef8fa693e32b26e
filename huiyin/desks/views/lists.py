"""What an officer narrows the inbox to, and the lists they keep: codes of matters, nothing about a person."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huiyin.casework import law
from huiyin.casework.permissions import entry
from huiyin.casework.reading import Narrow
from huiyin.casework.working import GONE
from huiyin.desks.forms import Options
from huiyin.desks.gate import actor_of
from huiyin.desks.models import KeptView
from huiyin.desks.shown import language
from huiyin.offices import tree
from huiyin.procedure import Actor

VIEWS = ("mine", "all", "done")
KEPT_MOST = 12


@dataclass(frozen=True)
class Choice:
    """One box of the form above the list."""

    name: str
    title: str
    options: Options
    chosen: str


@dataclass(frozen=True)
class Chosen:
    """A view of the inbox and what it is narrowed to."""

    view: str
    narrow: Narrow

    @property
    def query(self) -> str:
        """The one way to write it in an address; what is not chosen is left out."""
        told = {name: "1" if value is True else value for name, value in asdict(self.narrow).items() if value}
        return urlencode({"view": self.view, **told})

    def title(self, choices: Mapping[str, Options]) -> str:
        told = [dict(choices[name])[value] for name, value in parse_qsl(self.query) if name in choices]
        return " · ".join([_titles()[self.view], *told])


def _titles() -> dict[str, str]:
    return {"mine": _("To do"), "all": _("All open"), "done": _("Finished")}


def options(actor: Actor) -> dict[str, Options]:
    """What may be chosen, by the name of its box."""
    book, said = law.book_for(actor.office), language()
    return {
        "category": [(code, title.get(said)) for code, title in book.categories.items()],
        "place": [(place.code, place.name_in(said)) for place in tree.places()],
        "channel": [(code, title.get(said)) for code, title in book.channels.items()],
        "purpose": [(code, title.get(said)) for code, title in book.purposes.items()],
        "due": [("late", _("overdue")), ("week", _("due within a week"))],
        "repeat": [("1", _("repeats"))],
    }


def chosen(asked: Mapping[str, str], known: Mapping[str, Options]) -> Chosen:
    """What an address asks for; whatever is no code of a list is not chosen."""

    def of(name: str) -> str:
        code = asked.get(name, "")
        return code if code in dict(known[name]) else ""

    view = asked.get("view", "")
    codes = (of("category"), of("place"), of("channel"), of("purpose"), of("due"))
    return Chosen(view if view in VIEWS else "mine", Narrow(*codes, repeat=bool(of("repeat"))))


def boxes(found: Chosen, known: Mapping[str, Options]) -> Iterator[Choice]:
    titles = {
        "category": _("Category"),
        "place": _("Place"),
        "channel": _("Channel"),
        "purpose": _("Purpose"),
        "due": _("Due"),
        "repeat": _("Repeat"),
    }
    asked = dict(parse_qsl(found.query))
    for name, listed in known.items():
        yield Choice(name, titles[name], listed, asked.get(name, ""))


def kept(actor: Actor, known: Mapping[str, Options]) -> list[tuple[str, str]]:
    """The officer's own lists as (query, title), those kept first before those kept last."""
    rows = KeptView.objects.filter(login=actor.ref, gone_at=None).order_by("id")
    lists = [chosen(dict(parse_qsl(row.query)), known) for row in rows]
    return [(one.query, one.title(known)) for one in lists]


@entry("inbox.read")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the list that is looked at, or give it up if it is kept; one given up comes back in its place."""
    actor, now = actor_of(request), timezone.now()
    found = chosen(dict(parse_qsl(request.POST.get("query", "")[:500])), options(actor))
    KeptView.objects.filter(gone_at__lt=now - GONE).delete()
    mine = KeptView.objects.filter(login=actor.ref)
    if mine.filter(query=found.query, gone_at=None).update(gone_at=now):
        messages.info(request, _("Given up. Until tomorrow it comes back in its old place."))
    elif mine.filter(gone_at=None).count() < KEPT_MOST:
        KeptView.objects.update_or_create(login=actor.ref, query=found.query, defaults={"gone_at": None})
    return redirect(f"{reverse('desks:inbox')}?{found.query}")
