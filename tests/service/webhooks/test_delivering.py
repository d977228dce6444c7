"""Messages of webhooks: signed, tried again, given up, sent again; over a real HTTP server."""

import asyncio
import base64
import hashlib
import hmac
import json
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from service import clock
from service.office import Office
from service.outgoing import Patience, claim, wait_before
from service.security import Role
from service.settings import Settings
from service.webhooks import delivering
from service.webhooks.fan_out import fan_out
from service.webhooks.models import WebhookDeliveryRow, WebhookRow
from tests.service.crashes import start
from tests.service.office import Desk, assert_problem, delivered_case, open_desk, parcel
from tests.service.webhooks.conftest import HERE, webhook
from tests.service.webhooks.receiver import Receiver

Json = dict[str, Any]


async def go_out(office: Office, later: timedelta = timedelta()) -> int:
    """Make messages of what happened and send those that are due some time from now; answers how many were tried."""
    now = clock.now() + later
    await fan_out(office.database, now)
    return await delivering.send_due(office, now)


async def deliveries(admin: httpx.AsyncClient, **query: str) -> list[Json]:
    answer = await admin.get("/webhooks/deliveries", params=query)
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["items"]
    return items


async def _case(desk: Desk) -> Json:
    if desk.clerk is None:
        await desk.camera()
    return await delivered_case(await desk.engine())


async def test_a_receiver_is_told_with_a_signature_that_standard_webhooks_accepts(
    hook_desk: Desk, receiver: Receiver
) -> None:
    admin = await hook_desk.administrator()
    made = await webhook(admin, f"{receiver.url}/in?from=warden")
    case = await _case(hook_desk)
    assert await go_out(hook_desk.office) == 1
    [got] = receiver.got
    assert (got.path, got.headers["content-type"]) == ("/in?from=warden", "application/json")
    told = Webhook(made["secret"]).verify(got.body, got.headers)
    assert told["type"] == "case.created"
    assert told["timestamp"].endswith("Z")
    assert isinstance(told["id"], int)
    assert (told["data"]["id"], told["data"]["number"]) == (case["case_id"], case["case_number"])
    # By hand, as the specification says it.
    key = base64.b64decode(made["secret"].removeprefix("whsec_"))
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.{got.body}".encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(got.body.replace("pending", "closed"), got.headers)
    [delivery] = await deliveries(admin)
    assert (delivery["id"], delivery["state"], delivery["tries"]) == (got.headers["webhook-id"], "sent", 1)
    assert delivery["attempts"][0]["status"] == 200
    assert delivery["payload"] == got.body


async def test_the_secret_is_shown_once_and_the_database_does_not_tell_it(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    made = await webhook(admin, receiver.url)
    listed = await admin.get("/webhooks")
    assert made["secret"] not in listed.text
    assert "secret" not in listed.json()["items"][0]
    async with hook_desk.office.database.reading() as session:
        row = await session.get(WebhookRow, UUID(made["id"]))
    assert row is not None
    assert made["secret"] not in row.secret
    audit = await admin.get("/audit", params={"subject_type": "webhook"})
    assert made["secret"] not in audit.text


async def test_only_what_was_asked_for_since_it_was_asked_for_is_sent(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    await _case(hook_desk)
    made = await webhook(admin, receiver.url, "case.updated")
    operator = await hook_desk.person(Role.OPERATOR)
    case = await delivered_case(await hook_desk.engine())

    async def decide(step: str, version: int) -> None:
        answer = await operator.post(f"/cases/{case['case_id']}/{step}", json={"version": version})
        assert answer.status_code == 200, answer.text

    await decide("confirm", 1)
    await go_out(hook_desk.office)
    assert [json.loads(got.body)["data"]["status"] for got in receiver.got] == ["filed"]
    await admin.patch(f"/webhooks/{made['id']}", json={"active": False})
    await decide("undo", 2)
    await go_out(hook_desk.office)
    await admin.patch(f"/webhooks/{made['id']}", json={"active": True})
    await decide("confirm", 3)
    await go_out(hook_desk.office)
    assert [json.loads(got.body)["data"]["version"] for got in receiver.got] == [2, 4]


async def test_a_failure_is_tried_again_later_and_later_then_given_up_and_told(
    hook_desk: Desk, receiver: Receiver
) -> None:
    admin = await hook_desk.administrator()
    made = await webhook(admin, receiver.url)
    await _case(hook_desk)
    receiver.answers = [(500, {})] * 8
    for tries in range(1, 9):
        assert await go_out(hook_desk.office, timedelta(days=tries - 1)) == 1
        [delivery] = await deliveries(admin)
        assert delivery["tries"] == len(receiver.got) == tries
    assert (delivery["state"], delivery["error"], delivery["next_try_at"]) == ("dead", "answered 500", None)
    assert len(set(receiver.ids())) == 1
    [notice] = (await admin.get("/notices")).json()["items"]
    assert notice["title"]["chinese"] == "网络回调“城管平台”有消息未能送达"
    assert await go_out(hook_desk.office, timedelta(days=9)) == 0
    [shown] = (await admin.get("/webhooks")).json()["items"]
    assert (shown["waiting"], shown["dead"]) == (0, 1)

    answer = await admin.post(f"/webhooks/deliveries/{delivery['id']}/redeliver")
    assert (answer.json()["state"], answer.json()["tries"]) == ("waiting", 0)
    assert_problem(await admin.post(f"/webhooks/deliveries/{delivery['id']}/redeliver"), 409)
    assert await go_out(hook_desk.office) == 1
    [delivery] = await deliveries(admin, state="sent", webhook_id=made["id"])
    assert len(delivery["attempts"]) == 9
    assert await deliveries(admin, state="dead") == []


async def test_all_that_was_given_up_is_sent_again_after_an_outage(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    made = await webhook(admin, receiver.url)
    receiver.answers = [(410, {})] * 3
    for _ in range(3):
        await _case(hook_desk)
    await go_out(hook_desk.office)
    assert [one["state"] for one in await deliveries(admin)] == ["dead"] * 3  # 410: gone for good
    assert len((await admin.get("/notices")).json()["items"]) == 1  # not one for each
    answer = await admin.post(f"/webhooks/{made['id']}/redeliver")
    assert answer.json() == {"requeued": 3}
    assert await go_out(hook_desk.office) == 3
    assert len(set(receiver.ids())) == 3


async def test_a_receiver_that_asks_for_time_gets_it(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    await webhook(admin, receiver.url)
    await _case(hook_desk)
    receiver.answers = [(429, {"retry-after": "7200"})]
    await go_out(hook_desk.office)
    assert await go_out(hook_desk.office, timedelta(minutes=119)) == 0
    assert await go_out(hook_desk.office, timedelta(minutes=121)) == 1


async def test_a_receiver_that_fails_does_not_hold_up_another(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    await webhook(admin, "http://127.0.0.1:9/")  # nobody listens there
    await webhook(admin, receiver.url)
    for _ in range(30):
        await _case(hook_desk)
    tried = 0
    while more := await go_out(hook_desk.office):
        tried += more
    assert len(receiver.got) == 30
    assert tried < 60  # after a failure its messages wait
    waiting = await deliveries(admin, state="waiting", limit="200")
    assert len(waiting) == 30
    assert any("Connect" in one["error"] for one in waiting)


async def test_a_receiver_that_does_not_answer_is_left_in_time(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], receiver: Receiver
) -> None:
    settings = make_settings(webhook_networks=HERE, sending_seconds=60, webhook_seconds=0.3)
    receiver.hold = threading.Event()
    async with open_desk(settings, prepared[1]) as desk:
        admin = await desk.administrator()
        made = await webhook(admin, receiver.url)
        tried = (await admin.post(f"/webhooks/{made['id']}/test")).json()
        assert tried["error"] == "no answer within 0.3 seconds"


async def test_a_test_says_at_once_how_it_went_and_is_not_tried_again(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    made = await webhook(admin, receiver.url)
    await admin.patch(f"/webhooks/{made['id']}", json={"active": False})
    receiver.answers = [(200, {}), (503, {})]
    states = [(await admin.post(f"/webhooks/{made['id']}/test")).json()["state"] for _ in range(2)]
    assert states == ["sent", "dead"]
    assert json.loads(receiver.got[0].body) | {"timestamp": ""} == {
        "id": None, "type": "webhook.test", "timestamp": "", "data": {"webhook": "城管平台"}
    }  # fmt: skip
    assert (await admin.get("/notices")).json()["items"] == []
    assert (await admin.post(f"/webhooks/{made['id']}/redeliver")).json() == {"requeued": 0}


async def test_several_senders_at_once_send_each_message_once(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    await webhook(admin, receiver.url)
    for _ in range(8):
        await _case(hook_desk)
    await asyncio.gather(*(go_out(hook_desk.office) for _ in range(4)))
    while await go_out(hook_desk.office):
        pass
    assert len(receiver.got) == len(set(receiver.ids())) == 8


async def test_a_message_whose_sender_was_killed_is_sent_after_its_claim_ran_out(
    hook_desk: Desk, receiver: Receiver
) -> None:
    admin = await hook_desk.administrator()
    await webhook(admin, receiver.url)
    await _case(hook_desk)
    office = hook_desk.office
    await fan_out(office.database, clock.now())
    [claimed] = await claim(office.database, WebhookDeliveryRow, clock.now(), 10)  # and then it is killed
    assert await go_out(office, timedelta(seconds=90)) == 0
    assert await go_out(office, timedelta(seconds=130)) == 1
    assert receiver.ids() == [str(claimed.id)]
    # It was only slow, and tells how it went after all: the newer claim counts.
    failed = delivering.Tried(clock.now(), 500, delivering.Failure("late", final=True), 1)
    await delivering.note(office, [(claimed, failed)])
    assert (await deliveries(admin))[0]["state"] == "sent"


async def test_what_happened_before_kill_9_is_told_after_the_restart(
    make_settings: Callable[..., Settings],
    prepared: tuple[Path, str],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = make_settings()
    monkeypatch.setenv("STREETWARDEN_WEBHOOK_NETWORKS", HERE)
    monkeypatch.setenv("STREETWARDEN_SENDING_SECONDS", "60")  # nothing is sent after the start
    process, url = await start(settings.data)
    async with httpx.AsyncClient(base_url=f"{url}/api/v1") as admin:
        answer = await admin.post("/session", json={"username": "admin", "password": prepared[1]})
        admin.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        await webhook(admin, receiver.url)
        key = await admin.post("/api-keys", json={"name": "engine", "scopes": ["engine"]})
        camera = {"id": "gate-1", "name": "北门", "source": "push:"}
        assert (await admin.post("/cameras", json=camera)).status_code == 201
        admin.headers["Authorization"] = f"Bearer {key.json()['key']}"
        acknowledged = [(await delivered_case(admin, parcel(())))["case_id"] for _ in range(5)]
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert receiver.got == []
    process, _ = await start(settings.data)
    async with asyncio.timeout(30):
        while len(receiver.got) < 5:  # noqa: ASYNC110 (the receiver is in another thread)
            await asyncio.sleep(0.05)
    process.terminate()
    await process.wait()
    assert {json.loads(got.body)["data"]["id"] for got in receiver.got} == set(acknowledged)
    assert len(receiver.got) == 5


async def test_the_service_sends_by_itself(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], receiver: Receiver
) -> None:
    settings = make_settings(webhook_networks=HERE, sending_seconds=0.05)
    async with open_desk(settings, prepared[1]) as desk:
        await webhook(await desk.administrator(), receiver.url)
        await _case(desk)
        async with asyncio.timeout(15):
            while not receiver.got:  # noqa: ASYNC110 (the receiver is in another thread)
                await asyncio.sleep(0.05)


async def test_a_webhook_that_is_removed_takes_its_messages_along(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    made = await webhook(admin, receiver.url)
    await _case(hook_desk)
    await fan_out(hook_desk.office.database, clock.now())
    assert (await admin.delete(f"/webhooks/{made['id']}")).status_code == 204
    assert await deliveries(admin) == []
    assert await go_out(hook_desk.office) == 0
    assert_problem(await admin.delete(f"/webhooks/{made['id']}"), 404)


async def test_deliveries_come_page_by_page(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    made = await webhook(admin, receiver.url)
    for _ in range(3):
        await admin.post(f"/webhooks/{made['id']}/test")
    first = (await admin.get("/webhooks/deliveries", params={"limit": 2})).json()
    second = (await admin.get("/webhooks/deliveries", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert second["next_cursor"] is None
    assert len({one["id"] for one in first["items"] + second["items"]}) == 3
    assert_problem(await admin.get("/webhooks/deliveries", params={"cursor": "x"}), 422, "cursor")


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "url": "https://1.1.1.1/", "events": []},
        {"name": "x", "url": "https://1.1.1.1/", "events": ["notice.updated"]},
        {"name": " ", "url": "https://1.1.1.1/", "events": ["alert"]},
        {"name": "x", "url": "https://no-such-name.invalid/", "events": ["alert"]},
    ],
)
async def test_a_webhook_that_makes_no_sense_is_refused(hook_desk: Desk, body: Json) -> None:
    assert_problem(await (await hook_desk.administrator()).post("/webhooks", json=body), 422)


def test_eight_tries_take_about_a_day() -> None:
    patience = Patience(tries=8, first_seconds=15)
    waits = [[wait_before(tries, patience).total_seconds() for _ in range(20)] for tries in range(1, 8)]
    assert all(0.8 * 15 * 4**n <= wait <= 1.2 * 15 * 4**n for n, at_once in enumerate(waits) for wait in at_once)
    assert len(set(waits[0])) > 1  # not all at the same moment
    assert 0.8 * 22.7 < sum(sum(at_once) / 20 for at_once in waits) / 3600 < 1.2 * 22.8
