from django.apps import AppConfig


class DesksConfig(AppConfig):
    name = "huiyin.desks"
    label = "desks"
