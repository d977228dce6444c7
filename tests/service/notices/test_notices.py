"""Who is told of what, and how they read it."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from service import clock
from service.cameras.gaps import note_gaps
from service.cameras.schemas import GapReport
from service.cases.sweep import sweep
from service.notices.cameras import AGAIN, TOGETHER, tell_blind
from service.notices.facts import Facts
from service.notices.kinds import NOTICE_KINDS, NoticeKind
from service.notices.texts import wording
from service.security import Role
from tests.service.cases.people import Staff, done, person, step, unit
from tests.service.office import Desk, assert_problem, deliver, jpeg, parcel
from tests.service.test_events import listening

Json = dict[str, Any]


async def notices(client: httpx.AsyncClient, **query: str) -> list[Json]:
    answer = await client.get("/notices", params=query)
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


async def kinds(client: httpx.AsyncClient) -> list[str]:
    return [notice["kind"] for notice in await notices(client)]


async def test_the_unit_that_gets_a_case_is_told_and_nobody_else(staff: Staff) -> None:
    case = await staff.at("dispatched")
    [notice] = await notices(staff.handler)
    assert (notice["kind"], notice["case_id"], notice["read_at"]) == ("case_dispatched", case["id"], None)
    assert notice["title"] == {
        "chinese": f"新派遣案件 {case['number']}", "english": f"New case for your unit: {case['number']}"
    }  # fmt: skip
    assert notice["body"]["chinese"].startswith("行人乱穿马路，北门路口。期限：")
    assert notice["body"]["english"].startswith("Jaywalking, 北门路口. Due ")
    for other in (staff.other, staff.mei, staff.supervisor, staff.admin):
        assert await notices(other) == []


async def test_a_step_that_is_taken_back_tells_nobody(staff: Staff) -> None:
    case = await staff.at("dispatched")
    assert await kinds(staff.handler) == ["case_dispatched"]
    done(await step(staff.mei, case, "undo"))
    assert await kinds(staff.handler) == []


async def test_rework_and_return_reach_the_other_side_with_the_note(staff: Staff) -> None:
    case = await staff.at("rectified")
    case = done(await step(staff.supervisor, case, "rework", note="还有\n烟头"))
    notice = (await notices(staff.handler))[0]
    assert notice["kind"] == "case_reworked"
    assert notice["body"]["chinese"].endswith("说明：还有 烟头")  # what people type breaks no line
    done(await step(staff.handler, case, "return", note="不属于本单位"))
    for operator in (staff.mei, staff.bo):
        assert (await notices(operator))[0]["title"]["chinese"] == f"Default退回案件 {case['number']}"


async def test_whoever_takes_the_step_is_not_told(staff: Staff) -> None:
    case = await staff.at("dispatched")
    done(await step(staff.supervisor, case, "escalate", note="领导关注"))
    assert await kinds(staff.supervisor) == []
    assert (await kinds(staff.handler))[0] == "case_escalated"


async def test_units_are_reminded_and_supervisors_told_of_what_is_late_once(staff: Staff) -> None:
    case = await staff.at("in_progress")
    database = staff.desk.office.database
    due = (await staff.handler.get(f"/cases/{case['id']}")).json()["due_at"]
    late = clock.now() + timedelta(days=60)
    for _ in range(2):
        await sweep(database, late)
    assert await kinds(staff.handler) == ["case_escalated", "case_dispatched"]
    assert await kinds(staff.supervisor) == ["case_escalated"]
    assert due is not None
    # A clock that was wrong takes its escalation back, and what it told.
    await sweep(database, clock.now())
    assert await kinds(staff.supervisor) == []


async def test_supervisors_are_told_of_their_own_area_only(staff: Staff) -> None:
    square = {"type": "Polygon", "coordinates": [[[117, 39], [118, 39], [118, 40], [117, 40], [117, 39]]]}
    far = {"type": "Polygon", "coordinates": [[[110, 30], [111, 30], [111, 31], [110, 31], [110, 30]]]}
    features = [
        {"type": "Feature", "geometry": shape, "properties": {"code": code, "name": code, "level": level} | more}
        for code, shape, level, more in (
            ("near", square, "district", {}),
            ("street", square, "sub_district", {"parent": "near"}),
            ("far", far, "district", {}),
        )
    ]
    answer = await staff.admin.put(
        "/areas/geojson", json={"type": "FeatureCollection", "features": features},
        headers={"Content-Type": "application/geo+json"},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    areas = {area["code"]: area["id"] for area in (await staff.admin.get("/areas")).json()["items"]}
    bound = [
        await person(staff.desk, staff.admin, code, Role.SUPERVISOR, area_id=areas[code]) for code in ("near", "far")
    ]
    await staff.at("in_progress")
    await sweep(staff.desk.office.database, clock.now() + timedelta(days=60))
    assert await kinds(bound[0]) == ["case_escalated"]  # it lies in a sub-district of theirs
    assert await kinds(bound[1]) == []
    assert await kinds(staff.supervisor) == ["case_escalated"]


async def test_an_inspector_hears_what_became_of_a_report(staff: Staff) -> None:
    inspector = await staff.desk.person(Role.INSPECTOR)
    made = []
    for shade in (10, 200):
        photo = await inspector.post("/photos", files={"file": ("a.jpg", jpeg(colour=(shade, 0, 0)), "image/jpeg")})
        assert photo.status_code == 202, photo.text
        sent = parcel((), camera=None, photo=photo.json()["id"], kind="garbage")
        answer = await deliver(staff.engine, sent)
        assert answer.status_code == 201, answer.text
        made.append((await staff.mei.get(f"/cases/{answer.json()['case_id']}")).json())
    done(await step(staff.mei, made[0], "dismiss", reason="poor_evidence"))
    filed = done(await step(staff.mei, made[1], "confirm"))
    done(await step(staff.mei, filed, "close"))
    settled, dismissed = await notices(inspector)
    assert settled["title"]["chinese"] == f"您上报的问题已处理：{filed['number']}"
    assert dismissed["kind"] == "report_dismissed"
    assert dismissed["body"]["english"] == "Stray garbage. Reason: Poor evidence."


async def test_who_reported_a_case_that_was_merged_hears_when_the_other_is_settled(staff: Staff) -> None:
    inspector = await staff.desk.person(Role.INSPECTOR)
    photo = await inspector.post("/photos", files={"file": ("a.jpg", jpeg(), "image/jpeg")})
    answer = await deliver(staff.engine, parcel((), camera=None, photo=photo.json()["id"]))
    mine = (await staff.mei.get(f"/cases/{answer.json()['case_id']}")).json()
    other = await staff.at("filed")
    done(await step(staff.mei, mine, "merge", into=other["id"]))
    done(await step(staff.mei, other, "close"))
    assert await kinds(inspector) == ["report_settled"]


async def test_cameras_that_go_blind_together_are_one_notice(staff: Staff) -> None:
    desk, now = staff.desk, clock.now()
    await desk.camera("gate-2", name="南门")
    report = GapReport(
        id=parcel().violation.id, kind="black", message="black", suspended=True, started_at=now, ended_at=None
    )
    async with desk.office.database.transaction() as session:
        await note_gaps(session, "gate-1", [report])
    async with desk.office.database.transaction() as session:
        await tell_blind(session, "gate-2", "covered", now + timedelta(minutes=1))
        await tell_blind(session, "gate-1", "black", now + timedelta(minutes=2))  # it flickers
    for who in (staff.mei, staff.admin):
        [notice] = await notices(who)
        assert notice["title"] == {"chinese": "2 台摄像机看不清", "english": "2 cameras cannot see"}
        assert notice["body"]["chinese"] == "北门路口（黑屏）、南门（被遮挡）。"
    assert await notices(staff.handler) == []
    async with desk.office.database.transaction() as session:
        await tell_blind(session, "gate-1", "black", now + TOGETHER * 2)
        await tell_blind(session, "gate-1", "black", now + AGAIN * 2)
    assert [notice["camera_id"] for notice in await notices(staff.mei)] == ["gate-1", None]


async def test_one_reads_ones_own_notices_one_by_one_or_all(staff: Staff) -> None:
    for _ in range(3):
        await staff.at("dispatched")
    first = (await staff.handler.get("/notices", params={"limit": 2})).json()
    assert first["unread"] == 3
    second = (await staff.handler.get("/notices", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert second["next_cursor"] is None
    assert len({notice["id"] for notice in first["items"] + second["items"]}) == 3
    one = first["items"][0]["id"]
    for _ in range(2):
        answer = await staff.handler.post(f"/notices/{one}/read")
        assert answer.json()["read_at"] is not None
    assert (await staff.handler.get("/notices/unread")).json() == {"unread": 2}
    assert len(await notices(staff.handler, unread="true")) == 2
    assert_problem(await staff.other.post(f"/notices/{one}/read"), 404)
    assert (await staff.handler.post("/notices/read")).json() == {"unread": 0}
    assert await notices(staff.handler, unread="true") == []
    assert_problem(await staff.handler.get("/notices", params={"cursor": "nonsense"}), 422, "cursor")


async def test_what_somebody_does_not_want_in_the_console_is_not_there(staff: Staff) -> None:
    wish = {"digest": "daily", "kinds": {"case_dispatched": {"console": False, "mail": "off"}}}
    answer = await staff.handler.put("/notice-settings", json=wish)
    chosen = {kind["kind"]: kind for kind in answer.json()["kinds"]}
    assert set(chosen) == {"case_dispatched", "case_reworked", "case_due_soon", "case_escalated"}
    assert (chosen["case_dispatched"]["console"], chosen["case_reworked"]["console"]) == (False, True)
    assert (await staff.handler.get("/notice-settings")).json() == answer.json()
    await staff.at("dispatched")
    assert await notices(staff.handler) == []


async def test_wishes_about_kinds_of_other_roles_are_refused(staff: Staff) -> None:
    wish = {"digest": "daily", "kinds": {"webhook_dead": {"console": True, "mail": "now"}}}
    assert_problem(await staff.handler.put("/notice-settings", json=wish), 422, "kinds.webhook_dead", "case_dispatched")


async def test_a_console_hears_at_once_that_there_is_a_notice(served: tuple[Desk, object]) -> None:
    desk, _ = served
    await desk.camera()
    admin = await desk.administrator()
    made = await unit(admin, "default", is_default=True)
    handler = await person(desk, admin, "handler", Role.UNIT_HANDLER, unit_id=made["id"])
    answer = await deliver(await desk.engine(), parcel(()))
    case = (await admin.get(f"/cases/{answer.json()['case_id']}")).json()
    async with listening(handler) as events:
        case = done(await step(admin, case, "confirm"))
        done(await step(admin, case, "dispatch"))
        heard = {(await events.next())[0] for _ in range(2)}
    assert heard == {"case.updated", "notice.updated"}


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_is_complete_in_both_languages_even_where_nothing_is_known(kind: NoticeKind) -> None:
    words = wording(kind, Facts(), ZoneInfo("Asia/Shanghai"))
    entry = NOTICE_KINDS[kind]
    assert entry.roles
    for chinese, english in (
        (words.title.chinese, words.title.english),
        (entry.name.chinese, entry.name.english),
    ):
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
        assert english.isascii() or "“" in english
