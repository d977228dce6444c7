"""Whom notices are for: active people by unit, by role and by the area that they are bound to."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from service.areas.models import AreaRow
from service.security import Role
from service.users.models import UserRow


async def handlers_of(session: AsyncSession, unit_id: UUID | None) -> set[UUID]:
    """Everybody who works for a unit."""
    if unit_id is None:
        return set()
    return set(await session.scalars(select(UserRow.id).where(UserRow.unit_id == unit_id, UserRow.active.is_(True))))


async def people_with(session: AsyncSession, *roles: Role) -> set[UUID]:
    """Everybody who has one of these roles."""
    return set(await session.scalars(select(UserRow.id).where(UserRow.role.in_(roles), UserRow.active.is_(True))))


async def overseers_of(session: AsyncSession, role: Role, area_id: UUID | None) -> set[UUID]:
    """Who has a role and sees the cases of an area: those bound to it, to one above it, or to none."""
    query = select(UserRow.id).where(UserRow.role == role, UserRow.active.is_(True))
    if area_id is None:
        return set(await session.scalars(query.where(UserRow.area_id.is_(None))))
    above = select(AreaRow.id, AreaRow.parent_id).where(AreaRow.id == area_id).cte("above", recursive=True)
    above = above.union(select(AreaRow.id, AreaRow.parent_id).where(AreaRow.id == above.c.parent_id))
    bound = or_(UserRow.area_id.is_(None), UserRow.area_id.in_(select(above.c.id)))
    return set(await session.scalars(query.where(bound)))


async def still_active(session: AsyncSession, user_ids: set[UUID]) -> set[UUID]:
    """Those of some people who may still sign in."""
    return set(await session.scalars(select(UserRow.id).where(UserRow.id.in_(user_ids), UserRow.active.is_(True))))
