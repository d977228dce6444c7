"""Joining: a violation that another camera has seen too becomes part of that one's case (并案), by itself."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from pydantic import JsonValue, TypeAdapter, ValidationError
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from detector.scene import Ground, Overlap, SceneSettings
from detector.violations import Violation
from service.audit.workflow import SYSTEM, record
from service.cameras.models import CameraRow
from service.cases.events import tell
from service.cases.merging import NO_TARGET, absorb
from service.cases.models import CaseRow
from service.cases.transitions import CaseAction, CaseStatus
from service.violations.common_ground import Sighting, is_one_event
from service.violations.models import ViolationRow

_LONGEST: Final = timedelta(days=1)
"""An offence that began earlier is not looked for: no rule's clock runs for longer."""
_MOST: Final = 500
_OVERLAPS: Final = TypeAdapter(list[Overlap])


class Joining:
    """Joins the cases of one transaction; what the cameras' scenes say is read once for all of them."""

    def __init__(self, session: AsyncSession, cameras: Mapping[str, CameraRow]) -> None:
        """Reads nothing yet.

        Args:
            session: the transaction.
            cameras: those that saw the violations, by identifier.
        """
        self._session = session
        self._cameras = cameras
        self._scenes: dict[str, SceneSettings] = {}
        self._sharing: list[tuple[str, SceneSettings]] | None = None

    async def join(self, violation: Violation, case: CaseRow) -> CaseRow | None:
        """Merge a case that was just opened into the one of another camera that saw the same event.

        Called after the case has its number: whoever gives numbers holds a lock, so that of two cameras' violations
        that are delivered at the same time the second one finds the first.

        Returns:
            The case that it is part of now; None where no other camera saw the event.
        """
        if violation.camera is None or not violation.course:
            return None
        partners = await self._partners(violation.camera)
        if not partners:
            return None
        session = self._session
        await session.flush()  # cases of the same transaction may be of the same event
        found = await _nearest(session, Sighting(violation, self._scene(violation.camera)), partners)
        if found is None:
            return None
        target, apart = found
        case.merged_into_id, case.status = target.id, CaseStatus.MERGED
        details = {"case": str(target.id), "case_number": target.number, "metres_apart": round(apart, 2)}
        note = f"{target.camera_name or target.camera_id} saw the same event, {apart:.1f} m apart"
        await record(
            session, SYSTEM, CaseAction.MERGE, "case", str(case.id),
            from_status=CaseStatus.PENDING, to_status=CaseStatus.MERGED, note=note, details=details,
        )  # fmt: skip
        await absorb(session, SYSTEM, case, target, note=f"{case.camera_name or case.camera_id} saw the same event")
        for changed in (case, target):
            tell(session, "case.updated", changed)
        return target

    async def _partners(self, camera: str) -> dict[str, SceneSettings]:
        """Cameras that share ground with one, with what of their scenes measures it."""
        if self._sharing is None:
            self._sharing = await self._read_sharing()
        scene = self._scene(camera)
        frame = _frame(scene)
        named = {o.camera for o in scene.overlaps}
        return {
            other: its
            for other, its in self._sharing
            if other != camera
            and (
                (frame is not None and _frame(its) == frame)
                or other in named
                or camera in {o.camera for o in its.overlaps}
            )
        }

    def _scene(self, camera: str) -> SceneSettings:
        if camera not in self._scenes:
            self._scenes[camera] = SceneSettings.model_validate(self._cameras[camera].scene)
        return self._scenes[camera]

    async def _read_sharing(self) -> list[tuple[str, SceneSettings]]:
        """All cameras that may share ground with one of these, with what of their scenes measures it."""
        scenes = [self._scene(camera) for camera in self._cameras]
        named = {overlap.camera for scene in scenes for overlap in scene.overlaps}
        frames = {frame for scene in scenes if (frame := _frame(scene)) is not None}
        overlaps, ground = CameraRow.scene["overlaps"], CameraRow.scene["ground"]
        may_share = [overlaps.as_string() != "[]"]
        if named:
            may_share.append(CameraRow.id.in_(named))
        if frames:
            may_share.append(ground["frame"].as_string().in_(frames))
        query = select(CameraRow.id, overlaps, ground).where(or_(*may_share))
        return [(row[0], _measures(row[1], row[2])) for row in (await self._session.execute(query)).all()]


def _frame(scene: SceneSettings) -> str | None:
    """The survey that a scene is measured in."""
    return scene.ground.frame if scene.ground is not None else None


def _measures(overlaps: JsonValue, ground: JsonValue) -> SceneSettings:
    try:
        return SceneSettings(
            overlaps=_OVERLAPS.validate_python(overlaps or []),
            ground=Ground.model_validate(ground) if ground is not None else None,
        )
    except ValidationError:  # a scene of an earlier version measures nothing; its camera is listed all the same
        return SceneSettings()


async def _nearest(
    session: AsyncSession, seen: Sighting, partners: dict[str, SceneSettings]
) -> tuple[CaseRow, float] | None:
    """The case of the same event, and metres between the two sightings; the nearest where several could be."""
    violation = seen.violation
    query = (
        select(CaseRow, ViolationRow.document)
        .join(ViolationRow, ViolationRow.id == CaseRow.violation_id)
        .where(
            CaseRow.camera_id.in_(partners),
            CaseRow.kind == violation.kind,
            CaseRow.occurred_at >= violation.started_at - _LONGEST,
            CaseRow.occurred_at <= violation.ended_at + timedelta(minutes=1),
        )
        .order_by(CaseRow.occurred_at.desc())
        .limit(_MOST)
    )
    found: list[tuple[float, CaseRow]] = []
    for case, document in (await session.execute(query)).all():
        other = Violation.model_validate(document)
        apart = is_one_event(seen, Sighting(other, partners[other.camera or ""]))
        if apart is not None:
            found.append((apart, case))
    for apart, case in sorted(found, key=lambda pair: (pair[0], pair[1].id)):
        target = case if case.merged_into_id is None else await session.get_one(CaseRow, case.merged_into_id)
        cameras = await _cameras(session, target)
        # One camera that reports two offences has seen two.
        if CaseStatus(target.status) not in NO_TARGET and violation.camera not in cameras:
            return target, apart
    return None


async def _cameras(session: AsyncSession, target: CaseRow) -> Sequence[str | None]:
    query = select(CaseRow.camera_id).where(or_(CaseRow.id == target.id, CaseRow.merged_into_id == target.id))
    return (await session.scalars(query)).all()
