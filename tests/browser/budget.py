"""``python -m tests.browser.budget``: what the review page costs a browser, from an empty cache to paging.

It prints what browsers call first contentful paint, the time until the first case stands there with its picture and
answers, the blocking time on the way (what tasks take beyond 50 ms, as Lighthouse sums it), and the frames while
somebody pages through the queue, with processor times beside clock times, because machines are shared.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, OPERATOR, Console, sign_in
from tests.browser.test_review import computed
from tests.end_to_end.conftest import RunningOffice

INTERACTIVE_MS = 1500
"""From the request of the page to a case that answers keys."""

WATCH = """
performance.setResourceTimingBufferSize(2000)
window.longTasks = []
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => [task.startTime, task.duration])))
  .observe({ type: 'longtask', buffered: true })
"""

READY = """
() => new Promise((done) => {
  const look = () => {
    const picture = document.querySelector('main section img')
    const number = document.querySelector('aside a[href^="/cases/"]')?.textContent
    if (!number || !picture?.complete || picture.naturalWidth === 0) return requestAnimationFrame(look)
    const ready = performance.now()
    const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0
    const fetched = performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
    const code = fetched.filter(({ name }) => /\\/assets\\/.*\\.(js|css)$|\\/review$/.test(name))
    done({
      painted, ready,
      blocking: longTasks.filter(([at]) => at < ready).reduce((sum, [, took]) => sum + Math.max(0, took - 50), 0),
      code: code.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    })
  }
  look()
})
"""

PAGE = """
async (steps) => {
  const frames = []
  let before = performance.now()
  let running = true
  const tick = (now) => {
    frames.push(now - before)
    before = now
    if (running) requestAnimationFrame(tick)
  }
  requestAnimationFrame(tick)
  const number = () => document.querySelector('aside a[href^="/cases/"]')?.textContent
  for (let step = 0; step < steps; step++) {
    const shown = number()
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }))
    while (number() === shown) await new Promise(requestAnimationFrame)
    await new Promise((done) => setTimeout(done, 250))
  }
  running = false
  return frames.slice(1)
}
"""


def middle(values: list[float]) -> float:
    """The median of some values; the higher one of two."""
    return sorted(values)[len(values) // 2]


def load_cold(console: Console, state: dict[str, Any]) -> tuple[dict[str, float], float, Page]:
    """Open the queue in a browser that knows nothing but who is signed in; answers times, processor ms, the page."""
    page = console.page(storage_state=state)
    page.add_init_script(WATCH)
    chromium = page.context.new_cdp_session(page)
    chromium.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(console.office.url + "/review")
    times: dict[str, float] = page.evaluate(READY)
    return times, 1000 * computed(chromium), page


def measure(console: Console, rounds: int, steps: int) -> bool:
    """Print the figures; answers whether the page was ready within `INTERACTIVE_MS`."""
    console.deliver(steps + 2)
    first = console.page()
    first.goto(console.office.url + "/review")
    sign_in(first, OPERATOR, console.office.accounts[OPERATOR])
    first.wait_for_selector("nav")
    state: dict[str, Any] = dict(first.context.storage_state())
    loads = [load_cold(console, state) for _ in range(rounds)]
    for name, what in (("painted", "first contentful paint"), ("ready", "a case that answers, its picture there")):
        values = [times[name] for times, _, _ in loads]
        print(f"{what}: median {middle(values):.0f} ms of {rounds} cold loads, {min(values):.0f} to {max(values):.0f}")
    ready = middle([times["ready"] for times, _, _ in loads])
    blocking, cost = middle([times["blocking"] for times, _, _ in loads]), middle([cost for _, cost, _ in loads])
    code = max(times["code"] for times, _, _ in loads) / 1000
    print(f"blocking time: {blocking:.0f} ms; the page's own computing: {cost:.0f} ms; code and styles: {code:.1f} KB")
    page = loads[-1][2]
    page.wait_for_timeout(1000)
    frames = sorted(page.evaluate(PAGE, steps))
    slow = sum(frame > 1000 / 60 * 1.5 for frame in frames)
    print(
        f"paging through {steps} cases: {1000 / middle(frames):.0f} frames a second, "
        f"95th of 100 frames {frames[len(frames) * 95 // 100]:.0f} ms, {slow} of {len(frames)} frames missed"
    )
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; wanted: {INTERACTIVE_MS} ms, 60 frames a second")
    return ready < INTERACTIVE_MS


def main() -> int:
    """Measure against an office of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="cold loads")
    parser.add_argument("--steps", type=int, default=40, help="cases to page through")
    wanted = parser.parse_args()
    if CHROMIUM is None:
        print("chromium is missing: apt-get install chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        office = RunningOffice(Path(folder) / "office", "--no-engine")
        office.start()
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            console = Console(office, browser)
            measure(console, wanted.rounds, wanted.steps)
            console.close()
            browser.close()
        finally:
            office.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
