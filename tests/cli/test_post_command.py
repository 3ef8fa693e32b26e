"""`huiyin post` as an administrator has it."""

import json

from tests.cli.conftest import Installation


def test_the_queue_is_told_as_json_and_as_a_table(county: Installation) -> None:
    found = json.loads(county.run("post", "status", "--json").stdout)
    assert set(found) == {"offered", "receivers", "behind", "channels", "trying", "failed", "days"}
    assert set(found["channels"]) == {"email", "sms", "push", "paper", "hook", "office"}
    assert found["channels"]["email"] == {"waiting": 0, "late": 0, "failed": 0, "oldest": None}
    assert "email" in county.run("post", "status").stdout
    offered = county.run("post", "status", "--json", HUIYIN_POST_PAPER="1").stdout
    assert json.loads(offered)["offered"] == ["paper"]


def test_sending_again_names_what_it_did(county: Installation) -> None:
    assert county.run("post", "resend").stdout == "0 queued again\n"
    told = county.run("post", "resend", "nothing", expect=1)
    assert "no message of these has failed" in told.stderr


def test_a_setting_that_cannot_be_used_is_told_without_its_secret(county: Installation) -> None:
    url = "smtp://news:secret@mail.example"
    told = county.run("post", "status", expect=1, HUIYIN_POST_SMTP_URL=url)
    assert "HUIYIN_POST_FROM" in told.stderr
    assert "secret" not in told.stderr
    doctor = county.run("doctor", "--json", expect=1, HUIYIN_POST_SMTP_URL=url)
    assert "HUIYIN_POST_FROM" in doctor.stdout
    assert "secret" not in doctor.stdout
