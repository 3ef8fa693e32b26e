"""Insight reads the small county of casework's tests."""

import pytest

from tests.casework import cast
from tests.casework.trial import trial

__all__ = ["county", "trial"]


@pytest.fixture
def county(transactional_db: None) -> None:
    cast.county()
