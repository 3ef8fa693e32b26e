from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "huiyin.insight"
    label = "insight"
