"""Writes docs/api-v1.json, the OpenAPI document as published. Read the diff: what programs rely on stays."""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STORED = ROOT / "docs" / "api-v1.json"


def written() -> str:
    """The document of today's code."""
    from huiyin.api import v1

    return json.dumps(v1.document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "huiyin.settings"
    import django

    django.setup()
    STORED.write_text(written(), "utf-8")
