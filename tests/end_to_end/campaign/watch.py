"""The office's clock in the script's hands: it goes on only when the script says so."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
STEP = timedelta(seconds=1)
"""How long a person takes for one thing. No two things happen at the same moment."""


def local(text: str) -> datetime:
    """A moment of the district, written as ``2026-09-21 08:30``, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


class Watch:
    """What `service.clock.now` answers in the campaign's office."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def tick(self) -> None:
        """Somebody has done something."""
        self.moment += STEP
