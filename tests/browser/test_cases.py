"""The table of cases: ten thousand rows scroll without a stall; sorting; who else looks at a case."""

import os
import sqlite3
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Console
from tests.browser.test_console import expect_case
from tests.browser.test_review import computed

pytestmark = pytest.mark.browser

ROWS = int(os.environ.get("STREETWARDEN_TEST_ROWS", "1000"))
"""The console's figure is for ten thousand: ``STREETWARDEN_TEST_ROWS=10000``."""

FRAME_MS = 50
"""What a frame of fast scrolling may cost in the page's own computing; browsers call more a long task."""

SCROLL = """
async (rows) => {
  const long = []
  const watcher = new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration)))
  watcher.observe({ type: 'longtask' })
  const frames = []
  let before = performance.now()
  const deadline = before + 300_000
  const reached = () => Number([...document.querySelectorAll('tbody tr[aria-rowindex]')].at(-1)?.ariaRowIndex ?? 0)
  while (reached() <= rows && performance.now() < deadline) {
    scrollBy(0, 600)
    await new Promise(requestAnimationFrame)
    const now = performance.now()
    frames.push(now - before)
    before = now
  }
  watcher.disconnect()
  return { reached: reached() - 1, drawn: document.querySelectorAll('tbody tr').length, long, frames }
}
"""
"""Scrolls half a screen a frame until the last row is there; answers frame times and long tasks, milliseconds."""


def fill(console: Console, rows: int) -> None:
    """Copy the newest case and its violation so often, a minute apart, past the API: uploads would take minutes."""
    database = console.office.data / "streetwarden.db"
    now = datetime.now(UTC)
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        connection.row_factory = sqlite3.Row
        case = dict(connection.execute("SELECT * FROM cases ORDER BY created_at DESC LIMIT 1").fetchone())
        violation = dict(
            connection.execute("SELECT * FROM violations WHERE id = ?", (case["violation_id"],)).fetchone()
        )
        violations, cases = [], []
        for number in range(rows):
            violation_id, at = uuid.uuid4().hex, f"{now - timedelta(days=1, minutes=number):%Y-%m-%d %H:%M:%S.%f}"
            violations.append(violation | {"id": violation_id})
            cases.append(
                case
                | {"id": uuid.uuid4().hex, "violation_id": violation_id, "occurred_at": at, "status": "closed"}
                | {"number": f"JJ-20200101-{number:05}"}
            )
        for table, made in (("violations", violations), ("cases", cases)):
            names = list(made[0])
            marks = ", ".join(f":{name}" for name in names)
            connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", made)  # noqa: S608 (names of columns)
        connection.commit()


def test_ten_thousand_rows_scroll_without_a_stall(console: Console) -> None:
    console.deliver(1)
    fill(console, ROWS)
    page = console.signed_in("/cases?status=closed")
    expect(page.locator("tbody tr[aria-rowindex]").first).to_be_visible()
    chromium = page.context.new_cdp_session(page)
    chromium.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = computed(chromium)
    measured = page.evaluate(SCROLL, ROWS)
    cost = 1000 * (computed(chromium) - before) / len(measured["frames"])
    frames, long = sorted(measured["frames"]), sorted(measured["long"])
    middle, slow = frames[len(frames) // 2], frames[len(frames) * 95 // 100]
    longest = long[-1] if long else 0
    print(
        f"{measured['reached']} rows in {sum(frames) / 1000:.0f} s; frame: median {middle:.0f} ms, "
        f"95th of 100 {slow:.0f} ms; {len(long)} tasks over 50 ms in {len(frames)} frames, longest {longest:.0f} ms; "
        f"{cost:.0f} ms of the page's own computing a frame; load {os.getloadavg()[0]:.1f}"
    )
    assert measured["reached"] == ROWS
    assert measured["drawn"] < 100, "rows that nobody sees are drawn"
    assert cost < FRAME_MS


def test_the_column_of_time_sorts(console: Console) -> None:
    numbers = console.deliver(3)
    page = console.signed_in("/cases?status=pending")
    rows = page.locator("tbody tr[aria-rowindex]")
    expect(rows.first).to_contain_text(numbers[-1])
    page.get_by_role("columnheader", name="发生时间").get_by_role("button").click()
    expect(rows.first).to_contain_text(numbers[0])
    assert "order=oldest" in page.url
    assert console.complaints == []


def test_who_else_looks_is_told_and_blocks_nobody(console: Console) -> None:
    first, second = console.deliver(2)
    page = console.signed_in("/review")
    expect_case(page, first)
    case = console.case(first)
    other = console.signed_in(f"/cases/{case['id']}", "admin")
    expect(other.get_by_text("王审核 也在查看")).to_be_visible()
    expect(page.get_by_text("也在查看", exact=False)).to_be_visible()
    other.get_by_role("link", name="总览").click()
    expect(page.get_by_text("也在查看", exact=False)).to_be_hidden()
    page.keyboard.press("c")
    expect_case(page, second)
    assert console.complaints == []
