"""The custodian's one page: who wants to see a kept name, and why. No words of any case stand here."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huiyin.casework import openings
from huiyin.casework.models import CaseRow, IdentityRequest
from huiyin.casework.permissions import entry
from huiyin.desks import shown
from huiyin.desks.gate import actor_of
from huiyin.ledger.facts import MovedOn
from huiyin.offices import tree
from huiyin.offices.models import Officer
from huiyin.procedure import Actor


class DecisionForm(forms.Form):
    request = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}),
    )
    decision = forms.ChoiceField(choices=[(name, name) for name in openings.DECISIONS])


@entry("identity.approve")
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if request.method != "POST":
        return _page(request, actor)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, actor, form, 422)
    data = form.cleaned_data
    try:
        openings.decide_request(data["request"], data["decision"], data["reason"], actor, timezone.now())
    except openings.NotDecided:
        raise Http404 from None
    except MovedOn:
        messages.warning(request, _("Another custodian has decided this request already."))
        return redirect("desks:custodian")
    approved = data["decision"] == "approved"
    messages.success(request, _("Approved, once.") if approved else _("Declined."))
    return redirect("desks:custodian")


def _page(
    request: HttpRequest, actor: Actor, sent: DecisionForm | None = None, status: int = 200
) -> HttpResponse:
    pending = openings.pending_requests(actor)
    people = {
        one.login: one for one in Officer.objects.filter(login__in={asked.officer for asked in pending})
    }
    rows = {row.case_id: row for row in CaseRow.objects.filter(case_id__in={one.case_id for one in pending})}
    offices = tree.names({one.office for one in pending}, shown.language())
    context = {
        "here": "custodian",
        "pending": [
            {
                "asked": one,
                "number": rows[one.case_id].number,
                "officer": people.get(one.officer),
                "office": offices.get(one.office, one.office),
                "purpose": shown.named(openings.PURPOSES, one.purpose),
                "form": _form_for(one, sent),
            }
            for one in pending
        ],
    }
    return render(request, "desks/custodian.html", context, status=status)


def _form_for(asked: IdentityRequest, sent: DecisionForm | None) -> DecisionForm:
    if sent is not None and sent.data.get("request") == str(asked.fact_id):
        return sent
    return DecisionForm(initial={"request": asked.fact_id}, auto_id=f"id_{asked.fact_id}_%s")
