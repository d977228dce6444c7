"""Who looked at an original: taken down in the audit before the file is given out."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from service import clock
from service.audit.models import AuditRow
from service.audit.workflow import Actor, record
from service.office import Office
from service.security import Principal

ACTION, SUBJECT = "look", "original"
ONE_LOOK = timedelta(minutes=10)
"""Asking again within this time is the same look: a player asks for a film in many parts."""


async def note_look(office: Office, asker: Principal, file_id: UUID, details: Mapping[str, object]) -> None:
    """Take down that somebody looks at a file that shows people as the camera saw them.

    Args:
        office: the office.
        asker: who looks.
        file_id: identifier of the evidence file or the photo.
        details: where the file belongs, for example the case's number.
    """
    query = (
        select(AuditRow.at)
        .where(AuditRow.subject_type == SUBJECT, AuditRow.subject_id == str(file_id), AuditRow.actor_id == asker.id)
        .order_by(AuditRow.sequence.desc())
        .limit(1)
    )
    async with office.database.reading() as session:
        last = await session.scalar(query)
    if last is not None and clock.now() - last < ONE_LOOK:
        return
    async with office.database.transaction() as session:
        await record(session, Actor.of(asker), ACTION, SUBJECT, str(file_id), details=details)
