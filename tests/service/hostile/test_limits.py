"""Huge uploads: each limit holds, and its answer names it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from service.security import Scope
from service.settings import Settings
from tests.service.office import Desk, assert_problem, deliver, jpeg, open_desk, parcel
from tests.service.open311.apps import App, assert_error

LIMIT = 20_000
HUGE = jpeg() + b"\0" * LIMIT
LIMITS = {
    "json_limit": LIMIT,
    "frame_limit": LIMIT,
    "photo_limit": LIMIT,
    "areas_limit": LIMIT,
    "evidence_limit": LIMIT,
}


@pytest.fixture
async def narrow(make_settings: Callable[..., Settings], prepared: tuple[Path, str]) -> AsyncIterator[Desk]:
    """An office that takes in 20 kB at once."""
    async with open_desk(make_settings(**LIMITS), prepared[1]) as desk:
        await desk.camera()
        yield desk


def test_every_limit_of_the_settings_is_tried_here() -> None:
    assert {name for name in Settings.model_fields if name.endswith("_limit")} == set(LIMITS)


async def _json(desk: Desk) -> httpx.Response:
    return await (await desk.administrator()).post("/units", json={"name": "x" * LIMIT})


async def _frame(desk: Desk) -> httpx.Response:
    headers = {"Content-Type": "image/jpeg"}
    return await (await desk.administrator()).post("/cameras/gate-1/frames", content=HUGE, headers=headers)


async def _snapshot(desk: Desk) -> httpx.Response:
    headers = {"Content-Type": "image/jpeg"}
    return await (await desk.engine()).put("/cameras/gate-1/snapshot", content=HUGE, headers=headers)


async def _photo(desk: Desk) -> httpx.Response:
    return await (await desk.program(Scope.PHOTOS_WRITE)).post("/photos", files={"file": ("a.jpg", HUGE)})


async def _areas(desk: Desk) -> httpx.Response:
    headers = {"Content-Type": "application/geo+json"}
    return await (await desk.administrator()).put("/areas/geojson", content=b" " * (LIMIT + 1), headers=headers)


async def _violation(desk: Desk) -> httpx.Response:
    sent = parcel(("closeup",))
    sent.files["closeup.jpg"] = HUGE
    return await deliver(await desk.engine(), sent)


@pytest.mark.parametrize("send", [_json, _frame, _snapshot, _photo, _areas, _violation])
async def test_a_huge_upload_is_refused_with_its_limit(narrow: Desk, send: Callable[..., object]) -> None:
    answer = await send(narrow)  # type: ignore[misc]  # a coroutine
    assert_problem(answer, 413, str(LIMIT), "limit")
    assert not list(narrow.settings.incoming.iterdir())
    assert not [path for path in (narrow.settings.data / "files").rglob("*") if path.is_file()]


async def test_a_huge_report_of_an_app_is_refused_with_its_limit(narrow: Desk) -> None:
    app = await App.of(narrow)
    assert_error(await app.file(HUGE), 400, 413, str(LIMIT), "limit")
    assert_error(await app.file(None, description="x" * LIMIT), 400, 413, str(LIMIT), "limit")
