"""Cameras in the console: rules tried on the last hour before they are saved, and a camera added step by step."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Console, picture
from tests.service.errands import PLACE, errands_at, stored

pytestmark = pytest.mark.browser


@pytest.fixture
def tracks(console: Console, tmp_path: Path) -> Iterator[Path]:
    """The folder of an engine's tracks; its errands run beside the console's office."""
    with errands_at(console.office.data / "run" / "engine.sock", tmp_path):
        yield tmp_path


def test_edited_rules_are_tried_on_the_last_hour(console: Console, tracks: Path) -> None:
    scene = PLACE.settings.model_dump(mode="json")
    console.admin.put("/cameras/gate-1/scene", json=scene).raise_for_status()
    console.show_camera()
    numbers = {}
    for violation in stored(tracks, datetime.now(UTC) - timedelta(minutes=20)):
        answer = console.engine.post("/violations", files={"violation": (None, violation.json_line())})
        numbers[str(violation.kind)] = answer.raise_for_status().json()["case_number"]
    page = console.signed_in("/cameras/gate-1/zones", "admin")
    card = page.get_by_role("region", name="在最近一小时上试用")
    card.get_by_role("button", name="试用").click()
    expect(card.get_by_role("listitem")).to_have_count(2, timeout=60_000)
    expect(card.get_by_text("相同", exact=True)).to_have_count(2)

    page.get_by_role("switch", name="启用: 电三轮违停").click()
    expect(card.get_by_text("试用之后又有更改", exact=False)).to_be_visible()
    card.get_by_role("button", name="试用").click()
    expect(card.get_by_text("不再上报", exact=True)).to_be_visible(timeout=60_000)
    card.get_by_role("listitem").filter(has_text="电三轮").get_by_role("button").click()
    expect(card.get_by_role("link", name=numbers["illegal_parking"])).to_be_visible()
    saved = console.admin.get("/cameras/gate-1").json()["scene"]["rules"]
    assert saved["illegal_parking"] is not None, "nothing is saved"
    assert console.complaints == []


def test_without_an_engine_the_page_says_so(console: Console) -> None:
    page = console.signed_in("/cameras/gate-1/zones", "admin", locale="en-US")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="The engine does not run")).to_be_visible()


def test_a_camera_is_added_step_by_step(console: Console, tracks: Path) -> None:
    frames = tracks / "frames"
    frames.mkdir()
    image = cv2.imdecode(np.frombuffer(picture("new", datetime.now(UTC)), np.uint8), cv2.IMREAD_COLOR)
    cv2.imwrite(str(frames / "1.jpg"), image)
    page = console.signed_in("/cameras", "admin")
    page.get_by_role("button", name="添加相机").click()
    page.get_by_label("视频来源").fill("/no/such/clip.mp4")
    page.get_by_role("button", name="测试").click()
    expect(page.get_by_text("没有这个文件或文件夹")).to_be_visible(timeout=40_000)
    page.get_by_label("视频来源").fill(str(frames))
    page.get_by_role("button", name="测试").click()
    expect(page.get_by_role("img", name="该地址的画面")).to_be_visible(timeout=40_000)
    page.get_by_role("button", name="下一步").click()
    page.get_by_label("名称").fill("东门路口")
    page.get_by_role("button", name="添加并绘制区域").click()
    expect(page.get_by_role("heading", name="东门路口")).to_be_visible()
    page.wait_for_url("**/zones")
    (made,) = [c for c in console.admin.get("/cameras").json()["items"] if c["name"] == "东门路口"]
    assert made["source"] == str(frames)
    console.admin.delete(f"/cameras/{made['id']}").raise_for_status()
