"""Which room answers which address. Composes; nobody imports it."""

from django.urls import include, path

from huiyin.desks.views import handover_phone, queue

urlpatterns = [
    path("hand/<slug:key>/", handover_phone.hand),
    path("reception/screen/", queue.screen),
    path("desk/", include("huiyin.desks.urls")),
    path("log/", include("huiyin.publication.urls")),
    path("", include("huiyin.api.urls")),
    path("", include("huiyin.portal.urls")),
]
