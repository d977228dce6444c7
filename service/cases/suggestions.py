"""Which cases may be one and the same: near in place and time, of the same kind, and alike to look at."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import numpy as np
from PIL import Image
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.cases.merging import NO_TARGET
from service.cases.models import CaseRow
from service.cases.places import cells_around, metres_between
from service.cases.schemas import Suggestion, Suggestions
from service.cases.sight import seen_by
from service.cases.transitions import SETTLED, CaseStatus
from service.cases.workflow import load_case, summary
from service.evidence.models import EvidenceRow
from service.office import Office
from service.photos.picture import open_bounded
from service.security import Principal

METRES = 50.0
HOURS = timedelta(hours=72)
SHOWN = 8
"""As many as a person looks at, and as many pictures as are compared."""

_LOOKED_AT = 300
_SIDE = 8


@dataclass(frozen=True, slots=True)
class _Near:
    case: CaseRow
    metres: float
    apart: timedelta

    @property
    def strangeness(self) -> float:
        """0 for the same place and time, 2 for the farthest that is still suggested."""
        return self.metres / METRES + self.apart / HOURS


async def suggest(office: Office, asker: Principal, case_id: UUID) -> Suggestions:
    """Cases of the same kind within 50 m and 72 hours that this one may be merged into, the likeliest first.

    Raises:
        ProblemError: 404 where there is no such case.
    """
    async with office.database.reading() as session:
        case = await load_case(session, asker, case_id, lock=False)
        near = await _near(session, asker, case)
        pictures = await _pictures(session, [case, *(one.case for one in near)])
    looks = {violation_id: await _look(office, row) for violation_id, row in pictures.items()}
    own = looks.get(case.violation_id)
    items = []
    for one in near:
        other = looks.get(one.case.violation_id)
        alike = None if own is None or other is None else _alikeness(own, other)
        suggestion = Suggestion(
            case=summary(one.case),
            metres=round(one.metres, 1),
            minutes=round(one.apart / timedelta(minutes=1)),
            alike=alike,
            score=round((2 - one.strangeness + (alike or 0)) / 3, 3),
        )
        items.append(suggestion)
    return Suggestions(items=sorted(items, key=lambda item: item.score, reverse=True))


async def _near(session: AsyncSession, asker: Principal, case: CaseRow) -> list[_Near]:
    if case.longitude is None or case.latitude is None:
        return []
    query = (
        select(CaseRow)
        .where(
            seen_by(asker),
            CaseRow.cell.in_(cells_around(case.longitude, case.latitude)),
            CaseRow.kind == case.kind,
            CaseRow.occurred_at >= case.occurred_at - HOURS,
            CaseRow.occurred_at <= case.occurred_at + HOURS,
            CaseRow.status.in_(frozenset(CaseStatus) - NO_TARGET - SETTLED),
            CaseRow.id != case.id,
        )
        .order_by(CaseRow.occurred_at.desc())
        .limit(_LOOKED_AT)
    )
    found = []
    for other in await session.scalars(query):
        if other.longitude is None or other.latitude is None:
            continue
        metres = metres_between(case.longitude, case.latitude, other.longitude, other.latitude)
        if metres <= METRES:
            found.append(_Near(other, metres, abs(other.occurred_at - case.occurred_at)))
    return sorted(found, key=lambda one: one.strangeness)[:SHOWN]


async def _pictures(session: AsyncSession, cases: list[CaseRow]) -> dict[UUID, EvidenceRow]:
    """The close-up of each case, by the violation that it belongs to."""
    query = select(EvidenceRow).where(
        EvidenceRow.violation_id.in_([case.violation_id for case in cases]),
        EvidenceRow.role == "closeup",
        EvidenceRow.media_type.in_(("image/jpeg", "image/png", "image/webp")),
    )
    return {row.violation_id: row for row in await session.scalars(query.order_by(EvidenceRow.position.desc()))}


async def _look(office: Office, row: EvidenceRow) -> np.ndarray | None:
    try:
        content, _ = await office.files.read(row.key)
    except FileNotFoundError:
        return None  # `streetwarden verify` tells of it; a suggestion need not fail for it
    return await asyncio.to_thread(_gradients, content)


def _gradients(content: bytes) -> np.ndarray | None:
    """Whether each of 8 × 8 places is lighter than the one on its left: what a difference hash (dHash) compares."""
    try:
        with open_bounded(content) as image:
            image.draft("L", (_SIDE * 8, _SIDE * 8))
            grey = np.asarray(image.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX), dtype=np.int16)
    except (OSError, SyntaxError, ValueError):
        return None  # a picture that cannot be decoded looks like nothing
    return np.asarray(grey[:, 1:] > grey[:, :-1])


def _alikeness(one: np.ndarray, other: np.ndarray) -> float:
    """The share of places that are the same, from half (chance, as 0) to all (as 1)."""
    same = float((one == other).mean())
    return round(max(0.0, 2 * same - 1), 3)
