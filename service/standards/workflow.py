"""Reading and changing standards."""

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from detector.violations import KINDS, ViolationKind
from service import clock
from service.audit.workflow import Actor, record
from service.office import Office
from service.security import Principal
from service.standards.defaults import default_standard
from service.standards.models import StandardRow
from service.standards.schemas import Limits, Standard, StandardChange, Standards

_LIMITS = TypeAdapter(Limits)


async def standard_of(session: AsyncSession, kind: ViolationKind) -> Standard:
    """The standard of a kind: the administrator's, else the default one."""
    row = await session.get(StandardRow, kind)
    if row is None:
        return default_standard(kind)
    limits = _LIMITS.validate_python(row.limits)
    return Standard(kind=kind, filing=row.filing, closing=row.closing, limits=limits)


async def list_standards(session: AsyncSession) -> Standards:
    """The standards of all kinds."""
    return Standards(items=[await standard_of(session, kind) for kind in KINDS])


async def replace_standard(office: Office, asker: Principal, kind: ViolationKind, body: StandardChange) -> Standard:
    """Write the standard of a kind. Due times that run already stay as they were told."""
    async with office.database.transaction() as session:
        before = await standard_of(session, kind)
        row = await session.get(StandardRow, kind)
        if row is None:
            row = StandardRow(kind=kind, filing="", closing="", limits={}, updated_at=clock.now())
            session.add(row)
        row.filing, row.closing, row.updated_at = body.filing, body.closing, clock.now()
        row.limits = body.limits.model_dump(mode="json")
        details = {"before": before.model_dump(mode="json"), "after": body.model_dump(mode="json")}
        await record(session, Actor.of(asker), "replace", "standard", kind, details=details)
        return await standard_of(session, kind)
