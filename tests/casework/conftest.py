"""Every test of casework begins in the small county of `cast`, on a database of its own."""

import pytest

from tests.casework import cast
from tests.casework.trial import beside, trial

__all__ = ["beside", "county", "trial"]


@pytest.fixture
def county(transactional_db: None) -> None:
    cast.county()
