from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "huiyin.offices"
    label = "offices"
