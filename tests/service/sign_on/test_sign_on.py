"""Signing in through a real OpenID Connect provider, which runs beside the test."""

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import ValidationError

from service.security import Role
from service.settings import Settings
from tests.service.office import Desk, assert_problem, open_desk, settings_for

OFFICE = "http://office.test"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer's URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert process.poll() is None
            try:
                httpx.get(f"{url}/.well-known/openid-configuration", trust_env=False)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
async def joined(
    provider: str, make_settings: Callable[..., Settings], prepared: tuple[Path, str]
) -> AsyncIterator[Desk]:
    """An office that sends people to the provider; mei is known there as mei@city.example."""
    settings = make_settings(
        oidc_issuer=provider, oidc_client_id="street-warden", oidc_client_secret="quite secret", public_url=OFFICE
    )
    async with open_desk(settings, prepared[1]) as desk:
        await desk.person(Role.OPERATOR, "mei")
        admin = await desk.administrator()
        mei = next(user for user in (await admin.get("/users")).json()["items"] if user["username"] == "mei")
        answer = await admin.patch(f"/users/{mei['id']}", json={"external_id": "mei@city.example"})
        assert answer.json()["external_id"] == "mei@city.example"
        yield desk


async def sent(client: httpx.AsyncClient) -> str:
    """Where the office sends a browser."""
    answer = await client.get("/sign-on")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def at_provider(url: str, **form: str) -> str:
    """What a person does at the provider; answers where it sends the browser back to, within the API."""
    with httpx.Client(trust_env=False) as browser:
        assert browser.get(url).status_code == 200
        back = browser.post(url, data=form).headers["location"]
    assert back.startswith(f"{OFFICE}/api/v1/sign-on/callback?")
    return back.removeprefix(f"{OFFICE}/api/v1")


async def test_a_person_whom_the_provider_knows_is_signed_in(joined: Desk) -> None:
    client = joined.client()
    url = await sent(client)
    asked = parse_qs(urlsplit(url).query)
    assert (asked["code_challenge_method"], asked["response_type"], asked["client_id"]) == (
        ["S256"], ["code"], ["street-warden"]
    )  # fmt: skip
    answer = await client.get(at_provider(url, sub="mei@city.example"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    session = (await client.get("/session")).json()
    assert session["user"]["username"] == "mei"
    methods = (await joined.client().get("/sign-on/methods")).json()
    assert methods == {"password": True, "sign_on": "统一身份认证"}


async def test_somebody_without_an_account_stays_outside(joined: Desk) -> None:
    client = joined.client()
    answer = await client.get(at_provider(await sent(client), sub="stranger@city.example"))
    assert assert_problem(answer, 403)["type"] == "urn:streetwarden:no-account"
    assert_problem(await client.get("/session"), 401)


async def test_somebody_who_is_not_active_stays_outside(joined: Desk) -> None:
    admin = await joined.administrator()
    mei = next(user for user in (await admin.get("/users")).json()["items"] if user["username"] == "mei")
    await admin.patch(f"/users/{mei['id']}", json={"active": False})
    client = joined.client()
    assert_problem(await client.get(at_provider(await sent(client), sub="mei@city.example")), 403)


async def test_what_the_provider_sends_back_is_good_once_and_in_one_browser(joined: Desk) -> None:
    client, thief = joined.client(), joined.client()
    back = at_provider(await sent(client), sub="mei@city.example")
    assert_problem(await thief.get(back), 400, "did not begin in this browser")
    await sent(thief)
    assert_problem(await thief.get(back), 400, "did not begin in this browser")
    assert (await client.get(back)).status_code == 303
    client.cookies.set("streetwarden_sign_on", parse_qs(urlsplit(back).query)["state"][0])
    assert_problem(await client.get(back), 400, "ended or took too long")


async def test_a_code_of_another_sign_in_is_refused(joined: Desk) -> None:
    """The code is good, but its token was made for another nonce."""
    client, other = joined.client(), joined.client()
    mine = at_provider(await sent(client), sub="mei@city.example")
    theirs = at_provider(await sent(other), sub="mei@city.example")
    code = parse_qs(urlsplit(theirs).query)["code"][0]
    state = parse_qs(urlsplit(mine).query)["state"][0]
    assert_problem(await client.get("/sign-on/callback", params={"state": state, "code": code}), 502)


async def test_a_person_who_refuses_is_told(joined: Desk) -> None:
    client = joined.client()
    assert_problem(await client.get(at_provider(await sent(client), action="deny")), 400, "access_denied")


async def test_an_office_without_a_provider_says_so(desk: Desk) -> None:
    client = desk.client()
    assert_problem(await client.get("/sign-on"), 404, "password")
    assert_problem(await client.get("/sign-on/callback", params={"state": "x", "code": "y"}), 404)
    assert (await client.get("/sign-on/methods")).json()["sign_on"] is None


async def test_a_provider_that_does_not_answer_is_told(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str]
) -> None:
    settings = make_settings(oidc_issuer="http://127.0.0.1:9", oidc_client_id="x", public_url=OFFICE)
    async with open_desk(settings, prepared[1]) as desk:
        assert_problem(await desk.client().get("/sign-on"), 502)


async def test_two_people_cannot_have_the_same_external_id(joined: Desk) -> None:
    await joined.person(Role.OPERATOR, "bo")
    admin = await joined.administrator()
    bo = next(user for user in (await admin.get("/users")).json()["items"] if user["username"] == "bo")
    answer = await admin.patch(f"/users/{bo['id']}", json={"external_id": "mei@city.example"})
    assert_problem(answer, 409, "mei")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"oidc_issuer": "https://id.example"}, "public_url"),
        ({"oidc_issuer": "https://id.example", "public_url": OFFICE}, "oidc_client_id"),
    ],
)
def test_half_a_provider_is_refused(tmp_path: Path, values: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings_for(tmp_path, **values)


def test_a_provider_in_the_clear_is_refused_in_production(tmp_path: Path) -> None:
    values = {"oidc_issuer": "http://id.example", "oidc_client_id": "x", "public_url": OFFICE}
    with pytest.raises(ValidationError, match="https"):
        Settings(environment="production", data=tmp_path, **values)
