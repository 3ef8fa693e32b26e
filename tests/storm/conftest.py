"""An office on its own data, and the warm process that forks the children a test kills."""

from collections.abc import Iterator

import pytest

from tests.installation import Installation
from tests.publication.conftest import Go, go
from tests.storm.nursery import Nursery

__all__ = ["go"]


@pytest.fixture
def office(fresh: Installation) -> Installation:
    fresh.run("init")
    return fresh


@pytest.fixture
def nursery(office: Installation) -> Iterator[Nursery]:
    made = Nursery(office)
    yield made
    made.close()


@pytest.fixture
def independent(request: pytest.FixtureRequest) -> Go | None:
    """The independent checker, or None where it cannot be had: the storm itself is tried all the same."""
    try:
        found: Go = request.getfixturevalue("go")
    except pytest.skip.Exception:
        return None
    return found
