"""People at work in the console: what they see, press and type, and what the service then holds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import INSPECTOR, OPERATOR, PHONE, Console, picture, sign_in

pytestmark = pytest.mark.browser

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)

PAGES = (
    "/review", "/cases", "/overview", "/upload", "/cameras", "/cameras/gate-1", "/cameras/gate-1/zones",
    "/admin/users", "/admin/units", "/admin/areas", "/admin/standards", "/admin/calendars", "/admin/keys",
    "/admin/audit", "/admin/retention", "/admin/models", "/admin/webhooks", "/notices", "/account",
)  # fmt: skip

TO_NEXT_PICTURE = """
() => new Promise((done) => {
  const number = () => document.querySelector('aside a[href^="/cases/"]')?.textContent
  const image = () => document.querySelector('main section img')
  const [before, picture] = [number(), image().src]
  const started = performance.now()
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'c', bubbles: true }))
  const look = () => {
    const shown = image()
    const there = number() !== before && shown && shown.src !== picture && shown.complete && shown.naturalWidth > 0
    there ? done(performance.now() - started) : requestAnimationFrame(look)
  }
  look()
})
"""


def expect_case(page: Page, number: str) -> None:
    """The case on screen is this one."""
    expect(page.locator('aside a[href^="/cases/"]').first).to_have_text(number)


def expect_status(console: Console, number: str, status: str) -> None:
    """The service holds, or soon will, that the case is in this state."""
    console.office.wait(lambda: console.status(number) == status, 20, f"{number} {status}")


def test_sign_in_leads_to_where_one_was_going(console: Console) -> None:
    page = console.page()
    page.goto(console.office.url + "/cases?kind=garbage")
    sign_in(page, OPERATOR, "a wrong password")
    expect(page.get_by_role("alert")).to_have_text("用户名或密码不正确")
    sign_in(page, OPERATOR, console.office.accounts[OPERATOR])
    expect(page.get_by_role("heading", name="案件", exact=True)).to_be_visible()
    assert page.url.endswith("/cases?kind=garbage")


def test_review_by_keyboard(console: Console) -> None:
    first, second, third, fourth = console.deliver(4)
    page = console.signed_in("/review")
    expect_case(page, first)
    page.wait_for_timeout(1_500)  # the cases ahead are loaded while the operator looks at the first

    waited = page.evaluate(TO_NEXT_PICTURE)
    assert waited < 500, f"the next picture took {waited:.0f} ms; 100 ms are meant, on a machine that is not shared"
    expect_case(page, second)
    page.keyboard.press("u")
    expect_case(page, first)
    page.keyboard.press("d")
    page.keyboard.press("2")
    expect_case(page, second)
    page.keyboard.press("d")
    page.keyboard.press("7")
    page.keyboard.insert_text("c: 树影")
    page.keyboard.press("Enter")
    expect_case(page, third)
    page.keyboard.press("j")
    expect_case(page, fourth)
    page.keyboard.press("k")
    expect_case(page, third)

    expect_status(console, first, "dismissed")
    expect_status(console, second, "dismissed")
    expect_status(console, third, "pending")
    assert console.complaints == []


def test_live_arrival_leaves_the_screen_alone(console: Console) -> None:
    (first,) = console.deliver(1)
    page = console.signed_in("/review")
    expect_case(page, first)
    (late,) = console.deliver(1)
    expect(page.get_by_text("2 件待审", exact=True)).to_be_visible()
    expect_case(page, first)
    page.keyboard.press("c")
    expect_case(page, late)


def test_a_faster_colleague_is_named(console: Console) -> None:
    first, second = console.deliver(2)
    page = console.page(service_workers="block")  # Playwright does not hold up what goes past a worker
    page.route("**/api/v1/events", lambda route: route.abort())
    page.goto(console.office.url + "/review")
    sign_in(page, "admin", console.office.accounts["admin"])
    expect_case(page, first)
    row = console.admin.get("/cases", params={"q": first}).json()["items"][0]
    body = {"version": row["version"], "reason": "duplicate"}
    console.office.client(OPERATOR).post(f"/cases/{row['id']}/dismiss", json=body).raise_for_status()

    page.keyboard.press("c")
    expect(page.get_by_text(f"{first} 已由 王审核 处理：不予立案")).to_be_visible()
    expect_case(page, second)
    page.get_by_role("button", name="查看").click()
    expect_case(page, first)
    expect(page.get_by_role("button", name="立案", exact=False).first).to_be_disabled()


def test_a_broken_net_brings_the_case_back(console: Console) -> None:
    first, second = console.deliver(2)
    page = console.signed_in("/review", service_workers="block")  # a request that goes past a worker is not aborted
    expect_case(page, first)
    page.route("**/confirm", lambda route: route.abort())
    page.keyboard.press("c")
    expect(page.get_by_text(f"{first} 的决定没有送达", exact=False)).to_be_visible()
    expect_case(page, second)
    page.unroute("**/confirm")
    page.get_by_role("button", name="查看").click()
    expect_case(page, first)
    page.keyboard.press("c")
    expect_status(console, first, "filed")


def test_a_session_that_ends_loses_nothing_typed(console: Console) -> None:
    console.show_camera()
    page = console.signed_in("/cameras/gate-1/settings", "admin")
    page.get_by_label("名称").fill("北门路口（东侧）")
    page.context.clear_cookies()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="登录已过期")).to_be_visible()
    page.locator("dialog input[autocomplete=current-password]").fill(console.office.accounts["admin"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="登录已过期")).to_be_hidden()
    assert page.get_by_label("名称").input_value() == "北门路口（东侧）"
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="北门路口（东侧）")).to_be_visible()


def test_photos_from_a_phone(console: Console, tmp_path: Path) -> None:
    photos = [tmp_path / name for name in ("one.jpg", "two.jpg")]
    for photo in photos:
        photo.write_bytes(picture(photo.name, NOON))
    none = tmp_path / "none.jpg"
    none.write_bytes(b"this is no photo")
    page = console.signed_in(
        "/upload", INSPECTOR, size=PHONE, permissions=["geolocation"],
        geolocation={"longitude": 117.2, "latitude": 39.1, "accuracy": 12},
    )  # fmt: skip
    page.get_by_role("checkbox").check()
    expect(page.get_by_text("误差约 12 米")).to_be_visible()
    page.get_by_test_id("album").set_input_files([*photos, none])
    notes = page.get_by_label("备注")
    expect(notes).to_have_count(3)
    for note in notes.all():
        note.fill("菜市场东门")
    page.get_by_role("button", name="全部发送").click()
    expect(page.get_by_text("已收到，排队识别")).to_have_count(2)
    expect(page.get_by_text("不是支持的照片格式", exact=False)).to_be_visible()

    claimed = console.engine.post("/photos/claim", json={"limit": 5}).json()["items"]
    assert [(photo["longitude"], photo["note"]) for photo in claimed] == [(117.2, "菜市场东门")] * 2
    for photo in claimed:
        console.engine.post(f"/photos/{photo['id']}/result", json={"status": "done"}).raise_for_status()
    expect(page.get_by_text("识别完成")).to_have_count(2)

    page.context.set_offline(True)
    page.get_by_test_id("album").set_input_files(photos[:1])
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.get_by_text("无法连接服务器", exact=False)).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("已收到，排队识别")).to_have_count(1)


def test_zones_are_drawn_on_the_picture(console: Console) -> None:
    console.show_camera()
    page = console.signed_in("/cameras/gate-1/zones", "admin")
    canvas = page.locator("canvas").first
    expect(canvas).to_be_visible()
    page.wait_for_timeout(500)
    page.get_by_role("button", name="绘制 禁停区").click()
    box = canvas.bounding_box()
    assert box is not None
    for x, y in ((0.2, 0.5), (0.6, 0.5), (0.6, 0.8), (0.2, 0.8), (0.2, 0.5)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_timeout(400)  # two clicks at once would be a double click

    page.get_by_placeholder("Mo-Su 07:00-22:00").fill("Mo-Xx")
    page.get_by_role("button", name="保存区域与规则").click()
    expect(page.locator("aside [role=alert]").first).to_contain_text("Mo-Xx")
    page.get_by_role("link", name="实况").click()
    expect(page.get_by_role("heading", name="有未保存的更改")).to_be_visible()
    page.get_by_role("button", name="继续编辑").click()
    expect(page.get_by_role("heading", name="有未保存的更改")).to_be_hidden()
    page.get_by_placeholder("Mo-Su 07:00-22:00").fill("Mo-Su 07:00-22:00")
    page.get_by_role("button", name="保存区域与规则").click()
    expect(page.get_by_text("区域与规则已保存", exact=False)).to_be_visible()
    (zone,) = console.admin.get("/cameras/gate-1").json()["scene"]["zones"]
    assert (zone["kind"], zone["name"], zone["schedule"]) == ("no_parking", "禁停区 1", "Mo-Su 07:00-22:00")
    drawn = [coordinate for point in zone["polygon"] for coordinate in point]
    assert drawn == pytest.approx([0.2, 0.5, 0.6, 0.5, 0.6, 0.8, 0.2, 0.8], abs=0.01)


def test_a_key_is_shown_once(console: Console) -> None:
    page = console.signed_in("/admin/keys", "admin", locale="en-US")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Name").fill("north gate")
    page.get_by_role("combobox").nth(1).click()
    page.keyboard.press("Enter")
    page.locator("dialog footer").get_by_role("button", name="New key").click()
    expect(page.locator("dialog code")).to_contain_text("swk_")
    page.get_by_role("button", name="I have saved it").click()
    expect(page.get_by_role("row", name="north gate")).to_be_visible()
    expect(page.get_by_text("swk_", exact=False)).to_have_count(0)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize("size", [PHONE, (2560, 1440)], ids=["phone", "wall"])
def test_no_page_complains_or_overflows(console: Console, size: tuple[int, int], locale: str) -> None:
    console.deliver(2)
    console.show_camera()
    page = console.signed_in("/", "admin", size=size, locale=locale)
    for path in PAGES:
        page.goto(console.office.url + path)
        expect(page.locator("main")).not_to_be_empty()
        page.wait_for_timeout(400)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size[0], f"{path} is {width} px wide"
    # The office of these tests has no engine, and only an engine knows its models: the page says so.
    assert [text for text in console.complaints if "/admin/models: " not in text] == []
