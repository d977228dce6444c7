"""Fixtures of the tests of ledgers."""

import pytest

from tests.service.cases.people import Staff, open_staff
from tests.service.office import Desk


@pytest.fixture
async def staff(desk: Desk) -> Staff:
    """A small district at work."""
    return await open_staff(desk)
