"""Makes what a wheel ships but the repository does not hold: scripts for the browser, compiled catalogues.

An editable install leaves both to `make`.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Made(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is hatchling's own configuration class
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (hatchling's signature)
        if version == "editable":
            return
        for arguments in (["tools/assets.py"], ["tools/messages.py", "compile"]):
            subprocess.run([sys.executable, *arguments], cwd=Path(self.root), check=True)
