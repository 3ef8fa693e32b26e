from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    name = "huiyin.casework"
    label = "casework"
