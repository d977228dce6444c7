"""An inspector on the street: photos become problems, with place and time, also without a net."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uuid_utils.compat
from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational
from playwright.sync_api import Locator, Page, expect

from detector.violations import Violation, ViolationKind
from tests.browser.conftest import INSPECTOR, PHONE, Console, picture
from tests.browser.test_troubles import wait_for_offline_copy

pytestmark = pytest.mark.browser

TEN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
"""Ten o'clock in the district."""
HEAP = (117.2, 39.13)
METRE = 1 / 86_358
"""Degrees of longitude."""


def square(code: str, name: str, level: str, parent: str | None, size: float) -> dict[str, Any]:
    """A square area around the heap, half a side in degrees."""
    (x, y), s = HEAP, size
    ring = [[x - s, y - s], [x + s, y - s], [x + s, y + s], [x - s, y + s], [x - s, y - s]]
    properties = {"code": code, "name": name, "level": level, "parent": parent}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def photo(path: Path, seconds: int | None = None, metres: float | None = None) -> Path:
    """A street with EXIF: taken so many seconds after ten, so many metres east of the heap."""
    moment = TEN + timedelta(seconds=seconds or 0)
    exif = Image.Exif()
    if seconds is not None:
        local = moment + timedelta(hours=8)
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{local:%Y:%m:%d %H:%M:%S}"
    if metres is not None:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef] = degrees(HEAP[0] + metres * METRE), "E"
        gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef] = degrees(HEAP[1]), "N"
    with Image.open(io.BytesIO(picture(path.stem, moment))) as image:
        image.save(path, "JPEG", exif=exif)
    return path


def degrees(value: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes, seconds, as cameras write them."""
    seconds = value % 1 * 3600
    return IFDRational(int(value)), IFDRational(int(seconds // 60)), IFDRational(round(seconds % 60 * 10_000), 10_000)


def problem(page: Page, number: int) -> Locator:
    """The card of one problem that is not sent yet."""
    return page.get_by_role("listitem", name=f"问题 {number}", exact=True)


def found(console: Console, one: dict[str, Any]) -> str:
    """What an engine finds in a photo: its case."""
    violation = Violation(
        id=uuid_utils.compat.uuid7(), kind=ViolationKind.GARBAGE, photo=one["id"], started_at=one["taken_at"],
        ended_at=one["taken_at"], confidence=0.8, box=(100, 80, 160, 220), width=640, height=360, evidence=(),
        longitude=one["longitude"], latitude=one["latitude"],
    )  # fmt: skip
    parts = {"violation": (None, violation.json_line(), "application/json")}
    answer = console.engine.post("/violations", files=parts)
    answer.raise_for_status()
    console.engine.post(f"/photos/{one['id']}/result", json={"status": "done"}).raise_for_status()
    return str(answer.json()["case_id"])


def test_photos_become_problems_with_place_and_time(console: Console, tmp_path: Path) -> None:
    areas = [
        square("d", "河东区", "district", None, 0.02),
        square("s", "大王庄街道", "sub_district", "d", 0.012),
        square("c", "光明社区", "community", "s", 0.006),
    ]
    document = json.dumps({"type": "FeatureCollection", "features": areas})
    headers = {"Content-Type": "application/geo+json"}
    console.admin.put("/areas/geojson", content=document, headers=headers).raise_for_status()

    page = console.signed_in("/upload", INSPECTOR, size=PHONE)
    wait_for_offline_copy(page)
    page.get_by_test_id("album").set_input_files(photo(tmp_path / "first.jpg", 0, 0))
    expect(problem(page, 1).get_by_text("大王庄街道 · 光明社区")).to_be_visible()

    # On the street there is no net: reading, sorting and the map work without one.
    page.context.set_offline(True)
    others = [
        photo(tmp_path / "far.jpg", 120, 400),
        photo(tmp_path / "again.jpg", 90, 12),
        photo(tmp_path / "wechat.jpg"),
    ]
    page.get_by_test_id("album").set_input_files(others)
    expect(page.get_by_text("3 处问题 · 4 张照片")).to_be_visible()
    expect(problem(page, 1).get_by_role("img")).to_have_count(3)  # two photos and the map
    expect(problem(page, 2).get_by_text("位置取自照片")).to_be_visible()
    expect(problem(page, 3).get_by_text("尚未标出位置")).to_be_visible()
    assert problem(page, 1).get_by_label("拍摄时间").input_value() == "2026-11-24T10:00"

    # What was sorted wrongly is split off or joined by hand.
    problem(page, 1).get_by_role("button", name="另立一处：again.jpg").click()
    expect(page.get_by_text("4 处问题 · 4 张照片")).to_be_visible()
    problem(page, 2).get_by_label("把问题 2 并入").select_option(label="问题 1（1 张）")
    expect(page.get_by_text("3 处问题 · 4 张照片")).to_be_visible()

    # The pin, by arrow keys, dragged, and by a tap.
    problem(page, 2).get_by_role("button", name="移动位置").click()
    dialog = page.get_by_role("dialog")
    pin = dialog.get_by_role("button", name="图钉")
    expect(pin).to_be_focused()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("距照片记录的位置 30 米")).to_be_visible()
    pin.hover()
    page.mouse.down()
    box = pin.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    moved = int(re.findall(r"位置 (\d+) 米", dialog.inner_text())[0])
    assert 50 < moved < 80
    dialog.get_by_role("button", name="使用此位置").click()
    expect(problem(page, 2).get_by_text("位置在图上标定")).to_be_visible()
    problem(page, 3).get_by_role("button", name="标出位置").click()
    dialog.get_by_test_id("plan").click(position={"x": 100, "y": 100})
    expect(dialog.get_by_role("paragraph").filter(has_text="大王庄街道")).to_be_visible()
    dialog.get_by_role("button", name="使用此位置").click()
    problem(page, 3).get_by_label("拍摄时间").fill("2026-11-24T11:30")
    expect(problem(page, 1).get_by_label("拍摄时间")).to_have_value("2026-11-24T10:00")
    page.get_by_label("备注").first.fill("菜市场东门")

    # The phone goes into the pocket: nothing is lost, nothing is sent.
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(console.office.url + "/upload")
    expect(again.get_by_text("3 处问题 · 4 张照片")).to_be_visible()
    expect(problem(again, 1).get_by_text("大王庄街道 · 光明社区")).to_be_visible()
    again.get_by_role("button", name="全部发送（3 处）").click()
    expect(again.get_by_text("无法连接服务器", exact=False).first).to_be_visible()
    context.set_offline(False)
    expect(again.get_by_text("已收到，排队识别")).to_have_count(4, timeout=40_000)

    claimed = console.engine.post("/photos/claim", json={"limit": 9}).json()["items"]
    mine = {one["taken_at"]: one for one in claimed}
    heap, second, far, wechat = (
        mine[f"2026-11-24T{time}Z"] for time in ("02:00:00", "02:01:30", "02:02:00", "03:30:00")
    )
    assert heap["problem"] == second["problem"]
    assert len({one["problem"] for one in claimed}) == 3
    place = pytest.approx(HEAP, abs=1e-6)
    assert [(one["longitude"], one["latitude"]) for one in (heap, second)] == [place, place]
    assert far["longitude"] == pytest.approx(HEAP[0] + (400 + moved) * METRE, abs=2 * METRE)
    assert abs(wechat["longitude"] - HEAP[0]) < 0.02
    assert [one["note"] for one in (heap, second, far)] == ["菜市场东门", "菜市场东门", ""]

    # What was found in both photos of the heap is one case, and the inspector sees so.
    case = found(console, second)
    found(console, heap)
    expect(again.locator(f'a[href="/cases/{case}"]')).to_have_count(2)
    (pending,) = [row for row in console.rows(kind="garbage") if row["status"] == "pending"]
    assert pending["id"] == case
    # A net that is cut off is what the browser complained of, and nothing else.
    assert [text for text in console.complaints if "ERR_INTERNET_DISCONNECTED" not in text] == []
    context.close()
