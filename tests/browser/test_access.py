"""Keyboard and screen-reader access: axe finds nothing serious on any page, in light and dark, on desk and phone."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Console
from tests.browser.test_console import PAGES

pytestmark = pytest.mark.browser

AXE = Path(__file__).resolve().parents[2] / "service" / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """
async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] })
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
}
"""


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: make console")
@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (DESK, "dark"), (PHONE, "light")])
def test_axe_finds_nothing_serious(console: Console, size: tuple[int, int], scheme: str) -> None:
    console.deliver(2)
    console.show_camera()
    page = console.signed_in("/", "admin", size=size, color_scheme=scheme, reduced_motion="reduce")
    found = {}
    case = console.rows(status="pending")[0]["id"]
    for path in (*PAGES, f"/cases/{case}"):
        page.goto(console.office.url + path)
        expect(page.locator("main")).not_to_be_empty(timeout=20_000)
        page.wait_for_timeout(700)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        complaints = page.evaluate(RUN)
        if complaints:
            found[path] = complaints
    assert not found, json.dumps(found, ensure_ascii=False, indent=1)
