"""Checking cases, photos and their files against what the audit says of them.

A file is compared with the hash beside it, and that hash with the one which the audit took down when the file came:
whoever changes a file and the hash beside it is found all the same.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.audit.chain import digest
from service.audit.models import AuditRow
from service.audit.verification import Verification
from service.cases.models import CaseRow
from service.database import Database
from service.evidence.models import EvidenceRow
from service.evidence.store import FileStore
from service.photos.models import PhotoRow
from service.violations.models import ViolationRow

RETENTION = "retention"
"""Subject of the audit's rows about deleted files (`service.retention.deletion`)."""
_PAGE = 500
_Row = TypeVar("_Row", CaseRow, PhotoRow)


@dataclass(slots=True)
class _Testimony:
    """What the audit says of one case: its evidence, its violation's digest, where it stands, what was deleted."""

    known: bool = False
    evidence: dict[str, str] = field(default_factory=dict)
    violation: str | None = None
    status: str | None = None
    deleted: set[str] = field(default_factory=set)

    def take(self, row: AuditRow) -> None:
        """Add what one row of the case's history says."""
        self.known = True
        self.status = row.to_status or self.status
        details = json.loads(row.details)
        for entry in details.get("evidence") or ():
            self.evidence[entry["id"]] = entry["sha256"]
        self.violation = details.get("violation_sha256", self.violation)


async def verify_cases(database: Database, files: FileStore, found: Verification, only: UUID | None = None) -> None:
    """Check one case, or all: status, violation and evidence against the audit, and each file against its hash."""
    async for page in _pages(database, CaseRow, only):
        violations = [case.violation_id for case in page]
        async with database.reading() as session:
            testimonies = await _testimonies(session, page)
            query = select(EvidenceRow).where(EvidenceRow.violation_id.in_(violations)).order_by(EvidenceRow.position)
            evidence: dict[UUID, list[EvidenceRow]] = defaultdict(list)
            for row in await session.scalars(query):
                evidence[row.violation_id].append(row)
            shown = await session.scalars(select(ViolationRow).where(ViolationRow.id.in_(violations)))
            documents = {row.id: digest(row.document) for row in shown}
        for case in page:
            found.cases += 1
            testimony, rows = testimonies[str(case.id)], evidence[case.violation_id]
            _verify_case(case, testimony, documents.get(case.violation_id), found)
            _verify_evidence(case, testimony, rows, found)
            for row in rows:
                if row.deleted_at is None:
                    await _verify_file(files, found, _name(case, row), row.key, row.sha256)
    if only is None:
        await _verify_none_removed(database, found)


async def verify_photos(database: Database, files: FileStore, found: Verification) -> None:
    """Check every uploaded photo."""
    async for page in _pages(database, PhotoRow, None):
        query = _history("photo", [photo.id for photo in page]).where(AuditRow.action == "create")
        async with database.reading() as session:
            told = {row.subject_id: json.loads(row.details).get("sha256") for row in await session.scalars(query)}
            gone = await session.scalars(_history(RETENTION, [photo.id for photo in page]))
            deleted = {name for row in gone for name in _deleted(row)}
        for photo in page:
            name = f"photo {photo.id}"
            if str(photo.id) not in told:
                found.faults.append(f"{name} is not told of in the audit")
            elif told[str(photo.id)] != photo.sha256:
                found.faults.append(f"{name}: the SHA-256 beside it was altered")
            if photo.deleted_at is None:
                await _verify_file(files, found, name, photo.key, photo.sha256)
            elif str(photo.id) not in deleted:
                found.faults.append(f"{name} is called deleted, but the audit does not tell of it")


async def _pages(database: Database, table: type[_Row], only: UUID | None) -> AsyncIterator[Sequence[_Row]]:
    query = select(table).order_by(table.id).limit(_PAGE)
    if only is not None:
        query = query.where(table.id == only)
    page: Sequence[_Row] = ()
    while not page or len(page) == _PAGE:
        after = query.where(table.id > page[-1].id) if page else query
        async with database.reading() as session:
            page = (await session.scalars(after)).all()
        if not page:
            return
        yield page


async def _testimonies(session: AsyncSession, page: Sequence[CaseRow]) -> dict[str, _Testimony]:
    testimonies: dict[str, _Testimony] = defaultdict(_Testimony)
    for row in await session.scalars(_history("case", [case.id for case in page])):
        testimonies[row.subject_id].take(row)
    for row in await session.scalars(_history(RETENTION, [case.id for case in page])):
        testimonies[row.subject_id].deleted |= _deleted(row)
    return testimonies


def _deleted(row: AuditRow) -> set[str]:
    return {entry["id"] for entry in json.loads(row.details)["deleted"]}


def _history(subject_type: str, subjects: Iterable[UUID]) -> Select[AuditRow]:
    names = [str(subject) for subject in subjects]
    query = select(AuditRow).where(AuditRow.subject_type == subject_type, AuditRow.subject_id.in_(names))
    return query.order_by(AuditRow.sequence)


def _verify_case(case: CaseRow, testimony: _Testimony, violation: str | None, found: Verification) -> None:
    if not testimony.known:
        found.faults.append(f"case {case.number} is not told of in the audit")
    elif testimony.status != case.status:
        found.faults.append(f"case {case.number} says {case.status}, but its history ends at {testimony.status}")
    if violation is None:
        found.faults.append(f"case {case.number}: its violation is missing")
    elif testimony.violation not in (None, violation):
        found.faults.append(f"case {case.number}: its violation was altered")


def _verify_evidence(case: CaseRow, testimony: _Testimony, rows: list[EvidenceRow], found: Verification) -> None:
    there = {str(row.id) for row in rows}
    for row in rows:
        told = testimony.evidence.get(str(row.id))
        if told is None and testimony.known:
            found.faults.append(f"{_name(case, row)} is not told of in the audit")
        elif told not in (None, row.sha256):
            found.faults.append(f"{_name(case, row)}: the SHA-256 beside it was altered")
        if row.deleted_at is not None and str(row.id) not in testimony.deleted:
            found.faults.append(f"{_name(case, row)} is called deleted, but the audit does not tell of it")
    for missing in testimony.evidence.keys() - there:
        found.faults.append(f"case {case.number}: evidence {missing} was removed from the record")


async def _verify_none_removed(database: Database, found: Verification) -> None:
    """That each case which the audit opened is there."""
    after = 0
    while True:
        query = (
            select(AuditRow.sequence, AuditRow.subject_id)
            .where(AuditRow.subject_type == "case", AuditRow.action == "create", AuditRow.sequence > after)
            .order_by(AuditRow.sequence)
            .limit(_PAGE)
        )
        async with database.reading() as session:
            opened = (await session.execute(query)).all()
            named = [UUID(row.subject_id) for row in opened]
            there = set(await session.scalars(select(CaseRow.id).where(CaseRow.id.in_(named))))
        found.faults += [f"case {case_id} was removed from the record" for case_id in named if case_id not in there]
        if len(opened) < _PAGE:
            return
        after = opened[-1].sequence


def _name(case: CaseRow, row: EvidenceRow) -> str:
    return f"case {case.number}: evidence {row.file} ({row.id})"


async def _verify_file(files: FileStore, found: Verification, name: str, key: str, sha256: str) -> None:
    found.files += 1
    content = hashlib.sha256()
    try:
        facts = await files.facts(key)
        async for chunk in files.stream(key, 0, facts.size):
            content.update(chunk)
    except FileNotFoundError:
        found.faults.append(f"{name} is missing")
        return
    if content.hexdigest() != sha256:
        found.faults.append(f"{name} was altered: SHA-256 {content.hexdigest()}, not {sha256}")
