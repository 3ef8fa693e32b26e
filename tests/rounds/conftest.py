import pytest

from tests.rounds import cast


@pytest.fixture
def county(transactional_db: None) -> None:
    cast.county()


@pytest.fixture
def begun(county: None) -> None:
    """A county whose offices keep their routine."""
    cast.begin()
