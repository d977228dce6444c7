"""Boxes that reviewers draw: kept, audited, refused where they make no sense."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from datasets.classes import CLASSES
from detector.detections import ObjectClass as SeenClass
from service.audit.models import AuditRow
from service.cases.schemas import ObjectClass
from service.security import Role
from tests.service.office import Desk, assert_problem
from tests.service.test_cases import case, step

__all__ = ["case"]

DRAWN = [{"class": "person", "box": [10.0, 20.0, 60.0, 90.0]}, {"class": "garbage", "box": [0.0, 0.0, 768.0, 576.0]}]


def test_the_classes_are_those_of_the_model() -> None:
    assert tuple(ObjectClass) == CLASSES == tuple(seen.label for seen in SeenClass)


async def test_boxes_are_kept_and_change_no_decision(desk: Desk, case: str) -> None:
    operator = await desk.person(Role.OPERATOR)
    assert (await operator.get(f"/cases/{case}")).json()["boxes"] is None
    await step(operator, case, "confirm", 1)
    answer = await operator.put(f"/cases/{case}/boxes", json={"version": 2, "boxes": DRAWN})
    assert answer.status_code == 200, answer.text
    kept = answer.json()
    assert (kept["boxes"], kept["status"], kept["version"]) == (DRAWN, "filed", 2)
    assert kept["allowed_actions"] == ["dispatch", "close", "undo"]
    nothing = (await operator.put(f"/cases/{case}/boxes", json={"version": 2, "boxes": []})).json()
    assert nothing["boxes"] == []
    assert [entry["action"] for entry in nothing["history"]] == ["create", "confirm"]


async def test_who_drew_what_is_audited(desk: Desk, case: str) -> None:
    operator = await desk.person(Role.OPERATOR)
    for boxes in (DRAWN, []):
        await operator.put(f"/cases/{case}/boxes", json={"version": 1, "boxes": boxes})
    async with desk.office.database.reading() as session:
        query = select(AuditRow).where(AuditRow.subject_type == "case_boxes").order_by(AuditRow.sequence)
        rows = list(await session.scalars(query))
    assert [(row.actor, row.action, row.subject_id) for row in rows] == [("Operator", "replace", case)] * 2
    assert [json.loads(row.details) for row in rows] == [
        {"before": None, "after": DRAWN},
        {"before": DRAWN, "after": []},
    ]


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        ({"class": "person", "box": [10, 10, 769, 20]}, "768 × 576"),
        ({"class": "person", "box": [-1, 10, 60, 20]}, "boxes.0.box"),
        ({"class": "person", "box": [10, 10, 10, 20]}, "boxes.0.box"),
        ({"class": "dog", "box": [10, 10, 20, 20]}, "class"),
        ({"class": "person", "box": [10, 10, 20]}, "box"),
        ({"class": "person", "box": [10, 10, 20, "NaN"]}, "finite"),
    ],
)
async def test_boxes_that_make_no_sense_are_refused(desk: Desk, case: str, drawn: dict[str, Any], words: str) -> None:
    operator = await desk.person(Role.OPERATOR)
    answer = await operator.put(f"/cases/{case}/boxes", json={"version": 1, "boxes": [drawn]})
    assert_problem(answer, 422, words)
    assert (await operator.get(f"/cases/{case}")).json()["boxes"] is None


async def test_boxes_for_a_case_that_has_moved_on_are_refused(desk: Desk, case: str) -> None:
    operator = await desk.person(Role.OPERATOR)
    await step(operator, case, "confirm", 1)
    problem = assert_problem(await operator.put(f"/cases/{case}/boxes", json={"version": 1, "boxes": []}), 409)
    assert problem["current"]["version"] == 2
