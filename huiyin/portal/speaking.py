"""Middleware: the county's language and hours for everyone, English for whoever chose it; never guessed.

An office's pages must read the same on every screen of the counter, whatever a browser was installed with.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from huiyin.casework.law import book_in_force


class ChosenLanguage:
    """Activates the language of the cookie that `/language/` sets, else the first; and the county's hours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        # A county's hours are those its book counts days in.
        timezone.activate(book_in_force().zone)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", translation.get_language() or language)
        return response
