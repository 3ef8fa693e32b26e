"""A plain `pip install .` brings everything: pages, books, scripts for the browser, catalogues."""

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.house.tree import ROOT, tracked

SHIPPED = (".py", ".html", ".css", ".js", ".toml", ".typ", ".svg", ".csv", ".xlsx")


def test_the_wheel_holds_all_that_runs(tmp_path: Path) -> None:
    build: list[str | Path] = [
        Path(sys.executable).parent / "uv",
        "build",
        "--quiet",
        "--wheel",
        "--no-build-isolation",
    ]
    subprocess.run([*build, "--out-dir", tmp_path, "."], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("huiyin-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    kept = {str(path.relative_to(ROOT)) for path in tracked("huiyin/*") if path.suffix in SHIPPED}
    made = {str(path.relative_to(ROOT).with_suffix(".mo")) for path in tracked("huiyin/*.po")}
    vendor = ROOT / "huiyin" / "look" / "static" / "look" / "vendor"
    scripts = {str(path.relative_to(ROOT)) for path in vendor.rglob("*") if path.is_file()}
    assert scripts
    assert (kept | made | scripts) - held == set()
    assert not [name for name in held if name.startswith(("tests/", "tools/", "docs/"))]
