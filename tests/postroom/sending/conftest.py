"""Every test of sending begins in the small county of casework's tests, with no means to send by."""

from collections.abc import Iterator

import pytest

from tests.casework import cast
from tests.postroom.sending.gateways import Sink, sink


@pytest.fixture(autouse=True)
def county(transactional_db: None) -> None:
    cast.county()


@pytest.fixture
def mail(settings: object) -> Iterator[Sink]:
    """A mail server that the county sends by, at once and at every hour."""
    with sink() as server:
        settings.HUIYIN_POST_SMTP_URL = server.url  # type: ignore[attr-defined]
        settings.HUIYIN_POST_FROM = "news@county.example"  # type: ignore[attr-defined]
        settings.HUIYIN_POST_QUIET = "none"  # type: ignore[attr-defined]
        settings.HUIYIN_POST_DIGEST = 0  # type: ignore[attr-defined]
        settings.HUIYIN_PUBLIC_URL = "https://county.example"  # type: ignore[attr-defined]
        yield server
