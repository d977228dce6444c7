"""Violations to send: made once, so that a client that sends thousands costs little."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import numpy as np
from PIL import Image

from detector.violations import EvidenceFile, Role, Violation, ViolationKind

_BOUNDARY = "street-warden-benchmark"
_ID, _CAMERA = UUID(int=0), "camera-to-be-named"


@dataclass(frozen=True, slots=True)
class Template:
    """A violation whose id and camera change from request to request; ``tail`` is the form after its document."""

    document: str
    tail: bytes
    size: int

    @classmethod
    def of(cls, files: list[tuple[Role, bytes]]) -> "Template":
        """A template with these files, each a role and its content."""
        moment = datetime.now(UTC)
        evidence = tuple(
            EvidenceFile(file=f"{number}.jpg", sha256=sha256(content).hexdigest(), role=role, taken_at=moment)
            for number, (role, content) in enumerate(files)
        )
        violation = Violation(
            id=_ID, kind=ViolationKind.GARBAGE, camera=_CAMERA, started_at=moment, ended_at=moment, confidence=0.8,
            box=(10, 10, 60, 90), width=768, height=576, zone="road",
            course=((0.0, 0.5, 0.6),), evidence=evidence,
        )  # fmt: skip
        tail = bytearray()
        for number, (_, content) in enumerate(files):
            name = f'name="files"; filename="{number}.jpg"'
            tail += f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {name}\r\n".encode()
            tail += b"Content-Type: image/jpeg\r\n\r\n" + content + b"\r\n"
        tail += f"--{_BOUNDARY}--\r\n".encode()
        return cls(violation.model_dump_json(), bytes(tail), sum(len(content) for _, content in files))

    def request(self, violation_id: UUID, camera: str, key: str, host: str) -> Iterator[bytes]:
        """An HTTP request, part by part."""
        document = self.document.replace(str(_ID), str(violation_id)).replace(_CAMERA, camera)
        part = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="violation"\r\n\r\n{document}\r\n'.encode()
        head = (
            f"POST /api/v1/violations HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: multipart/form-data; boundary={_BOUNDARY}\r\n"
            f"Content-Length: {len(part) + len(self.tail)}\r\n\r\n"
        )
        yield head.encode() + part
        yield self.tail


def small_template(count: int) -> Template:
    """Pictures of about 1 kB, or none."""
    roles: list[Role] = ["closeup", "context", "original"]
    return Template.of([(role, _picture(64, 48, "JPEG", number)) for number, role in enumerate(roles[:count])])


def real_template() -> Template:
    """What the engine sends for a frame of 768x576: close-up, context, the lossless original, a clip of 600 kB."""
    clip = np.random.default_rng(5).bytes(600_000)
    return Template.of(
        [
            ("closeup", _picture(320, 320, "JPEG", 1)),
            ("context", _picture(768, 576, "JPEG", 2)),
            ("original", _picture(768, 576, "PNG", 3)),
            ("clip", clip),
        ]
    )


def _picture(width: int, height: int, form: str, seed: int) -> bytes:
    """A picture as rough as a street: its files are as large as those of a camera."""
    generator = np.random.default_rng(seed)
    coarse = Image.fromarray(generator.integers(0, 255, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.int16)
    noisy = np.clip(pixels + generator.normal(0, 4, pixels.shape), 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noisy).save(out, form, quality=90)
    return out.getvalue()
