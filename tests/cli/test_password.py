"""`huiyin password`: the first way in on a county that was made without a file."""

import os
import subprocess
import sys
from pathlib import Path


def huiyin(data: Path, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
    env = {k: v for k, v in os.environ.items() if not k.startswith("HUIYIN_")} | {"HUIYIN_DATA": str(data)}
    command = [sys.executable, "-m", "huiyin", *arguments]
    return subprocess.run(command, env=env, input=typed, capture_output=True, text=True, check=False)


def test_an_officer_of_a_new_county_gets_a_password(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert huiyin(data, "init").returncode == 0
    short = huiyin(data, "password", "clerk", typed="short\n")
    assert (short.returncode, short.stdout) == (1, "")
    assert "Traceback" not in short.stderr
    assert huiyin(data, "password", "nobody", typed="long enough for all\n").returncode == 1
    done = huiyin(data, "password", "clerk", typed="long enough for all\n")
    assert (done.returncode, done.stdout) == (0, "clerk can log in\n")
    # Safe to run again: no second office, and the password stays.
    assert huiyin(data, "init").returncode == 0
    script = (
        "import django; django.setup();"
        "from huiyin.offices.models import Office, Officer;"
        "clerk = Officer.objects.get(login='clerk');"
        "print(Office.objects.count(), clerk.check_password('long enough for all'),"
        "Officer.objects.get(login='head').has_usable_password())"
    )
    env = {**os.environ, "HUIYIN_DATA": str(data), "DJANGO_SETTINGS_MODULE": "huiyin.settings"}
    env.pop("HUIYIN_DATABASE_URL", None)
    told = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert told.stdout == "1 True False\n"
