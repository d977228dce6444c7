"""Notices and webhooks in the console."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.test_access import AXE, RUN

pytestmark = pytest.mark.browser


def test_a_handler_sees_at_once_that_a_case_came_and_follows_the_notice(console: Console) -> None:
    unit = {"code": "hw", "name": "环卫", "kind": "sanitation", "is_default": True}
    made = console.admin.post("/units", json=unit).raise_for_status().json()
    console.add_person("zhou", "周环卫", "unit_handler", unit_id=made["id"])
    page = console.signed_in("/tasks", "zhou")
    expect(page.get_by_role("button", name="通知", exact=True)).to_be_visible()
    (number,) = console.deliver(1)
    case = console.case(number)
    for action in ("confirm", "dispatch"):
        answer = console.admin.post(f"/cases/{case['id']}/{action}", json={"version": case["version"]})
        case = answer.raise_for_status().json()
    page.get_by_role("button", name="通知：1 条未读").click()
    page.get_by_role("link", name=re.compile(f"新派遣案件 {number}")).click()
    expect(page).to_have_url(re.compile(f"/cases/{case['id']}$"))
    expect(page.get_by_role("button", name="通知", exact=True)).to_be_visible()  # read, and counted so
    page.goto(console.office.url + "/notices")
    expect(page.get_by_role("link", name=re.compile(number))).to_be_visible()
    page.get_by_label("只看未读").check()
    expect(page.get_by_role("heading", name="没有通知")).to_be_visible()


def test_somebody_chooses_what_to_be_told(console: Console) -> None:
    page = console.signed_in("/account")
    row = page.get_by_role("group", name="责任单位退回案件")
    row.get_by_label("控制台").uncheck()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    page.reload()
    expect(page.get_by_role("group", name="责任单位退回案件").get_by_label("控制台")).not_to_be_checked()
    expect(page.get_by_text("本系统没有设置邮件服务器")).to_be_visible()


def test_an_administrator_makes_a_webhook_and_sees_how_it_fares(console: Console) -> None:
    page = console.signed_in("/admin/webhooks", "admin", locale="en-US")
    page.get_by_role("button", name="Add a webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("City platform")
    dialog.get_by_label("Address").fill("https://169.254.169.254/latest")
    dialog.get_by_role("button", name="Add a webhook").click()
    expect(dialog.get_by_role("alert")).to_contain_text("must not reach")
    dialog.get_by_label("Address").fill("https://192.0.2.1/hook")
    dialog.get_by_role("button", name="Add a webhook").click()
    expect(dialog.get_by_role("alert")).to_contain_text("must not reach")  # for documentation, nobody's
    dialog.get_by_label("Address").fill("https://93.184.215.14/hook")
    dialog.get_by_role("button", name="Add a webhook").click()
    expect(page.get_by_role("dialog").locator("code")).to_contain_text("whsec_")
    page.get_by_role("button", name="I have saved it").click()
    expect(page.get_by_text("https://93.184.215.14/hook")).to_be_visible()
    page.get_by_role("switch", name="Use “City platform”").click()
    expect(page.get_by_role("switch", name="Use “City platform”")).not_to_be_checked()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No webhooks yet")).to_be_visible()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: make console")
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize(("size", "scheme"), [(DESK, "dark"), (PHONE, "light")])
def test_axe_finds_nothing_serious_and_a_phone_is_wide_enough(
    console: Console, size: tuple[int, int], scheme: str, locale: str
) -> None:
    hook = {"name": "城管平台", "url": "https://93.184.215.14/in", "events": ["case.created", "alert"]}
    made = console.admin.post("/webhooks", json=hook).raise_for_status().json()
    options = {"size": size, "locale": locale, "color_scheme": scheme, "reduced_motion": "reduce"}
    page = console.signed_in("/notices", "admin", **options)
    found = {}
    for path in ("/notices", "/account", "/admin/webhooks"):
        page.goto(console.office.url + path)
        expect(page.locator("main h1")).to_be_visible()
        page.wait_for_timeout(500)
        found[path] = _faults(page)
    page.locator("header button[aria-expanded]").first.click()
    page.wait_for_timeout(300)
    found["bell"] = _faults(page)
    console.admin.delete(f"/webhooks/{made['id']}")
    assert not any(found.values()), json.dumps(found, ensure_ascii=False, indent=1)


def _faults(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    complaints: list[str] = page.evaluate(RUN)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        complaints.append("wider than the screen")
    return complaints
