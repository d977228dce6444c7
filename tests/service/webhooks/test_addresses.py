"""Webhooks must not become a way into the office's own network (SSRF)."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from service import clock
from service.settings import Settings
from service.webhooks.addresses import fault_of_url, is_forbidden
from service.webhooks.delivering import send_due
from service.webhooks.fan_out import fan_out
from tests.service.office import Desk, assert_problem, delivered_case, open_desk
from tests.service.webhooks.conftest import webhook
from tests.service.webhooks.receiver import Receiver, open_receiver

PUBLIC = "93.184.215.14"

INWARD = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1", "169.254.169.254",
    "169.254.0.23", "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fd00:ec2::254", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", INWARD)
def test_ssrf_inward_addresses_are_forbidden(address: str) -> None:
    assert is_forbidden(ip_address(address), ())


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_not(address: str) -> None:
    assert not is_forbidden(ip_address(address), ())


def test_ssrf_settings_open_private_networks_but_never_metadata() -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    assert not is_forbidden(ip_address("10.20.0.7"), (ip_network("10.20.0.0/16"),))
    assert not is_forbidden(ip_address("::ffff:10.20.0.7"), (ip_network("10.20.0.0/16"),))
    assert is_forbidden(ip_address("10.21.0.7"), (ip_network("10.20.0.0/16"),))
    for address in ("169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254"):
        assert is_forbidden(ip_address(address), everything)


@pytest.mark.parametrize(
    "url",
    [
        *(f"https://[{a}]/" if ":" in a else f"https://{a}/" for a in INWARD),
        "https://localhost/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://127.1/",
    ],
)  # fmt: skip
async def test_ssrf_such_a_webhook_cannot_be_made_nor_changed_to(desk: Desk, url: str) -> None:
    admin = await desk.administrator()
    body = {"name": "x", "url": url, "events": ["alert"]}
    assert_problem(await admin.post("/webhooks", json=body), 422, "url")
    made = await webhook(admin, f"https://{PUBLIC}/hook")
    assert_problem(await admin.patch(f"/webhooks/{made['id']}", json={"url": url}), 422, "url")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("file:///etc/passwd", "https://"), ("gopher://x/", "https://"), ("//x/", "https://"), ("nonsense", "https://"),
        ("https://", "host"), ("https://user:secret@x.test/", "password"), ("https://x.test/#a", "#"),
        ("https://x.test:99999/", "address"), ("https://城管.test/", "ASCII"), ("https://[::1", "address"),
    ],
)  # fmt: skip
def test_an_address_of_the_wrong_form_says_what_is_wrong(url: str, words: str) -> None:
    assert words in (fault_of_url(url) or "")


async def test_ssrf_plain_http_stays_within_allowed_networks(hook_desk: Desk) -> None:
    admin = await hook_desk.administrator()
    body = {"name": "x", "url": f"http://{PUBLIC}/", "events": ["alert"]}
    assert_problem(await admin.post("/webhooks", json=body), 422, "https://")


def _resolves(monkeypatch: pytest.MonkeyPatch, *turns: str) -> list[str]:
    """From now on the name city.test leads to each of these in turn, and to the last one from then on."""
    asked: list[str] = []
    real = asyncio.get_running_loop().getaddrinfo

    async def resolve(host: str, port: int, **options: int) -> Sequence[tuple[object, ...]]:
        if host != "city.test":
            return await real(host, port, **options)
        asked.append(turns[min(len(asked), len(turns) - 1)])
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (asked[-1], port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize(
    "turns",
    [
        pytest.param((PUBLIC, "127.0.0.1"), id="after it was made"),
        pytest.param((PUBLIC, PUBLIC, "127.0.0.1"), id="between the check and the connection"),
    ],
)
async def test_ssrf_a_name_that_leads_elsewhere_later_is_refused_at_each_delivery(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, turns: tuple[str, ...]
) -> None:
    admin = await desk.administrator()
    asked = _resolves(monkeypatch, *turns)
    made = await webhook(admin, f"https://city.test:{receiver.port}/")
    tried = (await admin.post(f"/webhooks/{made['id']}/test")).json()
    assert tried["state"] == "dead"
    assert "city.test is 127.0.0.1, which webhooks must not reach" in tried["error"]
    assert asked == list(turns)
    assert receiver.got == []


async def test_ssrf_one_inward_address_among_public_ones_is_enough(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(_host: str, port: int, **_: int) -> Sequence[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in (PUBLIC, "10.0.0.1")]

    admin = await desk.administrator()
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    body = {"name": "x", "url": "https://city.test/", "events": ["alert"]}
    assert_problem(await admin.post("/webhooks", json=body), 422, "10.0.0.1")


async def test_ssrf_redirects_are_not_followed(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    with open_receiver() as inside:
        receiver.answers = [(status, {"location": f"{inside.url}/secret"}) for status in (302, 307)]
        made = await webhook(admin, receiver.url)
        for status in (302, 307):
            tried = (await admin.post(f"/webhooks/{made['id']}/test")).json()
            assert (tried["state"], tried["error"]) == ("dead", f"answered {status}")
        assert inside.got == []


async def test_ssrf_no_proxy_of_the_environment_is_used(
    hook_desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await hook_desk.administrator()
    with open_receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        made = await webhook(admin, receiver.url)
        assert (await admin.post(f"/webhooks/{made['id']}/test")).json()["state"] == "sent"
        assert proxy.got == []


async def test_ssrf_what_a_receiver_answers_is_shown_to_nobody(hook_desk: Desk, receiver: Receiver) -> None:
    admin = await hook_desk.administrator()
    receiver.body, receiver.answers = b"the secret of another machine", [(500, {})]
    made = await webhook(admin, receiver.url)
    tried = await admin.post(f"/webhooks/{made['id']}/test")
    listed = await admin.get("/webhooks/deliveries")
    assert "another machine" not in tried.text + listed.text


async def test_ssrf_networks_that_are_no_longer_allowed_are_not_reached(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], receiver: Receiver
) -> None:
    settings = make_settings(webhook_networks="127.0.0.0/8", sending_seconds=60)
    async with open_desk(settings, prepared[1]) as desk:
        admin = await desk.administrator()
        await webhook(admin, receiver.url)
        await desk.camera()
        await delivered_case(await desk.engine())
        await fan_out(desk.office.database, clock.now())
        desk.office.settings = settings.model_copy(update={"webhook_networks": ()})
        await send_due(desk.office, clock.now())
        [delivery] = (await admin.get("/webhooks/deliveries")).json()["items"]
        assert (delivery["state"], delivery["tries"]) == ("waiting", 1)
        assert "must not reach" in delivery["error"]
    assert receiver.got == []
