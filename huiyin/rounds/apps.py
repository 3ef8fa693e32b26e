from django.apps import AppConfig


class RoundsConfig(AppConfig):
    name = "huiyin.rounds"
    label = "rounds"
