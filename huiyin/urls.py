"""Which room answers which address. Composes; nobody imports it."""

from django.urls import include, path

urlpatterns = [
    path("desk/", include("huiyin.desks.urls")),
    path("log/", include("huiyin.publication.urls")),
    path("", include("huiyin.portal.urls")),
]
