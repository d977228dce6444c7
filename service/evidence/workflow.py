"""Who may see which evidence."""

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import select

from service.cases.models import CaseRow
from service.cases.sight import may_see
from service.errors import ProblemError, ensure_kept, not_found
from service.evidence.delivery import Served, file_response
from service.evidence.looks import note_look
from service.evidence.models import EvidenceRow
from service.office import Office
from service.security import OVERSEERS, Principal


async def get_evidence(office: Office, asker: Principal, evidence_id: UUID, request: Request) -> Response:
    """An evidence file of a case that the asker may see.

    Raises:
        ProblemError: 404 where there is none, or the asker may not see its case; 403 for an original; 410 where
            retention deleted it.
    """
    query = (
        select(EvidenceRow, CaseRow)
        .join(CaseRow, CaseRow.violation_id == EvidenceRow.violation_id)
        .where(EvidenceRow.id == evidence_id)
    )
    async with office.database.reading() as session:
        found = (await session.execute(query)).one_or_none()
    if found is None or not may_see(asker, found[1]):
        raise not_found("evidence file")
    row, case = found
    if row.role == "original":
        if not asker.has(*OVERSEERS):
            raise ProblemError(
                403, "Originals are for operators, supervisors, administrators and auditors.", kind="not-allowed"
            )
        ensure_kept(row.deleted_at)
        await note_look(office, asker, row.id, {"case": case.number, "file": row.file})
    ensure_kept(row.deleted_at)
    return await file_response(office.files, Served(row.key, row.size, row.sha256, row.media_type), request)
