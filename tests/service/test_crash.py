"""kill -9 in the middle of ingest and review: what was acknowledged is there, and nothing is half-done."""

from collections.abc import Callable
from pathlib import Path

from service.settings import Settings
from tests.service.crashes import Nursery, Victim


async def test_what_was_acknowledged_survives_every_kill(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str]
) -> None:
    victim = Victim(make_settings(), prepared[1])
    await victim.prepare()
    async with Nursery.open(victim.settings.data) as nursery:
        for _ in range(3):
            await victim.kill_once(nursery)
        assert victim.acknowledged
        await victim.check(nursery)
