"""The table of transitions, and that nothing moves but by it."""

import asyncio
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.cases.transitions import TRANSITIONS, CaseAction, CaseStatus, Requirement, allowed, find, who_may
from service.cases.words import ACTIONS, REQUIREMENTS, STATES
from service.security import ACCESS, Grant, Role
from tests.service.cases.people import Json, Staff, step


def test_every_status_can_be_reached_and_every_step_is_one_of_a_kind() -> None:
    reached = {CaseStatus.PENDING} | {t.end for t in TRANSITIONS}
    assert reached == set(CaseStatus)
    assert len({(t.start, t.action) for t in TRANSITIONS}) == len(TRANSITIONS)
    assert {t.action for t in TRANSITIONS} == set(CaseAction) - {CaseAction.UNDO}
    assert {t.start for t in TRANSITIONS} == set(CaseStatus) - {CaseStatus.DISMISSED, CaseStatus.ARCHIVED}


def test_the_way_of_the_design_is_in_the_table() -> None:
    way = [
        ("pending", "confirm", "filed"), ("pending", "dismiss", "dismissed"), ("pending", "merge", "merged"),
        ("filed", "dispatch", "dispatched"), ("dispatched", "accept", "in_progress"),
        ("in_progress", "rectify", "rectified"), ("rectified", "close", "closed"), ("closed", "archive", "archived"),
        ("dispatched", "return", "filed"), ("in_progress", "return", "filed"), ("rectified", "rework", "in_progress"),
    ]  # fmt: skip
    assert set(way) <= {(t.start, t.action, t.end) for t in TRANSITIONS}


def test_everything_has_a_word() -> None:
    assert (set(STATES), set(ACTIONS), set(REQUIREMENTS)) == (set(CaseStatus), set(CaseAction), set(Requirement))


def test_the_routes_let_in_whom_the_table_names() -> None:
    for action in set(CaseAction) - {CaseAction.UNDO}:
        assert ACCESS[f"{action}_case"].grants == who_may(action)
    everybody = frozenset(role for t in TRANSITIONS for role in t.roles)
    assert ACCESS["undo_case"].grants == everybody


@given(start=st.sampled_from(CaseStatus), grants=st.frozensets(st.sampled_from(list[Grant](Role))))
def test_what_is_allowed_is_what_can_be_found(start: CaseStatus, grants: frozenset[Grant]) -> None:
    for action in CaseAction:
        transition = find(start, action)
        possible = transition is not None and not transition.roles.isdisjoint(grants)
        assert (action in allowed(start, grants)) is possible


async def test_the_api_tells_the_table(staff: Staff) -> None:
    table = (await staff.handler.get("/case-transitions")).json()
    assert table["undo_seconds"] == 60
    assert [(row["start"], row["action"], row["end"]) for row in table["items"]] == [
        (t.start, t.action, t.end) for t in TRANSITIONS
    ]
    dismiss = next(row for row in table["items"] if row["action"] == "dismiss")
    assert (dismiss["roles"], dismiss["requires"]) == (["administrator", "operator"], ["reason"])


ROLES = {"mei": Role.OPERATOR, "bo": Role.OPERATOR, "handler": Role.UNIT_HANDLER, "other": Role.UNIT_HANDLER,
         "supervisor": Role.SUPERVISOR, "admin": Role.ADMINISTRATOR}  # fmt: skip
STRAIGHT = [("mei", CaseAction.CONFIRM, True), ("bo", CaseAction.DISPATCH, True), ("handler", CaseAction.ACCEPT, True),
            ("handler", CaseAction.RECTIFY, True), ("supervisor", CaseAction.CLOSE, True)]  # fmt: skip
STEPS = st.builds(
    lambda depth, steps: STRAIGHT[:depth] + steps,
    st.integers(0, len(STRAIGHT)),
    st.lists(
        st.tuples(st.sampled_from(list(ROLES)), st.sampled_from(CaseAction), st.sampled_from([True, True, False])),
        max_size=12,
    ),
)


@dataclass(frozen=True)
class Model:
    """What a case must be, told by the table alone."""

    status: CaseStatus = CaseStatus.PENDING
    version: int = 1
    with_unit: bool = False
    last: tuple[str, "Model"] | None = field(default=None, compare=False)

    def take(self, who: str, action: CaseAction, *, fresh: bool) -> "tuple[int, Model]":
        """The answer's status, and the case after it."""
        role = ROLES[who]
        may = ACCESS[f"{action}_case"].grants
        if role not in may:
            return 403, self
        if role is Role.UNIT_HANDLER and not (self.with_unit and who == "handler"):
            return 404, self
        transition = find(self.status, action)
        if not fresh:
            return 409, self
        if action is CaseAction.UNDO:
            if self.last is None or self.last[0] != who:
                return 409, self
            return 200, replace(self.last[1], version=self.version + 1, last=None)
        if transition is None:
            return 409, self
        if role not in transition.roles:
            return 403, self
        if action is CaseAction.DISPATCH and self.status is CaseStatus.DISPATCHED:
            return 422, self
        after = Model(
            transition.end, self.version + 1, self.with_unit or action is CaseAction.DISPATCH, last=(who, self)
        )
        return 200, after


async def test_any_course_of_steps_keeps_to_the_table(staff: Staff) -> None:
    """Any people, any steps, fresh or stale versions: the case moves exactly as the table says."""
    loop = asyncio.get_running_loop()
    target = await staff.new_case()
    seen: set[CaseStatus] = set()

    async def walk(steps: list[tuple[str, CaseAction, bool]]) -> None:
        case_id = await staff.new_case()
        model = Model()
        for who, action, fresh in steps:
            case: Json = {"id": case_id, "version": model.version if fresh else model.version + 1}
            body: Json = {"note": "因故"}
            if action is CaseAction.DISMISS:
                body["reason"] = "duplicate"
            if action is CaseAction.RECTIFY:
                body["outcome"] = "talk"
            if action is CaseAction.MERGE:
                body["into"] = target
            answer = await step(getattr(staff, who), case, action, **body)
            expected, model = model.take(who, action, fresh=fresh)
            assert answer.status_code == expected, (steps, who, action, answer.text)
            shown = (await staff.admin.get(f"/cases/{case_id}")).json()
            assert (shown["status"], shown["version"]) == (model.status, model.version), (steps, who, action)
            seen.add(model.status)

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=STEPS)
    def walks(steps: list[tuple[str, CaseAction, bool]]) -> None:
        asyncio.run_coroutine_threadsafe(walk(steps), loop).result()

    await asyncio.to_thread(walks)
    assert {CaseStatus.FILED, CaseStatus.DISPATCHED, CaseStatus.IN_PROGRESS, CaseStatus.RECTIFIED} <= seen


async def test_the_straight_way_is_the_table_too(staff: Staff) -> None:
    case = await staff.at("archived")
    steps = [(h["action"], h["from_status"], h["to_status"]) for h in case["history"]]
    assert steps == [
        ("create", None, "pending"),
        ("confirm", "pending", "filed"),
        ("dispatch", "filed", "dispatched"),
        ("accept", "dispatched", "in_progress"),
        ("rectify", "in_progress", "rectified"),
        ("close", "rectified", "closed"),
        ("archive", "closed", "archived"),
    ]
    assert case["allowed_actions"] == ["undo"]
    assert (await staff.mei.get(f"/cases/{case['id']}")).json()["allowed_actions"] == []
