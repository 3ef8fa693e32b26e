"""Gives each test process a data folder of its own, before Django reads its settings.

Loaded by `-p tests.environment` (pyproject.toml): a conftest would come too late, because pytest-django
reads the settings first. Each worker of pytest-xdist is a process and so gets its own folder.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

PLACE = Path(tempfile.mkdtemp(prefix="huiyin-tests-"))
DATA = PLACE / "data"
DATA.mkdir()
SERVER = os.environ.get("HUIYIN_DATABASE_URL", "")
atexit.register(shutil.rmtree, PLACE, ignore_errors=True)

for name in [name for name in os.environ if name.startswith("HUIYIN_") and name != "HUIYIN_DATABASE_URL"]:
    del os.environ[name]
os.environ["HUIYIN_DATA"] = str(DATA)
