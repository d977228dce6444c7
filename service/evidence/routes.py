"""The route for evidence files."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.evidence import workflow

router = APIRouter(prefix="/evidence", tags=["evidence"])

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic", "video/mp4")
_CONTENT = {name: {"schema": {"type": "string", "format": "binary"}} for name in MEDIA_TYPES}
EVIDENCE_ANSWER: dict[int | str, dict[str, object]] = {
    200: {"content": _CONTENT, "description": "the file"},
    206: {"content": _CONTENT, "description": "the part of the file that Range asked for"},
    304: {"description": "the file that If-None-Match names"},
}


@router.get("/{evidence_id}", response_class=Response, responses=EVIDENCE_ANSWER | problems(401, 403, 404, 410, 416))
async def get_evidence(evidence_id: UUID, request: Request, asker: Asker, office: OfficeDep) -> Response:
    """An evidence file, whole or in part; originals are for operators, supervisors, administrators and auditors."""
    return await workflow.get_evidence(office, asker, evidence_id, request)
