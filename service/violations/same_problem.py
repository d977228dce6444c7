"""Photos of one problem: what is found of a kind in several of them is one case with the evidence of all (并案)."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from service.audit.workflow import SYSTEM, record
from service.cases.events import tell
from service.cases.merging import NO_TARGET, absorb
from service.cases.models import CaseRow
from service.cases.transitions import CaseAction, CaseStatus
from service.photos.models import PhotoRow

_MOST: Final = 200
"""Cases of one problem and kind that are looked at, the oldest first; nobody photographs a heap so often."""


async def join_problem(session: AsyncSession, photo: PhotoRow | None, case: CaseRow) -> CaseRow | None:
    """Merge a case that was just opened into the one that another photo of the same problem has brought.

    Which photo comes first does not matter: the case that is there takes in the later ones. Called after the case has
    its number, for the same reason as `service.violations.joining.Joining.join`.

    Args:
        session: the transaction.
        photo: what shows it; None for a camera's case.
        case: the case, pending.

    Returns:
        The case that it is part of now; None where no other photo of its owner shows the problem, where people have
        dismissed or archived what those showed, or closed it before this photo was taken: then it is back (反弹).
    """
    if photo is None or photo.problem is None or case.merged_into_id is not None:
        return None
    await session.flush()  # cases of the same transaction may be of the same problem
    target = await _of_problem(session, photo, case)
    if target is None:
        return None
    case.merged_into_id, case.status = target.id, CaseStatus.MERGED
    details = {"case": str(target.id), "case_number": target.number, "problem": str(photo.problem)}
    note = "another photo of the same problem, by its sender"
    await record(
        session, SYSTEM, CaseAction.MERGE, "case", str(case.id),
        from_status=CaseStatus.PENDING, to_status=CaseStatus.MERGED, note=note, details=details,
    )  # fmt: skip
    await absorb(session, SYSTEM, case, target, note=note)
    for changed in (case, target):
        tell(session, "case.updated", changed)
    return target


async def _of_problem(session: AsyncSession, photo: PhotoRow, case: CaseRow) -> CaseRow | None:
    query = (
        select(CaseRow)
        .join(PhotoRow, PhotoRow.id == CaseRow.photo_id)
        .where(
            PhotoRow.owner_id == photo.owner_id,
            PhotoRow.problem == photo.problem,
            CaseRow.kind == case.kind,
            CaseRow.id != case.id,
        )
        .order_by(CaseRow.id)
        .limit(_MOST)
    )
    for other in await session.scalars(query):
        merged_into = other.merged_into_id
        target = other if merged_into is None else await session.get_one(CaseRow, merged_into)
        is_back = target.closed_at is not None and target.closed_at < case.occurred_at
        if CaseStatus(target.status) not in NO_TARGET and not is_back:
            return target
    return None
