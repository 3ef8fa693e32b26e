"""The desk's page of programs: which have a token, what each may do, when it was used; an end to one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiyin.api import tokens
from huiyin.casework.permissions import entry, may_in
from huiyin.casework.reading import actor_of
from huiyin.offices import tree


@entry("tokens.read")
@require_http_methods(["GET", "HEAD", "POST"])
def programs(request: HttpRequest) -> HttpResponse:
    """A token itself is never here: it is made at the console and shown there once."""
    actor = actor_of(request.user)
    if not may_in(actor, "tokens.read"):
        raise Http404
    if request.method == "POST":
        if not may_in(actor, "tokens.revoke"):
            raise Http404
        return _revoke(request)
    found = tokens.listing()
    names = tree.names({one["office"] for one in found}, get_language() or "")
    for one in found:
        one["office"] = names.get(one["office"], one["office"])
    context = {"here": "tokens", "programs": found, "revokes": may_in(actor, "tokens.revoke")}
    return render(request, "api/programs.html", context)


def _revoke(request: HttpRequest) -> HttpResponse:
    try:
        tokens.revoke(request.POST.get("program", ""), timezone.now())
    except tokens.BadToken:
        messages.error(request, _("There is no such token any more."))
    else:
        messages.success(request, _("The token is worthless from now on."))
    return redirect("programs")
