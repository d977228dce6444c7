"""How much of a span of time each camera could see."""

from datetime import UTC, datetime, timedelta

import uuid_utils.compat
from sqlalchemy import update

from service.cameras.models import CameraGapRow, CameraRow
from service.figures.sight import covered
from tests.service.office import Desk, assert_problem

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
DAY = {"since": NOON.isoformat(), "until": (NOON + timedelta(hours=10)).isoformat()}


def hours(first: float, last: float) -> tuple[datetime, datetime]:
    return NOON + timedelta(hours=first), NOON + timedelta(hours=last)


def test_each_moment_counts_once() -> None:
    assert covered([]) == timedelta()
    assert covered([hours(4, 5), hours(0, 3), hours(1, 2), hours(2.5, 3.5)]) == timedelta(hours=4.5)


async def test_who_saw_least_comes_first(desk: Desk) -> None:
    for name in ("gate-1", "gate-2", "new", "off"):
        await desk.camera(name)
    gaps = [
        ("gate-1", "covered", -1, 1, True),  # an hour of it before the span
        ("gate-1", "dark", 0.5, 2, True),
        ("gate-1", "shifted", 3, 9, False),  # corrected: it went on seeing
        ("gate-2", "no_picture", 6, None, True),
        ("new", "black", 5, 7.5, True),  # added at the fifth hour
        ("off", "no_picture", 0, None, True),
    ]
    async with desk.office.database.transaction() as session:
        for camera, kind, first, last, suspended in gaps:
            session.add(
                CameraGapRow(
                    id=uuid_utils.compat.uuid7(), camera_id=camera, kind=kind, message="", suspended=suspended,
                    started_at=NOON + timedelta(hours=first), ended_at=None if last is None else hours(0, last)[1],
                )
            )  # fmt: skip
        await session.execute(update(CameraRow).values(created_at=NOON - timedelta(days=9)))
        added = {"created_at": NOON + timedelta(hours=5)}
        await session.execute(update(CameraRow).where(CameraRow.id == "new").values(added))
        await session.execute(update(CameraRow).where(CameraRow.id == "off").values(enabled=False))
    answer = await (await desk.administrator()).get("/figures/cameras", params=DAY)
    assert answer.status_code == 200, answer.text
    found = [
        (item["camera_id"], round(item["seen"], 6), item["unseen_seconds"], item["gaps"], item["kinds"])
        for item in answer.json()["items"]
    ]
    assert found == [
        ("new", 0.5, 9_000, 1, {"black": 9_000}),
        ("gate-2", 0.6, 14_400, 1, {"no_picture": 14_400}),
        ("gate-1", 0.8, 7_200, 2, {"covered": 3_600, "dark": 5_400}),
    ]


async def test_a_bad_span_is_named(desk: Desk) -> None:
    admin = await desk.administrator()
    wrong = {"since": DAY["until"], "until": DAY["since"]}
    assert_problem(await admin.get("/figures/cameras", params=wrong), 422, "since")
