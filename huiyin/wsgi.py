"""The WSGI application that `huiyin serve` runs."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from huiyin.casework import health  # noqa: E402  (apps are ready only now)

health.prepare()
health.check_books()

from huiyin.ledger import sequencer  # noqa: E402

# The first round audits every fact: before the first petitioner comes, not while one waits.
sequencer.kick()

# On SQLite one thread at a time holds the writer's turn, and gives up the interpreter at each statement.
# The default of 5 ms before it gets it back would make everyone behind it wait: measured a third slower.
sys.setswitchinterval(0.0005)
