"""Moments at the ends of the calendar, numbers that no column holds, and what is no number."""

import re
from typing import Any

import pytest

from tests.service.office import Desk, assert_problem, jpeg, parcel
from tests.service.test_fuzz import Askers

ENDS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")


@pytest.mark.parametrize("end", ENDS)
async def test_moments_at_the_ends_of_the_calendar_are_no_fault_of_ours(desk: Desk, end: str) -> None:
    askers = await Askers.of(desk)
    paths: dict[str, dict[str, Any]] = desk.app.openapi()["paths"]
    tried = 0
    for path, operations in paths.items():
        parameters = operations.get("get", {}).get("parameters", [])
        times = [entry["name"] for entry in parameters if entry["name"] in ("since", "until", "start_date", "end_date")]
        address = f"http://office.test{path}"
        for name in re.findall(r"{(\w+)}", path):
            address = address.replace(f"{{{name}}}", askers.there.get(name, "x"))
        for name in times:
            others = {other: "2026-11-24T00:00:00Z" for other in times if other != name and path != "/open311/v2"}
            answer = await askers.administrator.get(address, params=others | {name: end})
            assert answer.status_code < 500, (path, name, answer.text)
            tried += 1
    assert tried > 10
    sent = parcel(()).changed(started_at=end, ended_at=end)
    assert (await askers.program.post("/violations", files=sent.parts())).status_code in (201, 422)
    photo = await askers.administrator.post("/photos", files={"file": jpeg()}, data={"taken_at": end})
    assert photo.status_code in (202, 422)
    key = {"name": "x", "scopes": ["engine"], "expires_at": end}
    assert (await askers.administrator.post("/api-keys", json=key)).status_code in (201, 422)
    assert (await askers.administrator.get("/cases")).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count", "1000000000000"),
        ("started_s", "NaN"),
        ("started_s", "Infinity"),
        ("started_s", "1e999"),
        ("box", "[0, 0, NaN, 1]"),
        ("course", "[[0, 0, Infinity]]"),
    ],
)
async def test_a_violation_with_numbers_that_nobody_can_keep_is_refused(desk: Desk, field: str, value: str) -> None:
    await desk.camera()
    document = parcel(()).violation.model_dump_json(exclude={field})
    document = f'{document[:-1]}, "{field}": {value}}}'
    engine = await desk.engine()
    assert_problem(await engine.post("/violations", files={"violation": (None, document)}), 422, field)


async def test_a_heartbeat_with_a_number_that_no_column_holds_is_refused(desk: Desk) -> None:
    engine = await desk.engine()
    for field in ("outbox", "restarts"):
        beat = {"state": "running", "outbox": 0, "model": "street-1"} | {field: 2**63}
        assert_problem(await engine.put("/system/engine", json=beat), 422, field)
