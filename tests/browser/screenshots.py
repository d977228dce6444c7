"""``make screenshots``: the demo as a newcomer sees it, in docs/screenshots. Only the public demo clip is shown."""

import sys
import tempfile
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM, DESK, PHONE, sign_in
from tests.end_to_end.conftest import RunningOffice

TARGET = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
_ENOUGH_CASES = 12
_SETTLE_MS = 1500


def shoot(page: Page, name: str) -> None:
    """Keep what the page shows, once its pictures are there."""
    page.wait_for_timeout(_SETTLE_MS)
    page.screenshot(path=TARGET / f"{name}.png")
    print(TARGET / f"{name}.png")


def settle_some(client: httpx.Client) -> None:
    """Decide a few cases, so that lists and histories are not all alike."""
    for number, case in enumerate(client.get("/cases", params={"order": "oldest", "limit": "4"}).json()["items"]):
        body: dict[str, object] = {"version": case["version"]}
        step = "confirm" if number % 2 == 0 else "dismiss"
        if step == "dismiss":
            body |= {"reason": "authorised", "note": "道路养护人员"}
        decided = client.post(f"/cases/{case['id']}/{step}", json=body).raise_for_status().json()
        if number == 0:
            client.post(f"/cases/{case['id']}/close", json={"version": decided["version"], "note": "已劝导"})


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
            settle_some(client)
            case = client.get("/cases", params={"status": "closed"}).json()["items"][0]["id"]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            for locale, suffix in (("zh-CN", ""), ("en-US", "-en")):
                for size, device in ((DESK, ""), (PHONE, "-phone")):
                    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
                    context.add_init_script(f"localStorage.setItem('streetwarden.locale', '{locale}')")
                    page = context.new_page()
                    page.goto(f"{office.url}/review")
                    shoot(page, f"sign-in{device}{suffix}")
                    sign_in(page, "admin", office.accounts["admin"])
                    page.wait_for_selector("nav")
                    pages = {
                        "review": "/review", "cases": "/cases", "case": f"/cases/{case}", "upload": "/upload",
                        "cameras": "/cameras", "camera": "/cameras/demo-crossroad",
                    }  # fmt: skip
                    for name, path in pages.items():
                        page.goto(office.url + path)
                        shoot(page, f"{name}{device}{suffix}")
                    context.close()
            browser.close()
        finally:
            office.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
