"""Violation and its evidence: the one thing that leaves the detector."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import uuid_utils.compat
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class ViolationKind(StrEnum):
    """The kinds of disorder that rules report. The values are a contract."""

    CIGARETTE_BUTT = "cigarette_butt"
    GARBAGE = "garbage"
    ILLEGAL_PARKING = "illegal_parking"
    JAYWALKING = "jaywalking"


@dataclass(frozen=True, slots=True)
class KindEntry:
    """How a kind is called and what it is about.

    Attributes:
        chinese: its name in Chinese documents and burnt into evidence.
        english: its name in English.
        about_person: whether the offender is a person; such a case holds pictures, never a name.
    """

    chinese: str
    english: str
    about_person: bool


KINDS: dict[ViolationKind, KindEntry] = {
    ViolationKind.CIGARETTE_BUTT: KindEntry("烟头", "Cigarette butts", about_person=False),
    ViolationKind.GARBAGE: KindEntry("乱丢垃圾", "Stray garbage", about_person=False),
    ViolationKind.ILLEGAL_PARKING: KindEntry("电三轮违停", "E-tricycle parked illegally", about_person=False),
    ViolationKind.JAYWALKING: KindEntry("行人乱穿马路", "Jaywalking", about_person=True),
}
"""The catalogue of kinds: a new kind of violation is one entry here and one file in ``rules/``."""

Role = Literal["closeup", "context", "clip", "original"]
Box = tuple[float, float, float, float]


class EvidenceFile(BaseModel):
    """One file that proves a violation.

    ``file`` is a name without folders; ``sha256`` is the digest of its bytes when they were written.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    role: Role
    media_type: Literal["image/jpeg", "image/png", "image/webp", "image/heic", "video/mp4"] = "image/jpeg"
    taken_at: AwareDatetime | None = Field(None, description="when the picture's frame was captured")
    note: str = Field("", max_length=200, description="what it shows, for example 'start' or 'end'")


class Violation(BaseModel):
    """A rule says that a track or a still object offends, with evidence.

    ``box`` is left, top, right, bottom in pixels of the frame of ``width`` × ``height``; ``started_s`` and
    ``ended_s`` are seconds from the source's first frame (absent for a photo, which has no time axis).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: UUID = Field(default_factory=uuid_utils.compat.uuid7, description="UUIDv7, made by the detector")
    kind: ViolationKind
    camera: str | None = Field(None, max_length=64, description="camera that saw it; none for a photo")
    photo: UUID | None = Field(None, description="uploaded photo that shows it; none for a camera")
    started_at: AwareDatetime
    ended_at: AwareDatetime
    started_s: float | None = None
    ended_s: float | None = None
    confidence: float = Field(ge=0, le=1)
    box: Box
    width: int = Field(gt=0, description="width of the frame in pixels")
    height: int = Field(gt=0, description="height of the frame in pixels")
    zone: str | None = Field(None, max_length=64)
    track_ids: tuple[int, ...] = ()
    count: int = Field(1, ge=1, le=1_000_000, description="objects counted, for example butts on one patch of ground")
    suspected: bool = Field(False, description="true where the picture alone cannot prove the offence")
    note: str = Field("", max_length=500, description="what a reader must know, for example what is not proven")
    longitude: float | None = Field(None, ge=-180, le=180)
    latitude: float | None = Field(None, ge=-90, le=90)
    course: tuple[tuple[float, float, float], ...] = Field(
        (), max_length=100,
        description="where it happened in the scene: seconds since started_at, and the ground point then as fractions "
        "of the picture; several of who moved, one of what lies still",
    )  # fmt: skip
    previous: UUID | None = Field(None, description="the settled violation that came back at this place")
    model: str = Field("", max_length=64, description="registry name of the model that saw it")
    evidence: tuple[EvidenceFile, ...] = ()

    def json_line(self) -> str:
        """One line of JSON, as ``streetwarden watch`` prints it."""
        return self.model_dump_json(exclude_none=False)
