"""Uploads: whatever arrives, the answer is a plain one and nothing stays behind."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service.office import Desk, assert_problem, jpeg

BOUNDARY = "xyz"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
PIECES = st.sampled_from(
    [
        b"--xyz\r\n",
        b"--xyz--\r\n",
        b"--xyz",
        b"\r\n",
        b"\r\n\r\n",
        b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n',
        b'Content-Disposition: form-data; name="violation"\r\n',
        b"Content-Disposition: form-data\r\n",
        b"Content-Type: image/jpeg\r\n",
        b"X: " + b"y" * 5000,
        jpeg(),
        b"{}",
        b"\xff\x00",
    ]
)


async def test_any_bytes_get_a_plain_answer(desk: Desk) -> None:
    engine, admin = await desk.engine(), await desk.administrator()
    loop = asyncio.get_running_loop()

    async def send(body: bytes) -> None:
        for client, path in ((engine, "/violations"), (admin, "/photos")):
            answer = await client.post(path, content=body, headers=HEADERS)
            assert answer.status_code in (202, 413, 415, 422), answer.text
        assert not list(desk.settings.incoming.iterdir())

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(pieces=st.lists(PIECES, max_size=9))
    def sends(pieces: list[bytes]) -> None:
        asyncio.run_coroutine_threadsafe(send(b"".join(pieces)), loop).result()

    await asyncio.to_thread(sends)


def form(*parts: bytes, end: bytes = b"--xyz--\r\n") -> bytes:
    return b"".join(b"--xyz\r\n" + part + b"\r\n" for part in parts) + end


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (
            form(b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + jpeg(), end=b""),
            422,
            "cut off",
        ),
        (form(b"X-Nothing: 1\r\n\r\nvalue"), 422, "no name"),
        (form(b"X: " + b"y" * 5000 + b"\r\n\r\nvalue"), 422, "header size"),
        (form(*[b'Content-Disposition: form-data; name="%d"\r\n\r\nx' % n for n in range(40)]), 413, "fields"),
        (form(b'Content-Disposition: form-data; name="note"\r\n\r\n\xff\xfe'), 422, "UTF-8"),
        (form(b'Content-Disposition: form-data; name="note"\r\n\r\n' + b"x" * 2_000_000), 413, "note"),
    ],
)
async def test_a_broken_form_says_what_is_wrong(desk: Desk, body: bytes, status: int, words: str) -> None:
    admin = await desk.administrator()
    assert_problem(await admin.post("/photos", content=body, headers=HEADERS), status, words)
    assert not list(desk.settings.incoming.iterdir())


async def test_an_upload_that_is_announced_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    admin = await desk.administrator()
    answer = await admin.post("/photos", content=b"--xyz", headers=HEADERS | {"Content-Length": "9999999999"})
    assert_problem(answer, 413)
