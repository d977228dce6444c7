"""A net that fails, a stream that drops, a photo too large: each says so, and nothing is lost."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import INSPECTOR, OPERATOR, PHONE, Console, picture, sign_in
from tests.browser.test_console import NOON

pytestmark = pytest.mark.browser

OFFLINE_COPY = """
async () => {
  await navigator.serviceWorker.ready
  const cache = await caches.open('console')
  return (await cache.match('/index.html')) !== undefined
}
"""


def wait_for_offline_copy(page: Page) -> None:
    """The worker has kept the files that work without a net."""
    page.wait_for_function(OFFLINE_COPY, timeout=30_000)


def test_photos_survive_a_restart_without_a_net(console: Console, tmp_path: Path) -> None:
    photo = tmp_path / "far-away.jpg"
    photo.write_bytes(picture("far away", NOON))
    page = console.signed_in("/upload", INSPECTOR, size=PHONE)
    wait_for_offline_copy(page)
    page.context.set_offline(True)
    page.get_by_test_id("album").set_input_files(photo)
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.get_by_text("无法连接服务器", exact=False)).to_be_visible()
    context = page.context
    page.close()

    again = context.new_page()
    again.set_default_timeout(15_000)
    again.goto(console.office.url + "/upload")
    expect(again.get_by_text("far-away.jpg")).to_be_visible()
    expect(again.get_by_text("无法连接服务器", exact=False)).to_be_visible()
    context.set_offline(False)
    expect(again.get_by_text("已收到，排队识别")).to_be_visible(timeout=40_000)
    mine = console.office.client(INSPECTOR).get("/photos", params={"mine": "true"}).json()["items"]
    assert len([one for one in mine if one["taken_at"] is not None or one["status"] == "queued"]) >= 1
    context.close()


def test_a_dropped_stream_is_shown_and_comes_back(console: Console) -> None:
    console.deliver(1)
    page = console.page(service_workers="block")  # Playwright does not hold up what goes past a worker
    page.route("**/api/v1/events", lambda route: route.abort())
    page.goto(console.office.url + "/review")
    sign_in(page, OPERATOR, console.office.accounts[OPERATOR])
    expect(page.get_by_text("1 件待审", exact=True)).to_be_visible()
    expect(page.get_by_text("实时连接中断", exact=False)).to_be_visible()
    console.deliver(1)
    page.unroute("**/api/v1/events")
    expect(page.get_by_text("实时连接中断", exact=False)).to_be_hidden(timeout=40_000)
    expect(page.get_by_text("2 件待审", exact=True)).to_be_visible()


def test_a_photo_too_large_stays_in_the_list(console: Console, tmp_path: Path) -> None:
    photo = tmp_path / "large.jpg"
    photo.write_bytes(picture("large", NOON) + bytes(41 * 1024 * 1024))
    page = console.signed_in("/upload", INSPECTOR)
    page.get_by_test_id("album").set_input_files(photo)
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.get_by_text("文件过大", exact=False)).to_be_visible(timeout=30_000)
    expect(page.get_by_text("large.jpg")).to_be_visible()
