"""What the rules would delete now. Reading a plan changes nothing: it is the dry run."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from service.cases.models import CaseRow
from service.cases.transitions import SETTLED, CaseStatus
from service.database import Database
from service.evidence.models import EvidenceRow
from service.photos.models import PhotoRow
from service.retention.models import HoldRow
from service.retention.rules import Rule, days_of

_PAGE = 200


@dataclass(frozen=True, slots=True)
class DueFile:
    """A stored file that a rule lets go."""

    id: UUID
    key: str
    role: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Due:
    """What is due of one case, or one photo: ``number`` is the case's, none for a photo without one."""

    rule: Rule
    subject_id: UUID
    number: str | None
    files: tuple[DueFile, ...]


async def due_of(database: Database, now: datetime) -> AsyncIterator[Due]:
    """Everything that is due, case by case; a case whose originals and other files are due comes under both rules."""
    async with database.reading() as session:
        days = await days_of(session)
    for rule, kept in days.items():
        if kept is None:
            continue
        before = now - timedelta(days=kept)
        after: UUID | None = None
        while True:
            async with database.reading() as session:
                if rule is Rule.LOOSE_PHOTOS:
                    page = await _photos(session, before, after)
                else:
                    page = await _cases(session, rule, before, after)
            for due in page:
                yield due
            if len(page) < _PAGE:
                break
            after = page[-1].subject_id


async def _cases(session: AsyncSession, rule: Rule, before: datetime, after: UUID | None) -> list[Due]:
    conditions = [_is_due(rule, before), ~_held(CaseRow), exists().where(_files_of(rule))]
    if after is not None:
        conditions.append(CaseRow.id > after)
    query = select(CaseRow.id, CaseRow.number, CaseRow.violation_id).where(*conditions).order_by(CaseRow.id)
    page = []
    for case_id, number, violation_id in (await session.execute(query.limit(_PAGE))).all():
        files = select(EvidenceRow).where(EvidenceRow.violation_id == violation_id, EvidenceRow.deleted_at.is_(None))
        if rule is Rule.ORIGINALS:
            files = files.where(EvidenceRow.role == "original")
        found = tuple(
            DueFile(row.id, row.key, row.role, row.sha256, row.size)
            for row in await session.scalars(files.order_by(EvidenceRow.position))
        )
        page.append(Due(rule, case_id, number, found))
    return page


def _files_of(rule: Rule) -> ColumnElement[bool]:
    there = and_(EvidenceRow.violation_id == CaseRow.violation_id, EvidenceRow.deleted_at.is_(None))
    return and_(there, EvidenceRow.role == "original") if rule is Rule.ORIGINALS else there


def _is_due(rule: Rule, before: datetime) -> ColumnElement[bool]:
    """Whether a rule lets a case's files go. What was merged goes with the case that it was merged into."""
    if rule is Rule.DISMISSED:
        return and_(CaseRow.status == CaseStatus.DISMISSED, CaseRow.created_at < before)
    into = aliased(CaseRow, name="target")
    over = and_(CaseRow.status.in_(sorted(SETTLED)), CaseRow.closed_at < before)
    with_target = exists().where(
        into.id == CaseRow.merged_into_id, into.status.in_(sorted(SETTLED)), into.closed_at < before, ~_held(into)
    )
    return or_(over, and_(CaseRow.status == CaseStatus.MERGED, with_target))


def _held(case: type[CaseRow]) -> ColumnElement[bool]:
    return exists().where(HoldRow.case_id == case.id, HoldRow.released_at.is_(None))


async def _photos(session: AsyncSession, before: datetime, after: UUID | None) -> list[Due]:
    no_case = ~exists().where(CaseRow.photo_id == PhotoRow.id)
    query = select(PhotoRow).where(
        PhotoRow.created_at < before, PhotoRow.deleted_at.is_(None), PhotoRow.status.in_(("done", "failed")),
        or_(no_case, _only_gone_cases()),
    )  # fmt: skip
    if after is not None:
        query = query.where(PhotoRow.id > after)
    rows = await session.scalars(query.order_by(PhotoRow.id).limit(_PAGE))
    return [
        Due(Rule.LOOSE_PHOTOS, row.id, None, (DueFile(row.id, row.key, "photo", row.sha256, row.size),)) for row in rows
    ]


def _only_gone_cases() -> ColumnElement[bool]:
    """A photo of which cases came goes once the originals of all of them are gone."""
    kept = (
        select(func.count())
        .select_from(CaseRow)
        .where(
            CaseRow.photo_id == PhotoRow.id,
            or_(
                _held(CaseRow),
                ~exists().where(EvidenceRow.violation_id == CaseRow.violation_id, EvidenceRow.role == "original"),
                exists().where(
                    EvidenceRow.violation_id == CaseRow.violation_id,
                    EvidenceRow.role == "original",
                    EvidenceRow.deleted_at.is_(None),
                ),
            ),
        )
    )
    return kept.scalar_subquery() == 0
