"""The WSGI application that `huiyin serve` runs."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402  (settings must be named first)

application = get_wsgi_application()

from huiyin.casework import health  # noqa: E402  (apps are ready only now)

health.prepare()
