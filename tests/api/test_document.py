"""The OpenAPI document: version 3.1, as it was published, so that a change of it is seen.

After a change that is meant, `make openapi` renews docs/api-v1.json.
"""

import json
import re
from typing import Any

from huiyin.api import v1
from tests.api.conftest import Caller
from tests.guards.test_rule_1 import IDENTITY
from tools.openapi import STORED, written


def test_the_document_is_the_one_in_the_docs(stranger: Caller) -> None:
    answer = stranger.get("/api/v1/openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == json.loads(STORED.read_text("utf-8"))
    assert STORED.read_text("utf-8") == written()
    assert answer.json()["openapi"].startswith("3.1.")


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    paths = v1.document()["paths"]
    return [(path, method, one) for path, methods in paths.items() for method, one in methods.items()]


def test_every_operation_tells_of_its_problems_and_of_nothing_unknown() -> None:
    assert len(operations()) >= 13
    for path, method, one in operations():
        errors = {code: told for code, told in one["responses"].items() if code >= "400"}
        assert errors, path
        for told in errors.values():
            assert list(told["content"]) == ["application/problem+json"]
        assert ("401" in errors) == bool(one.get("security")), path
        assert method in ("get", "post")


def test_no_question_names_anybody() -> None:
    """Rule 1: whoever brings it can be given with a filing, and nowhere else; no answer has such a field."""
    for path, _, one in operations():
        assert not [p["name"] for p in one["parameters"] if IDENTITY.search(p["name"])], path
    made = v1.document()["components"]["schemas"]
    naming = {
        f"{name}.{field}"
        for name, schema in made.items()
        for field in schema.get("properties", {})
        if IDENTITY.search(field)
    }
    # the name of an office, the name of a file, a choice about a name
    assert naming - {"Moment.office_name", "Paper.name", "Grievance.keep_name"} == {
        "Sender.name",
        "Sender.phone",
        "Sender.address",
    }
    users = re.findall(r"#/components/schemas/Sender", json.dumps(made))
    assert len(users) == 2  # of a grievance and of a work order
