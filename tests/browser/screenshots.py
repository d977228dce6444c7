"""``make screenshots``: the demo as a newcomer sees it, in docs/screenshots. Only the public demo clip is shown."""

import sys
import tempfile
from functools import partial
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, DESK, PHONE, sign_in
from tests.end_to_end.conftest import RunningOffice

TARGET = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
HANDLER = "police"
"""The demo's handler of traffic offences."""
DESK_PAGES = {
    "zones": "/cameras/demo-crossroad/zones", "wall": "/wall", "notices": "/notices", "account": "/account",
} | {name: f"/admin/{name}" for name in (
    "users", "units", "areas", "standards", "calendars", "keys", "webhooks", "audit", "retention", "models",
)}  # fmt: skip
"""What people use at a desk only."""
_ENOUGH_CASES = 12
_SETTLE_MS = 1500


def shoot(page: Page, name: str) -> None:
    """Keep what the page shows, once its pictures are there."""
    page.wait_for_timeout(_SETTLE_MS)
    page.screenshot(path=TARGET / f"{name}.png")
    print(TARGET / f"{name}.png")


def settle_some(office: RunningOffice) -> str:
    """Take a few cases on their way, so that lists and histories are not all alike; answers one that was closed."""
    admin, operator = office.client(), office.client("operator")
    handler = office.client(HANDLER)
    cases = operator.get("/cases", params={"order": "oldest", "limit": "6"}).json()["items"]
    for number, case in enumerate(cases):
        if number == 1:
            step(operator, case["id"], "dismiss", reason="authorised", note="道路养护人员")
            continue
        step(operator, case["id"], "confirm")
        if number == 5:
            continue
        step(operator, case["id"], "dispatch", grade="urgent" if number == 2 else "ordinary")
        if number == 4:
            continue
        step(handler, case["id"], "accept")
        if number < 3:
            snapshot = admin.get("/cameras/demo-crossroad/snapshot.jpg").raise_for_status().content
            photo = {"file": ("after.jpg", snapshot, "image/jpeg")}
            handler.post(f"/cases/{case['id']}/after-photos", files=photo).raise_for_status()
            step(handler, case["id"], "rectify", note="已劝离，现场恢复")
        if number == 0:
            step(operator, case["id"], "close", note="核查合格")
    return str(cases[0]["id"])


def step(client: httpx.Client, case: str, action: str, **more: str) -> None:
    """Take one step on a case as it is now."""
    version = client.get(f"/cases/{case}").raise_for_status().json()["version"]
    client.post(f"/cases/{case}/{action}", json={"version": version} | more).raise_for_status()


def shoot_all(context: BrowserContext, office: RunningOffice, case: str, suffix: str, *, desk: bool) -> None:
    """Every page that one kind of screen shows."""
    page = context.new_page()
    page.goto(f"{office.url}/review")
    shoot(page, f"sign-in{suffix}")
    sign_in(page, "admin", office.accounts["admin"])
    page.wait_for_selector("nav")
    pages = {
        "review": "/review", "cases": "/cases", "case": f"/cases/{case}", "overview": "/overview", "upload": "/upload",
        "cameras": "/cameras", "camera": "/cameras/demo-crossroad",
    }  # fmt: skip
    if desk:
        pages |= DESK_PAGES
    for name, path in pages.items():
        page.goto(office.url + path)
        shoot(page, f"{name}{suffix}")
    if desk:
        for name, key in (("boxes", "e"), ("batch", "g")):
            page.goto(f"{office.url}/review")
            page.wait_for_timeout(_SETTLE_MS)
            page.keyboard.press(key)
            shoot(page, f"{name}{suffix}")
    page.close()


def shoot_tasks(context: BrowserContext, office: RunningOffice, suffix: str) -> None:
    """What a unit's handler sees."""
    page = context.new_page()
    page.goto(f"{office.url}/tasks")
    sign_in(page, HANDLER, office.accounts[HANDLER])
    page.wait_for_selector("nav")
    shoot(page, f"tasks{suffix}")
    page.close()


def main() -> int:
    """Start the demo, wait for cases, take the pictures."""
    if CHROMIUM is None:
        print("chromium is missing: apt-get install chromium", file=sys.stderr)
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        office = RunningOffice(Path(folder) / "demo", command="demo")
        office.start()
        try:
            client = office.client("operator")
            office.wait(lambda: len(client.get("/cases").json()["items"]) >= _ENOUGH_CASES, 120, "cases from the clip")
            case = settle_some(office)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for locale, language in (("zh-CN", ""), ("en-US", "-en")):
                for size, device in ((DESK, ""), (PHONE, "-phone")):
                    for shoot_them in (partial(shoot_all, case=case, desk=size == DESK), shoot_tasks):
                        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
                        context.add_init_script(f"localStorage.setItem('streetwarden.locale', '{locale}')")
                        shoot_them(context, office, suffix=f"{device}{language}")
                        context.close()
            browser.close()
        finally:
            office.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
