"""What goes into the package of a case."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.audit.models import AuditAnchorRow, AuditRow
from service.audit.workflow import history
from service.cases.merging import merged_cases
from service.cases.models import CaseRow
from service.cases.schemas import Case
from service.cases.workflow import detail
from service.evidence.models import EvidenceRow
from service.office import Office
from service.security import Principal

FOLDERS = {"original": "originals", "clip": "clips", "after": "after"}
"""Folder of a file in the package, by its role; copies that hide bystanders lie in ``copies``."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """An evidence file and its place in the package; ``case`` is the number of the case that it came with."""

    path: str
    case: str
    row: EvidenceRow


@dataclass(frozen=True, slots=True)
class Contents:
    """A case with all that proves it, and with what was merged into it; ``deleted`` are files that are gone."""

    case: Case
    files: list[PackedFile]
    rows: list[AuditRow]
    anchors: list[AuditAnchorRow]
    deleted: list[EvidenceRow]


async def contents_of(session: AsyncSession, office: Office, asker: Principal, case: CaseRow) -> Contents:
    """Everything about a case that was loaded for the asker."""
    told = await detail(session, office, asker, case)
    cases = [case, *await merged_cases(session, case.id)]
    rows = [row for one in cases for row in await history(session, "case", str(one.id))]
    rows.sort(key=lambda row: row.sequence)
    files = [file for one in cases for file in await _files(session, one, merged=one is not case)]
    first = rows[0].sequence if rows else 0
    query = select(AuditAnchorRow).where(AuditAnchorRow.sequence >= first).order_by(AuditAnchorRow.sequence)
    kept = [file for file in files if file.row.deleted_at is None]
    deleted = [file.row for file in files if file.row.deleted_at is not None]
    return Contents(told, kept, rows, list(await session.scalars(query)), deleted)


async def _files(session: AsyncSession, case: CaseRow, *, merged: bool) -> list[PackedFile]:
    query = select(EvidenceRow).where(EvidenceRow.violation_id == case.violation_id).order_by(EvidenceRow.position)
    before = f"merged/{case.number}/" if merged else ""
    return [
        PackedFile(f"{before}{FOLDERS.get(row.role, 'copies')}/{row.position + 1:02d}-{row.file}", case.number, row)
        for row in await session.scalars(query)
    ]


def evidence_ids(contents: Contents) -> list[UUID]:
    """The identifiers of the files that a package gives out."""
    return [file.row.id for file in contents.files]
