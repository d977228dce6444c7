"""What time it is, always with a zone."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC."""
    return moment.astimezone(UTC)


UtcTime = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A moment in an answer: in UTC, whatever zone it came in."""
