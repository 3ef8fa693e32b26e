"""Every test of notices begins in the small county with a ladder of offices above it."""

import pytest

from tests.postroom import cast


@pytest.fixture
def county(transactional_db: None) -> None:
    cast.county()
