"""Addresses below /log/."""

from django.urls import path

from huiyin.publication import views

urlpatterns = [
    path("", views.index, name="log"),
    path("vkey", views.vkey, name="log-vkey"),
    path("checkpoint", views.checkpoint, name="log-checkpoint"),
    path("tile/<path:name>", views.tile, name="log-tile"),
]
