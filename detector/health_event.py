"""Health event: a time in which a camera could not see, or saw from a slightly other place."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import uuid_utils.compat


class HealthKind(StrEnum):
    """What can be wrong with a camera's picture."""

    BLACK = "black"
    DARK = "dark"
    COVERED = "covered"
    BLURRED = "blurred"
    FROZEN = "frozen"
    WEATHER = "weather"
    MOVED = "moved"
    SHIFTED = "shifted"
    NO_PICTURE = "no_picture"

    @property
    def suspends(self) -> bool:
        """Whether rules cannot be trusted meanwhile; a small shift is corrected."""
        return self is not HealthKind.SHIFTED


_MESSAGES: Final = {
    HealthKind.BLACK: "black picture: rules suspended",
    HealthKind.DARK: "too dark: rules suspended",
    HealthKind.COVERED: "covered: rules suspended",
    HealthKind.BLURRED: "blurred: rules suspended; clean or focus the lens",
    HealthKind.FROZEN: "frozen picture: rules suspended",
    HealthKind.WEATHER: "rain, snow or noise over the whole picture: rules suspended",
    HealthKind.MOVED: "moved: rules suspended; turn the camera back or draw its zones anew",
    HealthKind.SHIFTED: "moved a little: zones re-aligned",
    HealthKind.NO_PICTURE: "gives no pictures",
}


@dataclass(frozen=True, slots=True)
class HealthEvent:
    """A time in which a camera could not see, or saw from a slightly other place.

    Attributes:
        camera: its id.
        kind: what was wrong.
        started_at: capture time of the first picture that showed it.
        ended_at: capture time of the first good picture after it; None while it lasts.
        id: the same when it begins and when it ends.
    """

    camera: str
    kind: HealthKind
    started_at: datetime
    ended_at: datetime | None = None
    id: UUID = field(default_factory=uuid_utils.compat.uuid7)

    @property
    def message(self) -> str:
        """What a camera's status says meanwhile."""
        return _MESSAGES[self.kind]
