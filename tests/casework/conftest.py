"""Every test of casework begins in the small county of `cast`, on a database of its own."""

import pytest

from tests.casework import cast


@pytest.fixture
def county(transactional_db: None) -> None:
    cast.county()
