"""An office on its own data, and the warm process that forks the children a test kills."""

from collections.abc import Iterator

import pytest

from tests.installation import Installation, installation
from tests.publication.conftest import Go, go
from tests.storm.nursery import Nursery

__all__ = ["go"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all tests of a module: each leaves it sound, with more cases than it found."""
    with installation(tmp_path_factory.mktemp("storm")) as made:
        made.run("init")
        yield made


@pytest.fixture(scope="module")
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
