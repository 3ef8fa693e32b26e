"""In and out: the staff log-in, slow for whoever guesses, and the log-out."""

from datetime import timedelta

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from huiyin.casework.permissions import entry
from huiyin.desks import throttle
from huiyin.desks.forms import LoginForm
from huiyin.offices.models import Officer
from huiyin.offices.network import network_of


@entry("staff.login")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if request.method != "POST":
        return _page(request, LoginForm(initial={"login": request.GET.get("as", "")}), target)
    form = LoginForm(request.POST)
    if not form.is_valid():
        return _page(request, form, target, status=422)
    name, network = form.cleaned_data["login"], network_of(request)
    wait = throttle.attempt(name, network, timezone.now())
    if wait:
        return _page(request, form, target, _too_fast(wait), status=429)
    officer = auth.authenticate(request, username=name, password=form.cleaned_data["password"])
    if officer is None:
        return _page(request, form, target, _("The account or the password is wrong."), status=422)
    throttle.succeeded(name, network)
    auth.login(request, officer)
    return redirect(_safe(request, target))


@entry("staff.logout")
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return redirect("desks:login")


def _safe(request: HttpRequest, target: str) -> str:
    inside = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    if inside and target != "/desk/":
        return target
    return "/desk/day/"


def _too_fast(wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    return ngettext(
        "Too many attempts. Try again in %(n)d second.",
        "Too many attempts. Try again in %(n)d seconds.",
        seconds,
    ) % {"n": seconds}


def _page(
    request: HttpRequest, form: LoginForm, target: str, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "next": target,
        "refusal": refusal,
        "demo": _demo_accounts() if settings.HUIYIN_DEMO else [],
        "password": settings.HUIYIN_DEMO_PASSWORD,
    }
    return render(request, "desks/login.html", context, status=status)


def _demo_accounts() -> list[dict[str, str]]:
    language = get_language() or ""
    return [
        {
            "login": officer.login,
            "name": officer.name_in(language),
            "post": officer.post_in(language),
            "office": officer.office.name_in(language),
        }
        for officer in Officer.objects.select_related("office").filter(is_active=True).order_by("id")
    ]
