"""The demo county has a living routine: a roster, reports filed and missing, a sweep, a promise."""

import json

from tests.installation import Installation


def test_the_demo_shows_what_is_filed_and_what_is_missing(fresh: Installation) -> None:
    fresh.run("demo", "--no-serve")
    found = json.loads(fresh.run("rounds", "status", "--json").stdout)
    assert found["book"] == "county-routine@1"
    missing = {(one["obligation"], one["office"]) for one in found["rounds"] if one["state"] == "missed"}
    assert {("daily", "gaj"), ("daily", "wangdu"), ("daily", "shixi")} <= missing
    assert ("daily", "zjj") not in missing
    assert ("promise", "zjj") in {(one["obligation"], one["office"]) for one in found["rounds"]}
    assert json.loads(fresh.run("rebuild", "--check", "--json").stdout) == {"differences": []}
    assert fresh.run("doctor").returncode == 0
