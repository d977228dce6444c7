"""Pictures as a case file shows them: upright, small, and without what cameras write beside them."""

import io
from dataclasses import dataclass

import structlog
from PIL import ImageOps

from service.photos.picture import open_bounded

LONGEST_SIDE = 1280
QUALITY = 82

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture to show: a JPEG, and its size in pixels."""

    jpeg: bytes
    width: int
    height: int


def shown(content: bytes, name: str) -> Shown | None:
    """A picture for the case file, or none where it cannot be decoded: the file itself is in the package anyway."""
    try:
        with open_bounded(content) as image:
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        log.warning("a picture cannot be shown in the case file", file=name, error=str(error))
        return None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY)
    return Shown(out.getvalue(), *upright.size)
