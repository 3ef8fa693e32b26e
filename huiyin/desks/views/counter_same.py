"""A matter that the same person brought before: shown once, to the clerk who registered the new one.

The request takes a number of a case and no identity. That there is something to look at stands in the clerk's
own session since the registration was saved; what it is `casework.samehand` finds again.
"""

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huiyin.casework import law, reading, samehand
from huiyin.casework.permissions import entry
from huiyin.desks import shown
from huiyin.desks.gate import actor_of
from huiyin.desks.views.counter import KNOWN

SALT, GOOD_FOR = "desks.same", 3600


@entry("case.register")
@require_POST
def same(request: HttpRequest) -> HttpResponse:
    return _link(request) if request.POST.get("act") == "link" else _look(request)


def _look(request: HttpRequest) -> HttpResponse:
    actor, case_id = actor_of(request), request.POST.get("case", "")
    known = request.session.get(KNOWN, [])
    earlier = samehand.earlier(case_id, actor) if case_id in known else ""
    if not earlier:
        raise Http404
    request.session[KNOWN] = [one for one in known if one != case_id]
    row, matter = reading.find(case_id, actor), reading.find(earlier, actor)
    today = law.day_of(timezone.now())
    context = {
        "here": "register",
        "row": row,
        "line": shown.lines([matter], reading.titles([matter], actor), today)[0],
        "pair": signing.dumps([case_id, earlier], salt=SALT),
    }
    return render(request, "desks/counter_same.html", context)


def _link(request: HttpRequest) -> HttpResponse:
    try:
        case_id, earlier = signing.loads(request.POST.get("pair", ""), salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        raise Http404 from None
    samehand.link(case_id, earlier, actor_of(request), timezone.now())
    messages.success(request, _("Linked: both are read together. No time limit changes."))
    return redirect("desks:case", case_id)
