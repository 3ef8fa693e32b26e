"""Scans and photos from a phone: the clerk's page with its QR code, and the phone's own page.

Only over https: a photo of somebody's papers must not cross an office's network in clear.
"""

import ipaddress

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huiyin.casework import reading
from huiyin.casework.permissions import entry
from huiyin.desks import phones, shown
from huiyin.desks.forms import Papers
from huiyin.desks.gate import actor_of
from huiyin.papers import qr


class HandForm(forms.Form):
    """Pictures or PDF, at least one; told by their bytes and measured as everywhere."""

    papers = Papers()

    def clean_papers(self) -> object:
        if not self.cleaned_data["papers"]:
            raise forms.ValidationError(_("Choose at least one picture or PDF."))
        return self.cleaned_data["papers"]


@entry("papers.add")
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, case_id: str) -> HttpResponse:
    """POST gives a new address and shows it, once; GET tells what has arrived."""
    actor, now = actor_of(request), timezone.now()
    row = reading.find(case_id, actor)
    context: dict[str, object] = {"here": "register", "row": row, "https": settings.HUIYIN_HTTPS}
    if request.method == "POST" and settings.HUIYIN_HTTPS and not _own_machine(request):
        address = f"{_base(request)}/hand/{phones.give(case_id, actor, now)}/"
        context |= {"address": address, "qr": mark_safe(qr.svg(address, scale=6))}
    context["own_machine"] = _own_machine(request)
    context["waits"], context["papers"] = phones.arrived(case_id, actor, now, shown.language())
    fragment = request.headers.get("X-Part") == "arrived"
    return render(request, "desks/_phone_arrived.html" if fragment else "desks/phone.html", context)


def _base(request: HttpRequest) -> str:
    return settings.HUIYIN_PUBLIC_URL or f"https://{request.get_host()}"


def _own_machine(request: HttpRequest) -> bool:
    """Whether the clerk's browser reaches us by an address that means the phone itself to a phone."""
    if settings.HUIYIN_PUBLIC_URL:
        return False
    host = request.get_host().rsplit(":", 1)[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@entry("papers.hand")
@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: HttpRequest, key: str) -> HttpResponse:
    """The phone's page. A wrong, a used and an old address answer the same."""
    now = timezone.now()
    if not (settings.HUIYIN_HTTPS and phones.is_open(key, now)):
        return _hand(request, {"dead": True}, 404)
    if request.method != "POST":
        return _hand(request, {"form": HandForm()})
    form = HandForm(request.POST, request.FILES)
    if not form.is_valid():
        return _hand(request, {"form": form}, 422)
    try:
        phones.take(key, form.cleaned_data["papers"], now)
    except phones.Dead:
        return _hand(request, {"dead": True}, 404)
    return _hand(request, {"sent": len(form.cleaned_data["papers"])})


def _hand(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    response = render(request, "desks/hand.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    # The address is a key until it is used: it goes nowhere with a link.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
