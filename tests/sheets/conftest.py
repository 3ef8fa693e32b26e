"""Every test of sheets begins in the small county of casework's tests."""

import pytest

from tests.casework import cast


@pytest.fixture
def county(transactional_db: None) -> None:
    cast.county()
