"""A unit's part of a case: dispatch, due times, returning, photos taken afterwards, checking."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from detector.violations import ViolationKind
from service import clock
from service.audit.verify import verify
from service.cases.sweep import sweep
from tests.service.cases.people import Json, Staff, add_photo, done, step
from tests.service.office import assert_problem

NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""A Tuesday, 09:00 in the district."""


class Watch:
    """The office's clock in the test's hands."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def __add__(self, hours: float) -> datetime:
        self.moment += timedelta(hours=hours)
        return self.moment


@pytest.fixture
def watch(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Time stands still from now on; sessions are a day old at most."""
    assert staff
    hands = Watch(NINE)
    monkeypatch.setattr(clock, "now", hands.now)
    return hands


async def see(staff: Staff, case: Json) -> Json:
    found: Json = (await staff.admin.get(f"/cases/{case['id']}")).json()
    return found


def at(text: str) -> str:
    """A moment of the district as the API tells it."""
    moment = datetime.fromisoformat(text) - timedelta(hours=8)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("kind", "grade", "due"),
    [
        (ViolationKind.CIGARETTE_BUTT, "ordinary", "2026-11-24 11:00"),
        (ViolationKind.GARBAGE, "ordinary", "2026-11-24 14:30"),
        (ViolationKind.ILLEGAL_PARKING, "ordinary", "2026-11-24 14:30"),
        (ViolationKind.JAYWALKING, "ordinary", "2026-11-27 09:00"),
        (ViolationKind.GARBAGE, "urgent", "2026-11-24 11:00"),
    ],
)
async def test_due_times_are_counted_in_working_hours(
    staff: Staff, watch: Watch, kind: ViolationKind, grade: str, due: str
) -> None:
    case = await staff.at("filed", kind=kind)
    assert case["suggested_unit"]["id"] == staff.unit["id"]
    sent = done(await step(staff.mei, case, "dispatch", grade=grade))
    assert (sent["status"], sent["due_at"], sent["grade"]) == ("dispatched", at(due), grade)
    assert (sent["unit"]["code"], sent["history"][-1]["unit"]) == ("default", "Default")
    assert watch.now() == NINE


async def test_a_returned_case_stands_still_and_goes_on_where_it_was(staff: Staff, watch: Watch) -> None:
    case = await staff.at("dispatched", kind=ViolationKind.GARBAGE)
    watch + 1
    assert_problem(await step(staff.handler, case, "return"), 422, "note")
    back = done(await step(staff.handler, case, "return", note="不属于本单位"))
    assert (back["status"], back["due_at"], back["remaining_seconds"], back["returns"]) == ("filed", None, 3 * 3600, 1)
    watch + 24
    again = done(await step(staff.mei, back, "dispatch"))
    # Wednesday 10:00: three hours are left, and lunch is none of them.
    assert again["due_at"] == at("2026-11-25 14:30")
    returned = done(await step(staff.handler, again, "return", note="仍不属于"))
    elsewhere = done(await step(staff.mei, returned, "dispatch", unit_id=staff.other_unit["id"]))
    assert (elsewhere["due_at"], elsewhere["returns"]) == (at("2026-11-25 15:30"), 2)


async def test_only_the_unit_that_has_a_case_sees_it(staff: Staff) -> None:
    case = await staff.at("dispatched")
    assert (await staff.handler.get(f"/cases/{case['id']}")).status_code == 200
    assert_problem(await staff.other.get(f"/cases/{case['id']}"), 404)
    assert_problem(await step(staff.other, case, "accept"), 404)
    moved = done(await step(staff.bo, case, "dispatch", unit_id=staff.other_unit["id"]))
    assert_problem(await staff.handler.get(f"/cases/{case['id']}"), 404)
    assert [row["id"] for row in (await staff.other.get("/cases")).json()["items"]] == [case["id"]]
    assert_problem(await step(staff.bo, moved, "dispatch", unit_id=staff.other_unit["id"]), 422, "already")
    assert_problem(await step(staff.bo, moved, "dispatch", unit_id=case["id"]), 422, "no unit")


async def test_a_thing_needs_a_photo_taken_afterwards(staff: Staff) -> None:
    case = await staff.at("in_progress", kind=ViolationKind.GARBAGE)
    assert case["status"] == "in_progress"
    assert_problem(await step(staff.handler, case, "rectify"), 422, "after-photos")
    assert_problem(await step(staff.handler, case, "rectify", outcome="fine"), 422, "offences of people")
    shown = done(await add_photo(staff.handler, case["id"]))
    assert (shown["evidence"][-1]["role"], shown["version"]) == ("after", case["version"])
    assert (await staff.handler.get(shown["evidence"][-1]["url"].removeprefix("/api/v1"))).status_code == 200
    assert len(done(await add_photo(staff.handler, case["id"]))["evidence"]) == len(shown["evidence"])  # the same one
    ready = done(await step(staff.handler, case, "rectify", note="已清扫"))
    assert ready["status"] == "rectified"
    assert_problem(await add_photo(staff.handler, case["id"], 9), 409, "rectified")

    back = done(await step(staff.bo, await see(staff, case), "rework", note="仍有残留"))
    assert (back["status"], back["reworks"]) == ("in_progress", 1)
    assert_problem(await step(staff.handler, back, "rectify"), 422, "after-photos")  # the old photo shows nothing new
    done(await add_photo(staff.handler, case["id"], 40))
    ready = done(await step(staff.handler, back, "rectify"))
    assert done(await step(staff.supervisor, ready, "close"))["status"] == "closed"
    assert (await verify(staff.desk.settings, None)).faults == []


async def test_an_offence_of_a_person_has_an_outcome(staff: Staff) -> None:
    case = await staff.at("in_progress")
    assert_problem(await step(staff.handler, case, "rectify"), 422, "outcome")
    assert_problem(await step(staff.handler, case, "rectify", outcome="prison"), 422, "outcome")
    ready = done(await step(staff.handler, case, "rectify", outcome="fine"))
    assert (ready["outcome"], ready["history"][-1]["outcome"]) == ("fine", "fine")
    # A photo does as well.
    other = await staff.at("in_progress")
    done(await add_photo(staff.handler, other["id"]))
    assert done(await step(staff.handler, other, "rectify"))["status"] == "rectified"


@pytest.mark.parametrize(
    ("content", "status"), [(b"", 415), (b"GIF89a", 415), (b"<svg onload='alert(1)'/>", 415), (None, 422)]
)
async def test_what_is_no_photo_is_refused(staff: Staff, content: bytes | None, status: int) -> None:
    case = await staff.at("in_progress", kind=ViolationKind.GARBAGE)
    files: dict[str, Any] = {"other": ("a.jpg", b"x", "image/jpeg")}
    if content is not None:
        files = {"file": ("../../a.jpg", content, "image/jpeg")}
    answer = await staff.handler.post(f"/cases/{case['id']}/after-photos", files=files)
    assert_problem(answer, status)


async def test_undo_brings_back_unit_and_time(staff: Staff, watch: Watch) -> None:
    case = await staff.at("filed", kind=ViolationKind.GARBAGE)
    sent = done(await step(staff.mei, case, "dispatch"))
    undone = done(await step(staff.mei, sent, "undo"))
    assert (undone["status"], undone["unit"], undone["due_at"]) == ("filed", None, None)
    assert_problem(await staff.handler.get(f"/cases/{case['id']}"), 404)
    sent = done(await step(staff.mei, undone, "dispatch"))
    watch + 1
    back = done(await step(staff.handler, sent, "return", note="误退"))
    again = done(await step(staff.handler, back, "undo"))
    assert (again["status"], again["due_at"], again["returns"]) == ("dispatched", sent["due_at"], 0)


# --- time runs out ----------------------------------------------------------------------------------------------


async def actions_of(staff: Staff, case: Json) -> list[str]:
    return [entry["action"] for entry in (await see(staff, case))["history"]]


async def test_a_unit_is_reminded_then_the_case_is_escalated_once(staff: Staff, watch: Watch) -> None:
    case = await staff.at("in_progress", kind=ViolationKind.GARBAGE)  # due at 14:30
    database = staff.desk.office.database
    assert await sweep(database, watch + 2) == 0
    assert await sweep(database, watch + 1) == 1  # 12:00, three quarters of four hours
    assert await sweep(database, watch + 0) == 0
    assert (await actions_of(staff, case))[-1] == "remind"
    listed = {"overdue": True}
    assert (await staff.supervisor.get("/cases", params=listed)).json()["items"] == []
    watch + 3
    overdue = (await staff.supervisor.get("/cases", params=listed)).json()["items"]
    assert [row["id"] for row in overdue] == [case["id"]]  # known before any sweep
    assert await sweep(database, watch.now()) == 1
    assert await sweep(database, watch + 3) == 0
    late = await see(staff, case)
    assert (late["overdue"], late["escalated_at"] is not None) == (True, True)
    assert [row["id"] for row in (await staff.mei.get("/cases", params={"escalated": True})).json()["items"]] == [
        case["id"]
    ]
    # The unit's version is still good: nothing was decided.
    done(await add_photo(staff.handler, case["id"]))
    ready = done(await step(staff.handler, case, "rectify"))
    assert (ready["overdue"], (await actions_of(staff, case)).count("escalate")) == (True, 1)


async def test_a_clock_that_jumped_ahead_leaves_nothing_behind(staff: Staff, watch: Watch) -> None:
    case = await staff.at("in_progress", kind=ViolationKind.GARBAGE)
    database = staff.desk.office.database
    due = case["due_at"]
    assert await sweep(database, watch + 24 * 365) == 1
    watch + -24 * 365
    assert await sweep(database, watch.now()) == 1
    assert await sweep(database, watch.now()) == 0
    after = await see(staff, case)
    assert (after["overdue"], after["escalated_at"], after["due_at"]) == (False, None, due)
    assert await sweep(database, watch + 6) == 1
    assert (await actions_of(staff, case))[-3:] == ["escalate", "withdraw", "escalate"]


async def test_a_supervisor_urges_a_unit_on(staff: Staff) -> None:
    case = await staff.at("dispatched")
    assert_problem(await step(staff.supervisor, case, "escalate"), 422, "note")
    urged = done(await step(staff.supervisor, case, "escalate", note="请立即处理"))
    assert (urged["status"], urged["escalated_at"] is not None, urged["overdue"]) == ("dispatched", True, False)


async def test_a_step_that_only_others_may_take_says_who(staff: Staff) -> None:
    case = await staff.at("pending")
    problem = assert_problem(await step(staff.supervisor, case, "dispatch"), 409)
    assert "confirm by administrator or operator" in problem["detail"]
