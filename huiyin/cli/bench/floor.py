"""The create floor: one durable one-row ORM insert of 1.5 KB JSON behind the same server and middleware."""

import os
from typing import ClassVar

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.settings")

import django

django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse, JsonResponse  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.urls import path  # noqa: E402

from huiyin.casework.permissions import entry  # noqa: E402


class Note(models.Model):
    """The row of the floor; its table exists only in a bench's throw-away database."""

    content = models.JSONField()

    objects: ClassVar[models.Manager["Note"]] = models.Manager()

    class Meta:
        app_label = "bench"


@entry("filing.send")
def create(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(get_token(request))
    note = Note.objects.create(content=request.POST.dict())
    return JsonResponse({"id": note.pk})


urlpatterns = [path("file/", create)]


def make_table() -> None:
    if Note._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(Note)
    connection.close()


def application_for_floor() -> WSGIHandler:
    from django.conf import settings

    settings.ROOT_URLCONF = __name__
    make_table()
    return WSGIHandler()


application = application_for_floor()
