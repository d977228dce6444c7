"""Routes for photos."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response

from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.paging import Cursor, Limit
from service.photos import intake, workflow
from service.photos.schemas import ClaimedPhotos, Photo, PhotoClaim, PhotoPage, PhotoResult

router = APIRouter(prefix="/photos", tags=["photos"])

PHOTO_FORM: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "JPEG, PNG, WebP or HEIC"},
                        "longitude": {"type": "number", "minimum": -180, "maximum": 180},
                        "latitude": {"type": "number", "minimum": -90, "maximum": 90},
                        "taken_at": {"type": "string", "format": "date-time"},
                        "note": {"type": "string", "maxLength": 500},
                        "problem": {
                            "type": "string",
                            "format": "uuid",
                            "description": "the same in all of one's photos of one problem: what is found in them of a "
                            "kind becomes one case",
                        },
                    },
                }
            }
        },
    }
}
PHOTO_ANSWER: dict[int | str, dict[str, object]] = {
    200: {
        "content": {
            name: {"schema": {"type": "string", "format": "binary"}}
            for name in ("image/jpeg", "image/png", "image/webp", "image/heic")
        },
        "description": "the picture",
    }
}


@router.post("", status_code=202, openapi_extra=PHOTO_FORM, responses=problems(401, 403, 413, 415, 422, 507))
async def upload_photo(
    request: Request,
    asker: Asker,
    office: OfficeDep,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="the same key again gives the same photo")
    ] = None,
) -> Photo:
    """Upload a photo; the engine looks at it soon. Place and time come from the form, else from EXIF."""
    return await intake.take_in(office, asker, request, idempotency_key)


@router.get("", responses=problems(401, 422))
async def list_photos(
    asker: Asker,
    office: OfficeDep,
    mine: Annotated[bool, Query(description="only one's own; inspectors never see others'")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> PhotoPage:
    """Photos, newest first."""
    async with office.database.reading() as session:
        return await workflow.list_photos(session, asker, mine, limit, cursor)


@router.get("/{photo_id}", responses=problems(401, 404))
async def get_photo(photo_id: UUID, asker: Asker, office: OfficeDep) -> Photo:
    """One photo and what came of it."""
    async with office.database.reading() as session:
        return await workflow.get_photo(session, asker, photo_id)


@router.get("/{photo_id}/image", response_class=Response, responses=PHOTO_ANSWER | problems(401, 403, 404, 410))
async def get_photo_image(
    photo_id: UUID,
    request: Request,
    asker: Asker,
    office: OfficeDep,
    original: Annotated[bool, Query(description="the untouched bytes, also of a HEIC photo")] = False,
) -> Response:
    """The photo itself; a HEIC photo is shown as an upright JPEG unless ``original`` is asked for."""
    return await workflow.get_image(office, asker, photo_id, request, original=original)


@router.post("/claim", responses=problems(401, 403, 422))
async def claim_photos(body: PhotoClaim, office: OfficeDep) -> ClaimedPhotos:
    """Take queued photos to look at; a claim that brings no result runs out and the photo is queued again."""
    return await workflow.claim(office, body.limit)


@router.post("/{photo_id}/result", responses=problems(401, 403, 404, 422))
async def report_photo_result(photo_id: UUID, body: PhotoResult, asker: Asker, office: OfficeDep) -> Photo:
    """Say that a photo was looked at."""
    return await workflow.report_result(office, asker, photo_id, body)
