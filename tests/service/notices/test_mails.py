"""Notices by mail, over a real mail server."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from service import clock
from service.cleaning import drop_old_messages
from service.notices import post
from service.notices.models import MailRow, NoticeRow
from service.office import Office
from service.security import Role
from service.settings import Settings
from service.system.alerts import standing_alerts
from tests.service.cases.people import Staff, done, open_staff, person, step
from tests.service.notices.conftest import with_mail
from tests.service.notices.mailbox import Mailbox, subscribe
from tests.service.office import assert_problem, open_desk, settings_for

SOON = timedelta(seconds=61)
"""When a step cannot be undone any more."""


async def go_out(office: Office, later: timedelta = SOON) -> None:
    """Make and send the mails that are due some time from now."""
    now = clock.now() + later
    await post.gather(office, now)
    await post.send_due(office, now)


async def mails(office: Office) -> list[MailRow]:
    async with office.database.reading() as session:
        return list(await session.scalars(select(MailRow).order_by(MailRow.created_at)))


async def test_a_mail_tells_the_unit_in_chinese_with_a_link_and_no_picture(staff: Staff, mailbox: Mailbox) -> None:
    await subscribe(staff.handler, mailbox, "li@unit.test")
    case = await staff.at("dispatched")
    await go_out(staff.desk.office)
    [letter] = mailbox.letters
    assert mailbox.recipients == ["li@unit.test"]
    assert letter["Subject"] == f"街面哨兵 · 新派遣案件 {case['number']}"
    assert letter["From"] == "街面哨兵 <warden@office.test>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content_type() == "text/plain"  # one part: nothing is attached
    text = letter.get_content()
    assert f"https://office.test/cases/{case['id']}" in text
    assert "行人乱穿马路，北门路口。期限：" in text
    assert "https://office.test/account" in text


async def test_a_mail_is_in_english_for_whoever_reads_english(staff: Staff, mailbox: Mailbox) -> None:
    english = await person(staff.desk, staff.admin, "ann", Role.UNIT_HANDLER, unit_id=staff.unit["id"], locale="en-US")
    await subscribe(english, mailbox, "ann@unit.test")
    case = await staff.at("dispatched")
    await go_out(staff.desk.office)
    [letter] = mailbox.letters
    assert letter["Subject"] == f"Street Warden · New case for your unit: {case['number']}"
    assert "Jaywalking, 北门路口. Due " in letter.get_content()


async def test_nothing_is_mailed_while_it_may_be_undone_nor_after_it_was(staff: Staff, mailbox: Mailbox) -> None:
    await subscribe(staff.handler, mailbox, "li@unit.test")
    case = await staff.at("dispatched")
    await go_out(staff.desk.office, timedelta(seconds=30))
    assert mailbox.letters == []
    done(await step(staff.mei, case, "undo"))
    await go_out(staff.desk.office)
    assert mailbox.letters == []


async def test_what_was_read_in_the_console_is_not_mailed(staff: Staff, mailbox: Mailbox) -> None:
    await subscribe(staff.handler, mailbox, "li@unit.test")
    await staff.at("dispatched")
    await staff.handler.post("/notices/read")
    await go_out(staff.desk.office)
    assert mailbox.letters == []


async def test_a_flood_becomes_a_few_mails_and_one_digest(staff: Staff, mailbox: Mailbox) -> None:
    office = staff.desk.office
    await subscribe(staff.handler, mailbox, "li@unit.test")
    numbers = []
    for _ in range(6):
        numbers.append((await staff.at("dispatched"))["number"])
        await go_out(office)
    assert len(mailbox.letters) == 3  # the burst that the settings allow
    await go_out(office, timedelta(minutes=9))
    assert len(mailbox.letters) == 3
    await go_out(office, timedelta(minutes=12))
    digest = mailbox.letters[3]
    assert digest["Subject"] == "街面哨兵 · 3 条通知"
    assert [number in digest.get_content() for number in numbers] == [False] * 3 + [True] * 3
    await go_out(office, timedelta(minutes=30))
    assert len(mailbox.letters) == 4


@pytest.mark.parametrize(("digest", "minutes"), [("hourly", 61), ("daily", 24 * 60 + 1)])
async def test_a_digest_waits_for_its_hour(staff: Staff, mailbox: Mailbox, digest: str, minutes: int) -> None:
    choice = {"console": False, "mail": "digest"}
    await subscribe(staff.handler, mailbox, "li@unit.test", digest=digest, kinds={"case_dispatched": choice})
    for _ in range(2):
        await staff.at("dispatched")
    local = clock.now().astimezone(staff.desk.settings.zone)
    if local.minute < 58:  # else the full hour comes before the step is safe from undo
        await go_out(staff.desk.office, SOON)
        assert mailbox.letters == []
    await go_out(staff.desk.office, timedelta(minutes=minutes))
    [letter] = mailbox.letters
    assert letter["Subject"] == "街面哨兵 · 2 条通知"


async def test_no_mail_for_who_chose_none_nor_for_who_left(staff: Staff, mailbox: Mailbox) -> None:
    choice = {"console": True, "mail": "off"}
    await subscribe(staff.handler, mailbox, "li@unit.test", kinds={"case_dispatched": choice})
    second = await person(staff.desk, staff.admin, "wu", Role.UNIT_HANDLER, unit_id=staff.unit["id"])
    await subscribe(second, mailbox, "wu@unit.test")
    third = await person(staff.desk, staff.admin, "zhao", Role.UNIT_HANDLER, unit_id=staff.unit["id"])
    await subscribe(third, mailbox, "zhao@unit.test")
    await staff.at("dispatched")
    users = {user["username"]: user["id"] for user in (await staff.admin.get("/users")).json()["items"]}
    await staff.admin.patch(f"/users/{users['wu']}", json={"active": False})
    assert (await third.delete("/notice-settings/email")).status_code == 204
    await go_out(staff.desk.office)
    assert mailbox.letters == []


async def test_a_server_that_is_busy_is_tried_again_and_an_alert_says_so(staff: Staff, mailbox: Mailbox) -> None:
    office = staff.desk.office
    await subscribe(staff.handler, mailbox, "li@unit.test")
    await staff.at("dispatched")
    mailbox.refusal = "451 later"
    await go_out(office)
    [mail] = await mails(office)
    assert (mail.state, mail.tries) == ("waiting", 1)
    assert "451" in mail.error
    async with office.database.reading() as session:
        assert [alert.code for alert in await standing_alerts(session)] == ["mail"]
    mailbox.refusal = None
    await go_out(office, timedelta(seconds=5))
    assert mailbox.letters == []  # it waits first
    await go_out(office, timedelta(minutes=1))
    assert len(mailbox.letters) == 1
    assert mailbox.letters[0]["Message-ID"] == f"<{mail.id}@office.test>"
    async with office.database.reading() as session:
        assert await standing_alerts(session) == []


async def test_a_mail_that_is_refused_for_good_is_given_up(staff: Staff, mailbox: Mailbox) -> None:
    await subscribe(staff.handler, mailbox, "li@unit.test")
    await staff.at("dispatched")
    mailbox.refusal = "554 no such box"
    for later in (SOON, timedelta(days=1)):
        await go_out(staff.desk.office, later)
    assert mailbox.refused == 1
    assert [mail.state for mail in await mails(staff.desk.office)] == ["dead"]


async def test_two_senders_at_once_send_each_mail_once(staff: Staff, mailbox: Mailbox) -> None:
    await subscribe(staff.handler, mailbox, "li@unit.test")
    await staff.at("dispatched")
    await asyncio.gather(*(go_out(staff.desk.office) for _ in range(4)))
    await go_out(staff.desk.office)
    assert len(mailbox.letters) == 1


async def test_a_mail_whose_sender_was_killed_goes_out_after_the_restart(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], mailbox: Mailbox
) -> None:
    settings = make_settings(**with_mail(mailbox))
    async with open_desk(settings, prepared[1]) as desk:
        staff = await open_staff(desk)
        await subscribe(staff.handler, mailbox, "li@unit.test")
        await staff.at("dispatched")
        now = clock.now() + SOON
        await post.gather(desk.office, now)
        # The process dies between claiming and sending: nothing else of it is left.
        [claimed] = await post.claim(desk.office.database, MailRow, now, 10)
    async with open_desk(settings, prepared[1]) as desk:
        await go_out(desk.office)
        assert mailbox.letters == []  # the claim still holds
        await go_out(desk.office, SOON + timedelta(minutes=3))
        assert [letter["Message-ID"] for letter in mailbox.letters] == [f"<{claimed.id}@office.test>"]


async def test_the_service_sends_by_itself(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], mailbox: Mailbox
) -> None:
    settings = make_settings(**with_mail(mailbox) | {"sending_seconds": 0.05, "undo_seconds": 1})
    async with open_desk(settings, prepared[1]) as desk:
        staff = await open_staff(desk)
        await subscribe(staff.handler, mailbox, "li@unit.test")
        mailbox.arrived.clear()
        await staff.at("dispatched")
        async with asyncio.timeout(15):
            await mailbox.arrived.wait()


async def test_an_address_must_be_shown_to_be_ones_own(staff: Staff, mailbox: Mailbox) -> None:
    assert_problem(await staff.handler.post("/notice-settings/email/confirm", json={"code": "123456"}), 409)
    answer = await staff.handler.post("/notice-settings/email", json={"email": "li@unit.test"})
    assert (answer.json()["email"], answer.json()["pending_email"]) == (None, "li@unit.test")
    assert_problem(await staff.handler.post("/notice-settings/email", json={"email": "x@unit.test"}), 429)
    right = mailbox.letters[0]["Subject"].split()[-1]
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert_problem(await staff.handler.post("/notice-settings/email/confirm", json={"code": wrong}), 422)
    answer = await staff.handler.post("/notice-settings/email/confirm", json={"code": right})
    assert_problem(answer, 422, "too often")
    assert (await staff.handler.get("/notice-settings")).json()["email"] is None


@pytest.mark.parametrize(
    "address", ["li", "li@", "a b@c.de", "li@unit.test\r\nBcc: all@unit.test", "a,b@c.de", "李@c.de"]
)
async def test_an_address_that_is_none_is_refused(staff: Staff, mailbox: Mailbox, address: str) -> None:
    assert_problem(await staff.handler.post("/notice-settings/email", json={"email": address}), 422, "email")
    assert mailbox.letters == []


async def test_a_name_with_a_line_break_does_not_reach_the_header(staff: Staff, mailbox: Mailbox) -> None:
    await subscribe(staff.mei, mailbox, "mei@office.test", kinds={"case_returned": {"console": True, "mail": "now"}})
    users = await staff.admin.patch(f"/units/{staff.unit['id']}", json={"name": "环卫\r\nBcc: all@x.test"})
    case = await staff.at("dispatched")
    done(await step(staff.handler, case, "return", note="不属于"))
    await go_out(staff.desk.office)
    assert users.status_code in (200, 422)
    assert [letter["Bcc"] for letter in mailbox.letters] == [None]


async def test_without_a_mail_server_there_is_the_console(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str]
) -> None:
    async with open_desk(make_settings(), prepared[1]) as desk:
        staff = await open_staff(desk)
        assert (await staff.handler.get("/notice-settings")).json()["mail_possible"] is False
        answer = await staff.handler.post("/notice-settings/email", json={"email": "li@unit.test"})
        assert_problem(answer, 409, "smtp_host")


async def test_what_is_old_is_dropped(staff: Staff, mailbox: Mailbox) -> None:
    await subscribe(staff.handler, mailbox, "li@unit.test")
    await staff.at("dispatched")
    await go_out(staff.desk.office)
    database = staff.desk.office.database
    for later, left in ((timedelta(days=89), 1), (timedelta(days=91), 0)):
        await drop_old_messages(database, clock.now() + later, 90)
        async with database.reading() as session:
            assert len((await session.scalars(select(NoticeRow))).all()) == left
        assert len(await mails(staff.desk.office)) == left


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"smtp_host": "mail.test"}, "mail_from"),
        ({"environment": "production", "smtp_security": "none", "smtp_password": "x"}, "listens"),
        ({"webhook_networks": "10.0.0.0/33"}, "webhook_networks"),
    ],
)
def test_settings_that_cannot_send_are_refused(tmp_path: Path, values: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings_for(tmp_path, **{"password_memory_kib": 65_536, "password_passes": 3} | values)
