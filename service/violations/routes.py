"""Routes for violations."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from detector.violations import Violation
from service.dependencies import Asker, OfficeDep
from service.errors import problems
from service.violations import ingest, workflow
from service.violations.schemas import Delivered

router = APIRouter(prefix="/violations", tags=["violations"])

VIOLATION_FORM: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["violation"],
                    "properties": {
                        "violation": {"type": "string", "description": "the violation as JSON"},
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "each evidence file; the part's filename is evidence.file",
                        },
                    },
                },
                "encoding": {"violation": {"contentType": "application/json"}},
            }
        },
    }
}

REPEATED: dict[int | str, dict[str, object]] = {200: {"model": Delivered, "description": "it was delivered before"}}


@router.post(
    "",
    status_code=201,
    openapi_extra=VIOLATION_FORM,
    responses=REPEATED | problems(401, 403, 413, 415, 422, 507),
)
async def deliver_violation(request: Request, response: Response, asker: Asker, office: OfficeDep) -> Delivered:
    """Deliver a violation with its evidence: it becomes a pending case, once, however often it is delivered."""
    outcome = await ingest.deliver(office, asker, request)
    response.status_code = 201 if outcome.is_new else 200
    return outcome.delivered


@router.get("/{violation_id}", responses=problems(401, 403, 404))
async def get_violation(violation_id: UUID, asker: Asker, office: OfficeDep) -> Violation:
    """One violation as the detector delivered it."""
    async with office.database.reading() as session:
        return await workflow.get_violation(session, asker, violation_id)
