"""Who may see which cases."""

from sqlalchemy import ColumnElement, and_, false, true

from service.cases.models import CaseRow
from service.security import OVERSEERS, Principal, Role


def may_see(asker: Principal, case: CaseRow) -> bool:
    """Whether somebody may see a case.

    Operators, supervisors, administrators and auditors see all cases of the areas that they are bound to, handlers
    those of their unit, inspectors what came of their own photos.
    """
    if asker.has(*OVERSEERS):
        return asker.area_ids is None or case.area_id in asker.area_ids
    if asker.has(Role.UNIT_HANDLER):
        return asker.unit_id is not None and case.unit_id == asker.unit_id
    return case.reporter_id is not None and case.reporter_id == asker.user_id


def seen_by(asker: Principal) -> ColumnElement[bool]:
    """The same rule as a condition on `CaseRow`."""
    if asker.has(*OVERSEERS):
        return true() if asker.area_ids is None else CaseRow.area_id.in_(asker.area_ids)
    if asker.has(Role.UNIT_HANDLER):
        return false() if asker.unit_id is None else CaseRow.unit_id == asker.unit_id
    return and_(CaseRow.reporter_id.is_not(None), CaseRow.reporter_id == asker.user_id)
