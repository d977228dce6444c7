"""Looks at uploaded photos: claims them, runs the model, reports violations and what came of each photo."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from detector.evidence import write_evidence
from detector.model import Model
from detector.outbox import Outbox
from detector.rules.photo import PhotoFinding, photo_findings
from detector.sources import Frame, PhotoError, decode_photo
from detector.violations import KINDS, Violation
from service.engine.office_client import OfficeClient, OfficeRefusedError, OfficeUnreachableError
from service.photos.schemas import Photo

_log = structlog.get_logger(__name__)
_IDLE_SECONDS = 1.0


class PhotoDesk:
    """Works on one photo after another.

    Args:
        office: where the photos come from.
        model: says which model is in use, shared with the cameras.
        outbox: where violations go.
        timezone: the district's time, for captions.
    """

    def __init__(self, office: OfficeClient, model: Callable[[], Model], outbox: Outbox, timezone: ZoneInfo) -> None:
        self._office = office
        self._model = model
        self._outbox = outbox
        self._timezone = timezone

    def run(self, stopping: Event) -> None:
        """Work until ``stopping`` is set; while the office cannot be reached, wait."""
        while not stopping.is_set():
            try:
                photos = self._office.claim_photos(limit=1)
            except (OfficeUnreachableError, OfficeRefusedError) as error:
                _log.warning("no photos", reason=str(error))
                stopping.wait(5.0)
                continue
            for photo in photos:
                self._work_on(photo, stopping)
            if not photos:
                stopping.wait(_IDLE_SECONDS)

    def _work_on(self, photo: Photo, stopping: Event) -> None:
        try:
            model = self._model()
            status, detail = self._look_at(photo, model)
            self._office.photo_result(photo.id, status, detail, model.name)
        except (OfficeUnreachableError, OfficeRefusedError, OSError) as error:
            # The claim runs out and the photo is worked on again; its violations keep their ids.
            _log.warning("photo postponed", photo=str(photo.id), reason=str(error))
            stopping.wait(2.0)

    def _look_at(self, photo: Photo, model: Model) -> tuple[str, str]:
        content = self._office.photo_image(photo.id)
        try:
            frame = decode_photo(content, name=str(photo.id))
        except PhotoError as error:
            return "failed", str(error)
        frame = Frame(frame.image, photo.taken_at or photo.created_at, 0.0, 0, content, photo.media_type)
        detections = model.detect_photo(frame.image)
        findings = photo_findings(frame, detections)
        for finding in findings:
            shown = replace(finding.moment, others=detections)
            self._report(photo, replace(finding, moment=shown), model)
        if not findings:
            return "done", "nothing found"
        return "done", ", ".join(f"{KINDS[f.kind].english} × {f.count}" for f in findings)

    def _report(self, photo: Photo, finding: PhotoFinding, model: Model) -> None:
        frame = finding.moment.frame
        # The same photo and kind give the same id, so that a photo that is looked at twice makes one case.
        violation_id = _photo_violation_id(photo, finding)
        folder = self._outbox.stage(violation_id)
        try:
            evidence = write_evidence(folder, violation_id, finding.kind, [finding.moment], timezone=self._timezone)
        except OSError:
            self._outbox.discard(violation_id)
            raise
        violation = Violation(
            id=violation_id,
            kind=finding.kind,
            photo=photo.id,
            started_at=frame.time,
            ended_at=frame.time,
            confidence=round(finding.confidence, 4),
            box=finding.moment.box,
            width=frame.width,
            height=frame.height,
            count=finding.count,
            suspected=finding.suspected,
            note=finding.note,
            longitude=photo.longitude,
            latitude=photo.latitude,
            model=model.name,
            evidence=evidence,
        )
        self._outbox.commit(violation)


def _photo_violation_id(photo: Photo, finding: PhotoFinding) -> UUID:
    """A UUIDv7 with the photo's upload time whose random part is a digest of photo and kind (RFC 9562, 5.7)."""
    digest = hashlib.sha256(f"{photo.id}/{finding.kind}".encode()).digest()
    milliseconds = int(photo.created_at.timestamp() * 1000)
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | int.from_bytes(digest[:10], "big")
    value = (value & ~(0xF << 76)) | (7 << 76)
    value = (value & ~(0x3 << 62)) | (2 << 62)
    return UUID(int=value)
