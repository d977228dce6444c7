"""Fixtures of the tests of notices."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from service.settings import Settings
from tests.service.cases.people import Staff, open_staff
from tests.service.notices.mailbox import Mailbox, open_mailbox
from tests.service.office import open_desk


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server."""
    async with open_mailbox() as opened:
        yield opened


def with_mail(mailbox: Mailbox) -> dict[str, object]:
    """Settings of an office that uses the mail server, and sends only when a test asks for it."""
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": mailbox.port,
        "smtp_security": "none",
        "mail_from": "街面哨兵 <warden@office.test>",
        "public_url": "https://office.test/",
        "sending_seconds": 60,
    }


@pytest.fixture
async def staff(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], mailbox: Mailbox
) -> AsyncIterator[Staff]:
    """A small district at work, whose office has a mail server."""
    async with open_desk(make_settings(**with_mail(mailbox)), prepared[1]) as desk:
        yield await open_staff(desk)
