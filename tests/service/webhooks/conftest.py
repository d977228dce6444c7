"""Fixtures of the tests of webhooks."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.settings import Settings
from tests.service.office import Desk, open_desk
from tests.service.webhooks.receiver import Receiver, open_receiver

HERE = "127.0.0.0/8,::1/128"
"""The networks that the tests' offices may reach."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody who is told."""
    with open_receiver() as opened:
        yield opened


@pytest.fixture
async def hook_desk(make_settings: Callable[..., Settings], prepared: tuple[Path, str]) -> AsyncIterator[Desk]:
    """An office whose webhooks may reach this machine, and that sends only when a test asks for it."""
    async with open_desk(make_settings(webhook_networks=HERE, sending_seconds=60), prepared[1]) as opened:
        yield opened


async def webhook(admin: httpx.AsyncClient, url: str, *events: str) -> dict[str, Any]:
    """A new webhook."""
    body = {"name": "城管平台", "url": url, "events": events or ("case.created",)}
    answer = await admin.post("/webhooks", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made
