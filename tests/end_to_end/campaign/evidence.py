"""Evidence as the engine writes it: small pictures, made once for each kind, sent under each violation's own name."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
from PIL import Image

from detector.evidence import write_evidence
from detector.moments import Moment
from detector.scene import Camera
from detector.sources import Frame
from detector.violations import EvidenceFile, Violation, ViolationKind
from tests.end_to_end.campaign.district import KINDS

WIDTH, HEIGHT = 160, 120
BOX = (60.0, 50.0, 100.0, 90.0)


@dataclass(frozen=True)
class Picture:
    """One file of a kind's evidence: its content, and how the violation names it."""

    content: bytes
    entry: EvidenceFile


class Pictures:
    """The evidence of each kind, photos for inspectors to upload, and photos for units to take afterwards."""

    def __init__(self, folder: Path, moment: datetime) -> None:
        self._evidence = {kind: _evidence(folder, ViolationKind(kind), moment) for kind in KINDS}
        self.photo = _jpeg(120)
        self.afterwards = [_jpeg(shade) for shade in (60, 180, 220)]

    def of(self, kind: str) -> list[Picture]:
        return self._evidence[kind]


def evidence_for(violation_id: UUID, pictures: list[Picture], moment: datetime) -> tuple[EvidenceFile, ...]:
    """What a violation says of its files."""
    named = []
    for picture in pictures:
        entry = picture.entry
        name = entry.file.replace(entry.file[:36], str(violation_id))
        named.append(entry.model_copy(update={"file": name, "taken_at": moment}))
    return tuple(named)


def parts_of(violation: Violation, pictures: list[Picture]) -> list[tuple[str, tuple[str | None, bytes | str, str]]]:
    """The form that `service.engine.office_client` sends."""
    parts: list[tuple[str, tuple[str | None, bytes | str, str]]]
    parts = [("violation", (None, violation.model_dump_json(), "application/json"))]
    for entry, picture in zip(violation.evidence, pictures, strict=True):
        parts.append(("files", (entry.file, picture.content, entry.media_type)))
    return parts


def _evidence(folder: Path, kind: ViolationKind, moment: datetime) -> list[Picture]:
    violation_id = UUID(int=list(ViolationKind).index(kind))
    notes = ("start", "end") if kind is ViolationKind.ILLEGAL_PARKING else ("end",)
    moments = [
        Moment(Frame(_street(kind), moment + timedelta(minutes=number), 60.0 * number, number), BOX, note, 0.8)
        for number, note in enumerate(notes)
    ]
    written = write_evidence(folder, violation_id, kind, moments, Camera(id="gate-1", name="北门路口"))
    return [Picture((folder / entry.file).read_bytes(), entry) for entry in written]


def _street(kind: ViolationKind) -> np.ndarray:
    """A pavement with something on it; smooth, so that its files are small."""
    rows = np.linspace(90, 160, HEIGHT, dtype=np.uint8)
    street = np.repeat(np.repeat(rows[:, None, None], WIDTH, axis=1), 3, axis=2)
    shade = 20 + 60 * list(ViolationKind).index(kind)
    left, top, right, bottom = (int(side) for side in BOX)
    cv2.rectangle(street, (left, top), (right, bottom), (shade, 40, 200), -1)
    return street


def _jpeg(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (96, 72), (shade, 120, 60)).save(out, "JPEG")
    return out.getvalue()
