"""A case on its way through the pages: sent to a unit, put right with a photo from a phone, checked, closed."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Console, picture
from tests.browser.test_console import NOON, expect_status

pytestmark = pytest.mark.browser

HANDLER = "zhao"
DISTRICT = [[117.1, 39.0], [117.3, 39.0], [117.3, 39.2], [117.1, 39.2], [117.1, 39.0]]


@pytest.fixture
def unit(console: Console) -> str:
    """The unit that answers for everything, with somebody who works there; answers its name."""
    name = "交警三大队"
    if not any(one["name"] == name for one in console.admin.get("/units").json()["items"]):
        body = {"code": "jj", "name": name, "kind": "traffic_police", "is_default": True}
        made = console.admin.post("/units", json=body).raise_for_status().json()
        console.add_person(HANDLER, "赵经办", "unit_handler", unit_id=made["id"])
    return name


@pytest.mark.usefixtures("unit")
def test_from_dispatch_to_closing(console: Console, tmp_path: Path) -> None:
    (number,) = console.deliver(1)
    case = console.case(number)
    page = console.signed_in(f"/cases/{case['id']}")
    page.get_by_role("button", name="立案", exact=True).click()
    page.get_by_role("button", name="派遣").click()
    expect(page.get_by_text("按辖区自动：交警三大队")).to_be_visible()
    page.get_by_role("button", name="确定").click()
    expect_status(console, number, "dispatched")
    expect(page.get_by_text("剩余", exact=False).first).to_be_visible()

    phone = console.signed_in("/", HANDLER, size=PHONE)
    expect(phone.get_by_role("heading", name="我的任务")).to_be_visible()
    phone.get_by_role("button", name="接办").click()
    phone.get_by_role("link", name="办理").click()
    after = tmp_path / "after.jpg"
    after.write_bytes(picture("after", NOON))
    phone.get_by_test_id("after-album").set_input_files(after)
    expect(phone.get_by_role("img", name="整改后").first).to_be_visible()
    phone.get_by_role("button", name="报请核查").click()
    phone.get_by_label("说明").fill("已劝离")
    phone.get_by_role("button", name="确定").click()
    expect_status(console, number, "rectified")

    expect(page.get_by_role("slider", name="移动分界线", exact=False)).to_be_visible()
    page.get_by_role("button", name="返工").click()
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_text("请填写说明")).to_be_visible()
    page.get_by_role("button", name="取消").click()
    page.get_by_role("button", name="结案").click()
    page.get_by_role("button", name="确定").click()
    expect_status(console, number, "closed")
    expect(page.get_by_role("button", name="返工")).to_be_hidden()
    assert console.complaints == []


@pytest.mark.usefixtures("unit")
def test_a_unit_returns_a_case_with_its_reason(console: Console) -> None:
    (number,) = console.deliver(1)
    case = console.case(number)
    for step in ("confirm", "dispatch"):
        version = console.case(number)["version"]
        console.admin.post(f"/cases/{case['id']}/{step}", json={"version": version}).raise_for_status()
    phone = console.signed_in(f"/cases/{case['id']}", HANDLER, size=PHONE)
    phone.get_by_role("button", name="退回").click()
    phone.get_by_label("说明").fill("不属本单位辖区")
    phone.get_by_role("button", name="确定").click()
    expect_status(console, number, "filed")
    assert console.case(number)["history"][-1]["note"] == "不属本单位辖区"


def test_a_filter_is_in_the_address(console: Console) -> None:
    numbers = console.deliver(3)
    page = console.signed_in("/cases?status=pending&order=oldest")
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody tr").first).to_contain_text(numbers[0])
    page.get_by_role("checkbox", name="全选本页").check()
    page.get_by_role("button", name="立案", exact=True).click()
    for number in numbers:
        expect_status(console, number, "filed")


def test_areas_are_imported(console: Console, tmp_path: Path) -> None:
    page = console.signed_in("/admin/areas", "admin")
    file = tmp_path / "areas.geojson"
    properties = {"code": "D", "name": "示范区", "level": "district"}
    feature = {
        "type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [DISTRICT]},
    }  # fmt: skip
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature | {"properties": {"code": "D"}}]}))
    page.get_by_test_id("areas-file").set_input_files(file)
    expect(page.get_by_text("没有导入", exact=False)).to_be_visible()
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    page.get_by_test_id("areas-file").set_input_files(file)
    expect(page.get_by_text("新增 1", exact=False)).to_be_visible()
    expect(page.get_by_role("cell", name="示范区", exact=False)).to_be_visible()


def test_the_audit_shows_that_it_is_chained(console: Console) -> None:
    page = console.signed_in("/admin/audit", "admin")
    expect(page.get_by_text("行前后衔接", exact=False)).to_be_visible()
    page.get_by_label("操作人").fill("王审核")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已筛选", exact=False)).to_be_visible()
