"""The console in Debian's Chromium against a real office, filled through the real API."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from detector.violations import EvidenceFile, Violation, ViolationKind
from tests.end_to_end.conftest import RunningOffice

CONSOLE = Path(__file__).resolve().parents[2] / "service" / "web" / "dist" / "index.html"
CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESK = (1440, 900)
PHONE = (375, 812)
OPERATOR, INSPECTOR = "wang", "li"
PASSWORD = "correct-horse-9"
PATIENCE_MS = 20_000
"""How long a page may take to show what is expected: machines that run tests are busy, and a right page ends it."""

expect.set_options(timeout=PATIENCE_MS)


class Console:
    """An office with people, a camera and cases, and pages of its console."""

    def __init__(self, office: RunningOffice, browser: Browser) -> None:
        self.office = office
        self.admin = office.client()
        self._browser = browser
        self._pages: list[Page] = []
        self.complaints: list[str] = []
        self.add_person(OPERATOR, "王审核", "operator")
        self.add_person(INSPECTOR, "李巡查", "inspector")
        camera = {"id": "gate-1", "name": "北门路口", "source": "push:", "longitude": 117.2, "latitude": 39.13}
        self.admin.post("/cameras", json=camera).raise_for_status()
        key = self.admin.post("/api-keys", json={"name": "engine", "scopes": ["engine"]}).json()["key"]
        headers = {"Authorization": f"Bearer {key}"}
        self.engine = httpx.Client(base_url=self.admin.base_url, headers=headers, timeout=30, trust_env=False)

    def add_person(self, username: str, name: str, role: str, **more: str) -> None:
        """Somebody who may sign in."""
        body = {"username": username, "display_name": name, "role": role, "password": PASSWORD}
        self.admin.post("/users", json=body | more).raise_for_status()
        self.office.accounts[username] = PASSWORD

    def rows(self, **wanted: str | list[str]) -> list[dict[str, Any]]:
        """All cases that pass a filter."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            query: dict[str, str | list[str]] = {**wanted, "limit": "200"}
            if cursor is not None:
                query["cursor"] = cursor
            page = self.admin.get("/cases", params=query).raise_for_status().json()
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def case(self, number: str) -> dict[str, Any]:
        """A case as the service keeps it."""
        (row,) = self.rows(q=number)
        found: dict[str, Any] = self.admin.get(f"/cases/{row['id']}").raise_for_status().json()
        return found

    def deliver(self, count: int) -> list[str]:
        """Deliver violations of the camera, a minute apart; answers the numbers of their cases, oldest first."""
        now = datetime.now(UTC)
        return [self._deliver(now - timedelta(minutes=count - number)) for number in range(count)]

    def _deliver(self, time: datetime) -> str:
        files = {f"{role}.jpg": (role, picture(role, time)) for role in ("context", "closeup", "original")}
        evidence = tuple(
            EvidenceFile(file=name, sha256=hashlib.sha256(jpeg).hexdigest(), role=role, taken_at=time)
            for name, (role, jpeg) in files.items()
        )
        violation = Violation(
            kind=ViolationKind.JAYWALKING, camera="gate-1", started_at=time, ended_at=time + timedelta(seconds=9),
            confidence=0.83, box=(100, 80, 160, 220), width=640, height=360, zone="road", evidence=evidence,
        )  # fmt: skip
        parts = [("files", (name, jpeg, "image/jpeg")) for name, (_, jpeg) in files.items()]
        answer = self.engine.post("/violations", data={"violation": violation.json_line()}, files=parts)
        answer.raise_for_status()
        return str(answer.json()["case_number"])

    def show_camera(self) -> None:
        """Give the camera a picture, as an engine does."""
        headers = {"Content-Type": "image/jpeg"}
        self.engine.put("/cameras/gate-1/snapshot", content=picture("live", datetime.now(UTC)), headers=headers)
        status = {"state": "running", "fps": 12.5, "last_frame_at": datetime.now(UTC).isoformat()}
        self.engine.put("/cameras/gate-1/status", json=status | {"width": 640, "height": 360}).raise_for_status()

    def status(self, number: str) -> str:
        """The state of a case, as the service keeps it."""
        rows = self.admin.get("/cases", params={"q": number}).json()["items"]
        assert len(rows) == 1, json.dumps(rows)
        return str(rows[0]["status"])

    def page(self, size: tuple[int, int] = DESK, locale: str = "zh-CN", **options: object) -> Page:
        """A fresh page, nobody signed in; what the browser complains of is kept."""
        width, height = size
        context = self._browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]  # passed on as given
        context.add_init_script(
            f"localStorage.getItem('streetwarden.locale') ?? localStorage.setItem('streetwarden.locale', '{locale}')"
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: self._complain(page, message.type, message.text))
        page.on("pageerror", lambda error: self._complain(page, "error", str(error)))
        self._pages.append(page)
        return page

    def signed_in(self, path: str, username: str = OPERATOR, **options: object) -> Page:
        """A page at a path, after signing in on the way."""
        page = self.page(**options)  # type: ignore[arg-type]  # passed on as given
        page.goto(self.office.url + path)
        sign_in(page, username, self.office.accounts[username])
        page.wait_for_selector("nav")
        return page

    def _complain(self, page: Page, kind: str, text: str) -> None:
        # Maps are drawn by the processor here, and its WebGL says of each reading back that it waits for it.
        if kind in ("error", "warning") and "GL Driver Message" not in text:
            self.complaints.append(f"{page.url}: {text}")

    def close_pages(self) -> None:
        """Close all pages of a test."""
        for page in self._pages:
            page.context.close()
        self._pages.clear()

    def close(self) -> None:
        """Hang up."""
        self.close_pages()
        self.engine.close()


def picture(text: str, time: datetime) -> bytes:
    """A small street in grey with a text and a time on it, JPEG."""
    image = np.full((360, 640, 3), 96, np.uint8)
    cv2.line(image, (0, 200), (640, 150), (220, 220, 220), 4)
    cv2.rectangle(image, (100, 80), (160, 220), (40, 60, 255), 2)
    cv2.putText(image, f"{text} {time:%H:%M:%S}", (20, 330), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 2)
    done, jpeg = cv2.imencode(".jpg", image)
    assert done
    return jpeg.tobytes()


def sign_in(page: Page, username: str, password: str) -> None:
    """Fill in the sign-in form that is on the page."""
    page.fill("input[autocomplete=username]", username)
    page.fill("input[autocomplete=current-password]", password)
    page.keyboard.press("Enter")


@pytest.fixture(scope="module")
def office_with_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One office for the tests of a file; each test brings its own cases."""
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not there: apt-get install chromium")
    if not CONSOLE.exists():
        pytest.skip("the console is not built: make console")
    office = RunningOffice(tmp_path_factory.mktemp("browser") / "office", "--no-engine")
    office.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            console = Console(office, browser)
            yield console
            console.close()
            browser.close()
    finally:
        office.stop()


@pytest.fixture
def console(office_with_console: Console) -> Iterator[Console]:
    """The console with no page open and an empty queue."""
    office_with_console.complaints.clear()
    yield office_with_console
    office_with_console.close_pages()
    rows = office_with_console.admin.get("/cases", params={"status": "pending", "limit": 200}).json()["items"]
    for row in rows:
        office_with_console.admin.post(f"/cases/{row['id']}/confirm", json={"version": row["version"]})
