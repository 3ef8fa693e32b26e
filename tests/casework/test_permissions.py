"""The table of permissions is what the docs say, and every pair in it is one the code understands."""

from pathlib import Path

from huiyin.casework import permissions
from huiyin.casework.law import book_in_force
from huiyin.procedure.terms import OFFICE_RELATIONS

DOC = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
RELATIONS = {"any", "county", "own", "petitioner", *OFFICE_RELATIONS}


def test_the_docs_show_the_table_as_it_is() -> None:
    assert permissions.table() in DOC.read_text("utf-8")


def test_every_pair_names_a_role_and_a_relation() -> None:
    roles = {*book_in_force().roles, "program"}
    for action, pairs in permissions.TABLE.items():
        assert pairs, action
        for pair in pairs:
            role, _, relation = pair.partition("@")
            assert role in roles, pair
            assert relation in RELATIONS, pair


def test_only_the_petitioner_withdraws_or_rates() -> None:
    for action in ("case.withdraw", "case.rate", "paper.original"):
        assert permissions.TABLE[action] == ("petitioner@petitioner",)


def test_the_custodian_handles_no_case() -> None:
    mine = {action for action, pairs in permissions.TABLE.items() if "custodian@county" in pairs}
    assert mine == {"identity.approve"}
