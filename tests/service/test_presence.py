"""Who looks at a case now."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from service.presence.models import CaseViewerRow
from service.security import Role
from service.serving import OfficeServer
from tests.service.cases.people import Staff, open_staff
from tests.service.office import Desk, assert_problem, deliver, parcel
from tests.service.test_events import listening

NOBODY = "01a20f5f-0000-7000-8000-000000000000"


@pytest.fixture
async def staff(desk: Desk) -> Staff:
    """A small district at work."""
    return await open_staff(desk)


async def test_colleagues_see_each_other_and_never_themselves(staff: Staff) -> None:
    viewers = f"/cases/{await staff.new_case()}/viewers/me"
    first = await staff.mei.put(viewers)
    assert (first.status_code, first.json()["items"]) == (200, [])
    assert [one["name"] for one in (await staff.bo.put(viewers)).json()["items"]] == ["Mei"]
    assert [one["name"] for one in (await staff.mei.put(viewers)).json()["items"]] == ["Bo"]
    assert (await staff.bo.delete(viewers)).status_code == 204
    assert (await staff.bo.delete(viewers)).status_code == 204
    assert (await staff.mei.put(viewers)).json()["items"] == []


async def test_who_does_not_say_it_again_is_forgotten(staff: Staff) -> None:
    viewers = f"/cases/{await staff.new_case()}/viewers/me"
    await staff.mei.put(viewers)
    async with staff.desk.office.database.transaction() as session:
        await session.execute(update(CaseViewerRow).values(until=datetime.now(UTC)))
    assert (await staff.bo.put(viewers)).json()["items"] == []


async def test_nobody_looks_at_what_is_not_there(staff: Staff) -> None:
    assert_problem(await staff.mei.put(f"/cases/{NOBODY}/viewers/me"), 404)
    assert_problem(await staff.mei.delete(f"/cases/{NOBODY}/viewers/me"), 404)


async def test_consoles_are_told_once_when_somebody_comes_and_when_they_go(served: tuple[Desk, OfficeServer]) -> None:
    desk, _ = served
    await desk.camera()
    case_id = (await deliver(await desk.engine(), parcel(()))).json()["case_id"]
    mei, bo = await desk.person(Role.OPERATOR, "mei"), await desk.person(Role.OPERATOR, "bo")
    viewers = f"/cases/{case_id}/viewers/me"
    async with listening(mei) as events:
        for answer in (await bo.put(viewers), await bo.put(viewers), await bo.delete(viewers)):
            assert answer.is_success
        await deliver(await desk.engine(), parcel(()))
        told = [await events.next() for _ in range(3)]
        assert [kind for kind, _ in told] == ["case.viewed", "case.viewed", "case.created"]
        assert {data["id"] for _, data in told[:2]} == {case_id}
