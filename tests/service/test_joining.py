"""Many cameras, one event: one case with the evidence of all of them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from detector.detections import Detections, ObjectClass
from detector.pipeline import Pipeline
from detector.scene import Scene, SceneSettings
from detector.sources import Frame
from detector.violations import Violation
from service.security import Role
from tests.service.office import Desk, Parcel, deliver, parcel
from tests.service.test_common_ground import NOON, WALK, WHOLE, overlap, survey

DATA = Path(__file__).resolve().parents[1] / "data"
CROSSROAD = Path(__file__).resolve().parents[3] / "shared" / "video" / "crossroad.avi"
Course = Sequence[tuple[float, float, float]]


def sent(camera: str, course: Course = WALK) -> Parcel:
    start, end = (NOON + timedelta(seconds=second) for second in (course[0][0], course[-1][0]))
    moved = tuple((at - course[0][0], x, y) for at, x, y in course)
    return parcel(camera=camera, started_at=start, ended_at=end, course=moved)


async def handed_over(client: httpx.AsyncClient, one: Parcel) -> str:
    answer = await deliver(client, one)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["case_id"])


async def cases(client: httpx.AsyncClient, status: str = "pending") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/cases", params={"status": status})).json()["items"]
    return items


async def test_what_two_cameras_have_seen_is_one_case_with_evidence_of_both(desk: Desk) -> None:
    for camera in ("gate-1", "gate-2"):
        await desk.camera(camera, name=camera, scene=survey())
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    first = await handed_over(engine, sent("gate-1"))
    again = sent("gate-2", [(at + 0.3, x, y) for at, x, y in WALK])
    second = await handed_over(engine, again)
    assert await handed_over(engine, again) == second  # delivered twice, joined once
    (case,) = await cases(operator)
    assert case["id"] == first
    whole = (await operator.get(f"/cases/{first}")).json()
    (merged,) = whole["merged"]
    assert merged["id"] == second
    assert {e["role"] for e in merged["evidence"]} == {e["role"] for e in whole["evidence"]}
    history = [(step["action"], step["actor"], step["other_case"]) for step in whole["history"]]
    assert history == [("create", "system", None), ("absorb", "system", merged["number"])]
    own = (await operator.get(f"/cases/{second}")).json()
    assert (own["status"], own["merged_into"]["id"]) == ("merged", first)
    assert [step["action"] for step in own["history"]] == ["create", "merge"]
    assert "gate-1 saw the same event" in own["history"][-1]["note"]
    for url in (merged["evidence"][0]["url"], whole["evidence"][0]["url"]):
        assert (await operator.get(url.removeprefix("/api/v1"))).status_code == 200


async def test_an_operator_may_take_them_apart(desk: Desk) -> None:
    for camera in ("gate-1", "gate-2"):
        await desk.camera(camera, scene=survey())
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    await handed_over(engine, sent("gate-1"))
    second = await handed_over(engine, sent("gate-2"))
    version = (await operator.get(f"/cases/{second}")).json()["version"]
    answer = await operator.post(f"/cases/{second}/split", json={"version": version, "note": "two people"})
    assert answer.status_code == 200, answer.text
    assert len(await cases(operator)) == 2


@pytest.mark.parametrize(
    ("settings", "course", "pending"),
    [
        pytest.param(survey(), [(at, x + 0.3, y) for at, x, y in WALK], 2, id="another person three metres away"),
        pytest.param(survey(), [(at + 60, x, y) for at, x, y in WALK], 2, id="another time"),
        pytest.param(survey(frame="南门"), WALK, 2, id="another place"),
        pytest.param({}, WALK, 2, id="cameras that share no ground"),
        pytest.param(overlap("gate-1"), WALK, 1, id="ground that the second camera declares"),
        pytest.param(overlap("gate-3"), WALK, 2, id="ground that it shares with a third one"),
    ],
)
async def test_one_event_or_two(desk: Desk, settings: dict[str, Any], course: Course, pending: int) -> None:
    await desk.camera("gate-1", scene=survey())
    await desk.camera("gate-2", scene=settings)
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    await handed_over(engine, sent("gate-1"))
    await handed_over(engine, sent("gate-2", course))
    assert len(await cases(operator)) == pending


async def test_two_people_side_by_side_are_two_cases(desk: Desk) -> None:
    """A metre apart: nearer than can be told from one camera's error, but each camera has seen two."""
    for camera in ("gate-1", "gate-2"):
        await desk.camera(camera, scene=survey())
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    beside = [(at, x, y + 0.05) for at, x, y in WALK]
    for camera in ("gate-1", "gate-2"):
        for course in (beside, WALK):
            await handed_over(engine, sent(camera, course))
    found = await cases(operator)
    assert len(found) == 2
    for case in found:
        whole = (await operator.get(f"/cases/{case['id']}")).json()
        (merged,) = whole["merged"]
        other = (await operator.get(f"/cases/{merged['id']}")).json()
        assert other["violation"]["course"] == whole["violation"]["course"]


async def test_a_third_camera_joins_what_two_have_joined(desk: Desk) -> None:
    await desk.camera("gate-1", scene=overlap("gate-2"))
    await desk.camera("gate-2", scene={})
    await desk.camera("gate-3", scene=overlap("gate-2"))  # knows nothing of gate-1
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    first = await handed_over(engine, sent("gate-1"))
    for camera in ("gate-2", "gate-3"):
        await handed_over(engine, sent(camera))
    (case,) = await cases(operator)
    assert case["id"] == first
    assert len((await operator.get(f"/cases/{first}")).json()["merged"]) == 2


async def test_what_was_dismissed_takes_nothing_in(desk: Desk) -> None:
    for camera in ("gate-1", "gate-2"):
        await desk.camera(camera, scene=survey())
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    first = await handed_over(engine, sent("gate-1"))
    body = {"version": 1, "reason": "poor_evidence", "note": ""}
    assert (await operator.post(f"/cases/{first}/dismiss", json=body)).status_code == 200
    await handed_over(engine, sent("gate-2"))
    assert len(await cases(operator)) == 1


async def test_violations_that_come_at_the_same_time_are_joined_too(desk: Desk) -> None:
    names = [f"gate-{n}" for n in range(6)]
    for camera in names:
        await desk.camera(camera, scene=survey())
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    await asyncio.gather(*(handed_over(engine, sent(camera)) for camera in names))
    assert len(await cases(operator)) == 1
    assert len(await cases(operator, "merged")) == 5


def watched(camera: str, offset: int, step: int) -> list[Violation]:
    """What the rules report of some of the clip's frames, with detections that were kept."""
    scene = Scene.load(DATA / "crossroad.yaml")
    scene = scene.model_copy(update={"camera": scene.camera.model_copy(update={"id": camera})})
    kept = np.load(DATA / "crossroad_detections.npz")
    watcher = Pipeline(scene, thresholds=dict.fromkeys(ObjectClass, 0.3))
    found: list[Violation] = []
    with av.open(str(CROSSROAD)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number % step != offset:
                continue
            rows = kept["rows"][kept["rows"][:, 0] == number]
            seconds = float(kept["seconds"][number])
            image = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
            frame = Frame(image, NOON + timedelta(seconds=seconds), seconds, number)
            found += watcher.process(frame, Detections(rows[:, 1:5], rows[:, 6].astype(np.int64), rows[:, 5]))
    return found + watcher.finish()


@pytest.mark.skipif(not CROSSROAD.exists(), reason=f"needs the real clip {CROSSROAD}")
async def test_two_cameras_on_the_real_clip_report_each_person_once(desk: Desk) -> None:
    """Each sees frames of its own, so that tracks, times and places differ a little."""
    settings = Scene.load(DATA / "crossroad.yaml").settings
    shared = {"camera": "cross-2", "here": WHOLE, "there": WHOLE}
    first = SceneSettings.model_validate(settings.model_dump() | {"overlaps": [shared]})
    await desk.camera("cross-1", scene=first.model_dump(mode="json"))
    await desk.camera("cross-2", scene=settings.model_dump(mode="json"))
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    seen = {name: watched(name, n, 3) for n, name in enumerate(("cross-1", "cross-2"))}
    for violation in sorted((v for found in seen.values() for v in found), key=lambda v: v.ended_at):
        await handed_over(engine, Parcel(violation, {}))
    pending, merged = await cases(operator), await cases(operator, "merged")
    assert len(pending) + len(merged) == sum(map(len, seen.values()))
    # One person in twenty is reported from one camera's frames and not from the other's.
    assert len(merged) >= 0.9 * min(map(len, seen.values()))
    for case in merged:
        into = (await operator.get(f"/cases/{case['merged_into_id']}")).json()
        assert {case["camera_id"], into["camera_id"]} == {"cross-1", "cross-2"}
