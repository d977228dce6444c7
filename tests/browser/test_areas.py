"""Areas drawn and bent on the plan of the district, with the pointer and with the keyboard."""

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Console
from tests.service.areas.test_areas import feature, square

pytestmark = pytest.mark.browser


def ring(console: Console, code: str) -> list[list[float]]:
    """An area's outline as the service keeps it, degrees east and north."""
    features = console.admin.get("/areas/geojson").raise_for_status().json()["features"]
    (geometry,) = [one["geometry"] for one in features if one["properties"]["code"] == code]
    (polygon,) = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    found: list[list[float]] = polygon[0]
    return found


def click(page: Page, plan: Locator, x: float, y: float) -> None:
    """Click into the plan at shares of its width and height."""
    box = plan.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def test_areas_are_drawn_and_bent(console: Console) -> None:
    district: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [feature("d", "district", None, square(117.0, 39.0, 0.4))],
    }
    headers = {"Content-Type": "application/geo+json"}
    console.admin.put("/areas/geojson", content=json.dumps(district), headers=headers).raise_for_status()
    page = console.signed_in("/admin/areas", "admin")
    page.get_by_role("button", name="绘制辖区").click()
    plan = page.locator("dialog[open] footer").first.locator("xpath=preceding-sibling::*[name()='svg']")
    expect(page.get_by_text("在图上依次点出至少三个角")).to_be_visible()
    for x, y in ((0.45, 0.4), (0.55, 0.4), (0.5, 0.6)):
        click(page, plan, x, y)
    expect(page.get_by_role("button", name="第 3 个角")).to_be_visible()
    page.get_by_label("代码").fill("market")
    page.get_by_label("名称").fill("菜市场社区")
    page.locator("dialog[open]").get_by_role("button", name="保存").click()
    expect(page.get_by_role("row", name="菜市场社区")).to_be_visible()
    drawn = ring(console, "market")
    assert len(drawn) == 4
    assert all(117.0 < east < 117.4 and 39.0 < north < 39.4 for east, north in drawn)

    page.get_by_role("row", name="菜市场社区").get_by_role("button", name="边界").click()
    corner = page.get_by_role("button", name="第 2 个角")
    corner.focus()
    corner.press("Shift+ArrowRight")
    corner.press("Enter")
    expect(page.get_by_role("button", name="第 4 个角")).to_be_visible()
    page.locator("dialog[open]").get_by_role("button", name="撤销").click()
    expect(page.get_by_role("button", name="第 4 个角")).to_be_hidden()
    page.locator("dialog[open]").get_by_role("button", name="保存").click()
    expect(page.locator("dialog[open]")).to_be_hidden()
    bent = ring(console, "market")
    assert max(east for east, _ in bent) > max(east for east, _ in drawn)
    assert min(bent) == pytest.approx(min(drawn), abs=1e-6)
    assert console.complaints == []
