"""What time it is, always with a zone."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; one that lies beyond the calendar there becomes the calendar's first or last."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if moment.year > 1 else datetime.min.replace(tzinfo=UTC)


def plausible(moment: datetime) -> datetime:
    """A moment at which something may have been seen; cameras without a clock begin in 1970.

    Raises:
        ValueError: for one that leaves no room to look back or ahead from.
    """
    if not 1970 <= in_utc(moment).year <= 9998:
        raise ValueError("lies outside the years 1970 to 9998")
    return moment


SeenTime = Annotated[AwareDatetime, AfterValidator(plausible)]
"""A moment in a request at which something was seen."""

UtcTime = Annotated[AwareDatetime, AfterValidator(in_utc)]
"""A moment in an answer: in UTC, whatever zone it came in."""
