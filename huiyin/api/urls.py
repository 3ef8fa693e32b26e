"""Addresses of the interface for other programs."""

from django.urls import include, path

from huiyin.api import v1

urlpatterns = [
    path("api/v1/openapi.json", v1.openapi),
    path("api/v1/", include(v1.patterns())),
]
