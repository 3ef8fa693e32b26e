"""The WSGI application that `huiyin serve` runs."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from huiyin.casework import health  # noqa: E402  (apps are ready only now)

health.prepare()

from huiyin.ledger import sequencer  # noqa: E402

# The first round audits every fact: before the first petitioner comes, not while one waits.
sequencer.kick()
