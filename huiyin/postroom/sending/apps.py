from django.apps import AppConfig


class SendingConfig(AppConfig):
    name = "huiyin.postroom.sending"
    label = "postroom"
