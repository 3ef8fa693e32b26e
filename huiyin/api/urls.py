"""Addresses of the interface for other programs."""

from django.urls import include, path

from huiyin.api import pages, v1
from huiyin.api.open311 import views

urlpatterns = [
    path("desk/tokens/", pages.programs, name="programs"),
    path("api/v1/openapi.json", v1.openapi),
    path("api/v1/", include(v1.patterns())),
    path("open311/v2/discovery.<slug:format>", views.discovery),
    path("open311/v2/services.<slug:format>", views.services),
    path("open311/v2/services/<slug:service>.<slug:format>", views.service),
    path("open311/v2/requests.<slug:format>", views.requests),
    path("open311/v2/requests/<slug:case_id>.<slug:format>", views.request_of),
    path("open311/v2/tokens/<slug:case_id>.<slug:format>", views.token),
]
