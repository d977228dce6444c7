"""How long an outage lasts: some seconds in the suite, a minute with ``STREETWARDEN_TEST_OUTAGE=60``."""

import os

import pytest

from tests.end_to_end.conftest import office

__all__ = ["office", "outage"]


@pytest.fixture(scope="session")
def outage() -> float:
    return float(os.environ.get("STREETWARDEN_TEST_OUTAGE", "6"))
