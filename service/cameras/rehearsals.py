"""Rehearsals: the engine tries edited zones and rules on its stored tracks; the office says what was reported."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import Violation, ViolationKind
from service import clock
from service.cameras import frame_relay
from service.cameras.rehearsal_schemas import (
    EngineOffence,
    EngineRehearsal,
    Rehearsal,
    RehearsalRequest,
    RehearsedCase,
    RehearsedKind,
    RehearsedOffence,
)
from service.cameras.workflow import load_camera
from service.cases.models import CaseRow
from service.office import Office
from service.violations.models import ViolationRow

_SECONDS: Final = 100.0
"""Somewhat longer than the engine gives itself."""

_APART: Final = timedelta(seconds=15)
"""So far apart two reports of one offence may lie: one of them may have waited for its end."""

_NEAR: Final = 0.12
"""Of the picture's width and height: what lies nearer is the same offence."""


async def rehearse(office: Office, camera_id: str, body: RehearsalRequest) -> Rehearsal:
    """What zones and rules would have reported of a camera's last minutes; nothing is saved.

    Raises:
        ProblemError: 404 where there is no such camera, 503 where the engine cannot do it now.
    """
    until = clock.now()
    since = until - timedelta(minutes=body.minutes)
    async with office.database.reading() as session:
        await load_camera(session, camera_id)
        real = await _reported(session, camera_id, since, until)
    request = {
        "camera": camera_id,
        "scene": body.scene.model_dump(mode="json"),
        "since": since.isoformat(),
        "until": until.isoformat(),
    }
    answer = await frame_relay.ask(office.settings.engine_socket, "rehearse", request, _SECONDS)
    given = EngineRehearsal.model_validate_json(answer)
    pairs = _pairs(given.findings, real)
    found = [
        _shown(offence, real[pairs[row]].case if row in pairs else None) for row, offence in enumerate(given.findings)
    ]
    dropped = [offence for row, offence in enumerate(real) if row not in pairs.values()]
    return Rehearsal(
        since=since,
        until=until,
        watched_seconds=given.watched_seconds,
        first_at=given.first_at,
        last_at=given.last_at,
        kinds=[
            RehearsedKind(kind=kind, would=sum(o.kind is kind for o in found), did=sum(o.kind is kind for o in real))
            for kind in ViolationKind
        ],
        found=found,
        dropped=dropped,
        unknown_signals=given.unknown_signals,
    )


async def _reported(session: AsyncSession, camera_id: str, since: datetime, until: datetime) -> list[RehearsedOffence]:
    """What the camera reported between two times, oldest first."""
    query = (
        select(CaseRow.id, CaseRow.number, ViolationRow.document)
        .join(ViolationRow, ViolationRow.id == CaseRow.violation_id)
        .where(CaseRow.camera_id == camera_id, CaseRow.occurred_at >= since - timedelta(hours=2))
        .order_by(CaseRow.occurred_at, CaseRow.id)
    )
    offences = []
    for case_id, number, document in (await session.execute(query)).all():
        violation = Violation.model_validate(document)
        if since <= violation.ended_at <= until:
            offences.append(_of_violation(violation, RehearsedCase(id=case_id, number=number)))
    return offences


def _of_violation(violation: Violation, case: RehearsedCase) -> RehearsedOffence:
    left, top, right, bottom = violation.box
    wide, high = violation.width, violation.height
    return RehearsedOffence(
        kind=violation.kind,
        started_at=violation.started_at,
        ended_at=violation.ended_at,
        zone=violation.zone,
        box=(left / wide, top / high, right / wide, bottom / high),
        course=[(x, y) for _, x, y in violation.course] if len(violation.course) > 1 else [],
        count=violation.count,
        confidence=violation.confidence,
        note=violation.note,
        case=case,
    )


def _shown(offence: EngineOffence, case: RehearsedCase | None) -> RehearsedOffence:
    return RehearsedOffence(**offence.model_dump(), case=case)


def _pairs(found: Sequence[EngineOffence], real: Sequence[RehearsedOffence]) -> dict[int, int]:
    """Which rehearsed offence is which reported one, one to one, the nearest first."""
    near = sorted(
        (distance, one, other)
        for one, offence in enumerate(found)
        for other, reported in enumerate(real)
        if (distance := _distance(offence, reported)) is not None
    )
    pairs: dict[int, int] = {}
    for _, one, other in near:
        if one not in pairs and other not in pairs.values():
            pairs[one] = other
    return pairs


def _distance(found: EngineOffence, real: RehearsedOffence) -> float | None:
    """How far apart two offences lie in the picture; None where they cannot be the same."""
    if found.kind is not real.kind:
        return None
    if found.started_at > real.ended_at + _APART or real.started_at > found.ended_at + _APART:
        return None
    across = (found.box[0] + found.box[2] - real.box[0] - real.box[2]) / 2
    distance = math.hypot(across, found.box[3] - real.box[3])
    return distance if distance < _NEAR else None
