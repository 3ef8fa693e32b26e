"""A letter that its clerk left half typed, on the counter's form again."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from huiyin.casework import law, working
from huiyin.casework.permissions import entry
from huiyin.desks.forms import several
from huiyin.desks.gate import actor_of
from huiyin.desks.views import counter, drafts


@entry("case.register")
@require_safe
def letter(request: HttpRequest, ref: str) -> HttpResponse:
    """Its clerk alone opens it; sending goes to the counter, which registers it and ends the draft."""
    actor = actor_of(request)
    draft = working.letter(ref, actor)
    if draft is None:
        raise Http404
    form = counter._form(law.book_for(actor.office))
    form.initial = drafts.initial(draft.values, several(form))
    return render(request, "desks/register.html", {"here": "register", "form": form, "draft": draft})
