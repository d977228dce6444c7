"""What a password must be."""

import pytest

from service.users.password_rules import fault_of
from service.users.passwords import random_password
from tests.service.office import PASSWORD, Desk, assert_problem


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("short", "10 characters"),
        ("1234567890", "everybody tries"),
        ("Woaini1314520", "everybody tries"),
        (" Admin@123456 ", "everybody tries"),
        ("aaaaaaaaaaaaaaa", "different"),
        ("abababababab", "different"),
        ("abcdefghijklm", "row of characters"),
        ("zyxwvutsrqp", "row of characters"),
        ("my-wangfang-pw", "your name"),
        ("WANGFANG2026", "your name"),
    ],
)
def test_what_is_refused(password: str, words: str) -> None:
    assert words in str(fault_of(password, "wangfang", "王芳"))


@pytest.mark.parametrize("password", [PASSWORD, random_password(), "长长的一句话谁也猜不到", "bo-ring but fine 7"])
def test_what_is_good(password: str) -> None:
    assert fault_of(password, "bo", "王") is None


async def test_the_rules_hold_wherever_a_password_is_set(desk: Desk) -> None:
    admin = await desk.administrator()
    person = {"username": "mei-mei", "display_name": "梅", "role": "inspector", "password": "mei-mei-2026"}
    assert_problem(await admin.post("/users", json=person), 422, "password", "your name")
    made = await admin.post("/users", json=person | {"password": PASSWORD})
    changed = await admin.patch(f"/users/{made.json()['id']}", json={"password": "qwertyuiop"})
    assert_problem(changed, 422, "password", "everybody tries")
    mei = await desk.signed_in("mei-mei", PASSWORD)
    own = await mei.post("/session/password", json={"current": PASSWORD, "new": "1234567890"})
    assert_problem(own, 422, "new", "everybody tries")
