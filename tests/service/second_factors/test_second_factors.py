"""The second factor: enrolling, signing in with it, losing it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pyotp
import pytest

from service import clock
from service.audit.chain import canonical
from service.second_factors.sealing import FILE, SealError, prepare_sealing, seal, unseal
from service.security import Role
from service.settings import Settings
from tests.service.office import PASSWORD, Desk, assert_problem, open_desk


class Phone:
    """An authenticator app; each code is of the next 30 seconds, because none is taken twice."""

    def __init__(self, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.totp, self.moment = pyotp.TOTP(secret), clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.moment)

    def code(self) -> str:
        self.moment += timedelta(seconds=30)
        return self.totp.at(self.moment)


async def enrol(client: httpx.AsyncClient, password: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Phone, list[str]]:
    begun = await client.post("/session/second-factor", json={"password": password})
    assert begun.status_code == 200, begun.text
    assert begun.json()["uri"].startswith("otpauth://totp/Street%20Warden:")
    phone = Phone(begun.json()["secret"], monkeypatch)
    done = await client.post("/session/second-factor/confirm", json={"code": phone.code()})
    assert done.status_code == 200, done.text
    return phone, done.json()["codes"]


async def sign_in(desk: Desk, code: str | None = None, password: str | None = None) -> httpx.Response:
    body = {"username": "admin", "password": password or desk.admin_password, "code": code}
    return await desk.client().post("/session", json=body)


async def test_signing_in_needs_a_fresh_code(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await desk.administrator()
    phone, _ = await enrol(admin, desk.admin_password, monkeypatch)
    assert (await admin.get("/session")).json()["second_factor"] is True
    needed = assert_problem(await sign_in(desk), 401)
    assert needed["type"] == "urn:streetwarden:second-factor-needed"
    code = phone.code()
    assert (await sign_in(desk, code)).status_code == 200
    assert assert_problem(await sign_in(desk, code), 401)["type"] == "urn:streetwarden:wrong-code"
    assert_problem(await sign_in(desk, "000000"), 401)
    # Without the password nobody learns whether there is a second factor.
    assert assert_problem(await sign_in(desk, phone.code(), "wrong"), 401)["type"] == "urn:streetwarden:wrong-password"


async def test_a_recovery_code_is_good_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await desk.administrator()
    _, codes = await enrol(admin, desk.admin_password, monkeypatch)
    assert len(set(codes)) == 10
    assert (await sign_in(desk, codes[0].upper())).status_code == 200
    assert_problem(await sign_in(desk, codes[0]), 401)
    assert (await sign_in(desk, codes[1].replace("-", ""))).status_code == 200


async def test_codes_cannot_be_guessed_by_asking_between(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sending the password alone is no failure, and does not make failures before it forgotten."""
    admin = await desk.administrator()
    phone, _ = await enrol(admin, desk.admin_password, monkeypatch)
    for _ in range(desk.settings.sign_in_tries):
        assert_problem(await sign_in(desk, "123456"), 401)
        answer = await sign_in(desk)
    assert_problem(answer, 429)
    assert_problem(await sign_in(desk, phone.code()), 429)


async def test_asking_without_a_code_locks_nobody_out(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await desk.administrator()
    phone, _ = await enrol(admin, desk.admin_password, monkeypatch)
    for _ in range(desk.settings.sign_in_tries + 2):
        assert_problem(await sign_in(desk), 401)
    assert (await sign_in(desk, phone.code())).status_code == 200


async def test_enrolling_asks_for_the_password_and_ends_other_sessions(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, other = await desk.administrator(), await desk.administrator()
    assert_problem(await admin.post("/session/second-factor", json={"password": "wrong"}), 422, "password")
    assert_problem(await admin.post("/session/second-factor/confirm", json={"code": "123456"}), 409)
    await enrol(admin, desk.admin_password, monkeypatch)
    assert_problem(await other.get("/session"), 401)
    assert (await admin.get("/session")).status_code == 200
    assert_problem(await admin.post("/session/second-factor", json={"password": desk.admin_password}), 409)


async def test_a_wrong_code_does_not_confirm(desk: Desk) -> None:
    admin = await desk.administrator()
    await admin.post("/session/second-factor", json={"password": desk.admin_password})
    assert_problem(await admin.post("/session/second-factor/confirm", json={"code": "000000"}), 422, "code")
    assert (await sign_in(desk)).status_code == 200  # it does not count yet


async def test_who_removes_it_needs_the_password(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await desk.administrator()
    await enrol(admin, desk.admin_password, monkeypatch)
    assert_problem(await admin.post("/session/second-factor/remove", json={"password": "wrong"}), 422)
    removed = await admin.post("/session/second-factor/remove", json={"password": desk.admin_password})
    assert removed.status_code == 204
    assert (await sign_in(desk)).status_code == 200


async def test_an_administrator_helps_who_lost_the_phone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = await desk.person(Role.OPERATOR)
    user_id = (await operator.get("/session")).json()["user"]["id"]
    admin = await desk.administrator()
    await enrol(operator, PASSWORD, monkeypatch)
    assert (await admin.delete(f"/users/{user_id}/second-factor")).status_code == 204
    assert_problem(await operator.get("/session"), 401)
    assert_problem(await admin.delete(f"/users/{user_id}/second-factor"), 404)
    await desk.signed_in("operator", PASSWORD)


async def test_where_administrators_need_one_they_can_do_nothing_before(
    make_settings: Callable[..., Settings], prepared: tuple[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(administrator_second_factor="required")
    async with open_desk(settings, prepared[1]) as desk:
        admin = await desk.administrator()
        assert (await admin.get("/session")).json()["second_factor_missing"] is True
        problem = assert_problem(await admin.get("/users"), 403)
        assert problem["type"] == "urn:streetwarden:second-factor-required"
        await enrol(admin, desk.admin_password, monkeypatch)
        assert (await admin.get("/users")).status_code == 200
        assert_problem(
            await admin.post("/session/second-factor/remove", json={"password": desk.admin_password}), 409, "need"
        )


async def test_the_database_never_holds_the_secret(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    admin = await desk.administrator()
    phone, codes = await enrol(admin, desk.admin_password, monkeypatch)
    held = [path.read_bytes() for path in desk.settings.data.rglob("*") if path.is_file()]
    for secret in (phone.totp.secret, codes[0], codes[0].replace("-", "")):
        assert all(secret.encode() not in content for content in held)
    assert phone.totp.secret not in canonical((await admin.get("/users")).json())


def test_a_secret_sealed_with_another_key_is_told(tmp_path: Path) -> None:
    prepare_sealing(tmp_path / "one")
    prepare_sealing(tmp_path / "one")
    prepare_sealing(tmp_path / "two")
    sealed = seal(tmp_path / "one", "secret")
    assert unseal(tmp_path / "one", sealed) == "secret"
    assert (tmp_path / "one" / FILE).stat().st_mode & 0o077 == 0
    with pytest.raises(SealError, match="not the key"):
        unseal(tmp_path / "two", sealed)
    with pytest.raises(SealError, match="cannot be used"):
        unseal(tmp_path / "three", sealed)
