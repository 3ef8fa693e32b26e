"""Makes `.venv` and fetches what the project needs, from any Python 3.11 or later and the package registries.

Run by `make`: `python3 tools/setup.py` for the virtual environment, `python3 tools/setup.py system` for the
few programs that only the tests use and only Debian's packages bring (a browser, a Chinese font, Go).
Standard library only; asks nothing.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
GO_MODULES = Path("/usr/share/gocode/src/golang.org/x/mod")


def works(*command: str | Path, **environment: str) -> bool:
    """Run `command` without input; whether it ended well. Only its complaints are heard."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


def run(*command: str | Path, **environment: str) -> None:
    if not works(*command, **environment):
        raise SystemExit(f"setup: this failed: {' '.join(map(str, command))}")


def apt_get(packages: Sequence[str]) -> bool:
    """Install Debian packages when we may; whether it worked."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "DEBCONF_NOWARNINGS": "yes"}
    works("apt-get", "-qq", "update", **quiet)
    return works("apt-get", "-qq", "-y", "--no-install-recommends", "install", *packages, **quiet)


def make_venv() -> None:
    if PYTHON.exists() and works(PYTHON, "-c", "import pip"):
        return
    make = (sys.executable, "-m", "venv", "--clear", VENV)
    if works(*make):
        return
    if not apt_get(["python3-venv"]):
        raise SystemExit("setup: this Python cannot make virtual environments: apt-get install python3-venv")
    run(*make)


def install() -> None:
    """Everything in requirements.lock and nothing else, each file checked against its hash."""
    run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", "tools/uv.txt")
    uv = VENV / "bin" / "uv"
    target = {"VIRTUAL_ENV": str(VENV), "UV_NO_CONFIG": "1"}
    run(uv, "pip", "install", "--quiet", "--require-hashes", "-r", "requirements.lock", **target)
    run(uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", ".", **target)


def venv() -> None:
    print("setup: making .venv (some 300 MB to fetch the first time)", flush=True)
    make_venv()
    install()
    (VENV / "installed").touch()


def wanted() -> dict[str, Sequence[str]]:
    """Missing system programs: what goes untested without them → the Debian packages that bring them."""
    missing: dict[str, Sequence[str]] = {}
    if not any(map(shutil.which, BROWSERS)):
        missing["the walk through both doors in a browser"] = ["chromium"]
    if not any(Path("/usr/share/fonts").rglob("*CJK*")):
        missing["Chinese letters on screenshots"] = ["fonts-noto-cjk"]
    if shutil.which("soffice") is None:
        missing["the Word notices in LibreOffice"] = ["libreoffice-writer-nogui"]
    if not Path("/usr/lib/libreoffice/program/libsclo.so").exists():
        missing["the ledger sheets in LibreOffice"] = ["libreoffice-calc-nogui"]
    if shutil.which("go") is None or not GO_MODULES.is_dir():
        missing["the log against an independent checker"] = ["golang-go", "golang-golang-x-mod-dev"]
    return missing


def system() -> None:
    missing = wanted()
    if not missing:
        return
    packages = [package for names in missing.values() for package in names]
    print("setup: installing", *packages, flush=True)
    if not apt_get(packages):
        print(f"setup: could not install {' '.join(packages)} (root on Debian can); not tested without them:")
        print(*(f"       {what}" for what in missing), sep="\n", flush=True)


def main(arguments: Sequence[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  (runs before anything has asked for a version)
        raise SystemExit(f"setup: Huiyin needs Python 3.11 or later, not {sys.version.split()[0]}")
    if arguments == ["system"]:
        system()
    else:
        venv()


if __name__ == "__main__":
    main(sys.argv[1:])
