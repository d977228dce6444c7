"""The overview: what waits for whom, the map with its list, camera gaps, the printed page and the screen on a wall."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pypdfium2
import pytest
import uuid_utils.compat
from playwright.sync_api import Locator, Page, expect

from detector.violations import EvidenceFile, Violation, ViolationKind
from service.demo.district import district
from tests.browser.conftest import DESK, OPERATOR, PASSWORD, PHONE, Console, picture, sign_in
from tests.browser.test_access import AXE, RUN
from tests.end_to_end.conftest import RunningOffice

pytestmark = pytest.mark.browser

SUPERVISOR, AUDITOR = "zhou", "shen"
FULL_HD, WALL = (1920, 1080), (2560, 1440)
CAMERAS = {
    "market": ("菜市场东门", 117.2035, 39.1345),
    "school": ("实验小学", 117.2120, 39.1290),
    "lake": ("南湖公园", 117.1650, 39.1150),
}
A4 = (595, 842)
WITHOUT_WEBGL = """
const whole = HTMLCanvasElement.prototype.getContext
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return String(kind).startsWith('webgl') ? null : whole.call(this, kind, ...more)
}
"""
COUNT_LOCKS = """
window.locks = 0
const request = WakeLock.prototype.request
WakeLock.prototype.request = function (kind) {
  window.locks += 1
  return request.call(this, kind)
}
"""
CUT_OFF = """
() => [...document.querySelectorAll('main section, main section li')]
  .filter((part) => part.scrollHeight > part.clientHeight + 1 || part.scrollWidth > part.clientWidth + 1)
  .map((part) => part.textContent)
"""


class District:
    """A district of three cameras: a month of cases at the market, one that came back, a camera that is covered."""

    def __init__(self, console: Console) -> None:
        self.console = console
        admin = console.admin
        for username, role in ((SUPERVISOR, "supervisor"), (AUDITOR, "auditor")):
            console.add_person(username, username, role)
        unit = {"code": "clean-1", "name": "环卫一队", "kind": "sanitation", "is_default": True}
        self.unit = admin.post("/units", json=unit).raise_for_status().json()["id"]
        console.add_person("huan", "环卫一队", "unit_handler", unit_id=self.unit)
        areas = district()
        for feature in areas["features"]:  # type: ignore[attr-defined]  # a JSON document
            feature["properties"]["units"] = {}
        headers = {"Content-Type": "application/geo+json"}
        admin.put("/areas/geojson", json=areas, headers=headers).raise_for_status()
        for name, (title, longitude, latitude) in CAMERAS.items():
            place = {"longitude": longitude, "latitude": latitude}
            admin.post("/cameras", json={"id": name, "name": title, "source": "push:"} | place).raise_for_status()
        now = datetime.now(UTC)
        for camera in ("gate-1", "market", "school"):
            self.report(camera, now)
        covered = {
            "id": str(uuid_utils.compat.uuid7()), "kind": "covered", "message": "covered: rules suspended",
            "started_at": (now - timedelta(hours=3)).isoformat(),
        }  # fmt: skip
        self.report("lake", now, covered)
        for day in (20, 17, 12, 9, 6, 3, 1):
            for kind in (ViolationKind.GARBAGE, ViolationKind.ILLEGAL_PARKING):
                self.deliver("market", kind, now - timedelta(days=day, minutes=40))
        for day in (14, 2):
            self.deliver("school", ViolationKind.CIGARETTE_BUTT, now - timedelta(days=day))
        self.settle(self.deliver("school", ViolationKind.GARBAGE, now - timedelta(days=4)))
        self.deliver("school", ViolationKind.GARBAGE, datetime.now(UTC))

    def report(self, camera: str, now: datetime, *gaps: dict[str, str]) -> None:
        """An engine's word on a camera, with a picture."""
        engine = self.console.engine
        status = {"state": "running", "fps": 12.5, "last_frame_at": now.isoformat(), "width": 640, "height": 360}
        engine.put(f"/cameras/{camera}/status", json=status | {"gaps": list(gaps)}).raise_for_status()
        jpeg, headers = picture(camera, now), {"Content-Type": "image/jpeg"}
        engine.put(f"/cameras/{camera}/snapshot", content=jpeg, headers=headers).raise_for_status()

    def deliver(self, camera: str, kind: ViolationKind, time: datetime) -> str:
        """A violation as an engine tells it, filed by the office; answers its number."""
        jpegs = {role: picture(f"{camera} {role}", time) for role in ("context", "closeup", "original")}
        evidence = tuple(
            EvidenceFile(file=f"{role}.jpg", sha256=hashlib.sha256(jpeg).hexdigest(), role=role, taken_at=time)
            for role, jpeg in jpegs.items()
        )
        violation = Violation(
            kind=kind, camera=camera, started_at=time, ended_at=time + timedelta(seconds=9), confidence=0.83,
            box=(100, 80, 160, 220), width=640, height=360, zone="road", evidence=evidence,
        )  # fmt: skip
        parts = [("files", (f"{role}.jpg", jpeg, "image/jpeg")) for role, jpeg in jpegs.items()]
        answer = self.console.engine.post("/violations", data={"violation": violation.json_line()}, files=parts)
        number = str(answer.raise_for_status().json()["case_number"])
        self.step(number, "confirm")
        return number

    def step(self, number: str, action: str, username: str = "admin", **more: str) -> None:
        """One step on a case, by somebody."""
        case = self.console.case(number)
        client = self.console.admin if username == "admin" else self.console.office.client(username)
        client.post(f"/cases/{case['id']}/{action}", json={"version": case["version"]} | more).raise_for_status()

    def settle(self, number: str) -> None:
        """Take a filed case to its end."""
        self.step(number, "dispatch")
        self.step(number, "accept", "huan")
        handler, case = self.console.office.client("huan"), self.console.case(number)
        photo = {"file": ("after.jpg", picture("clean", datetime.now(UTC)), "image/jpeg")}
        handler.post(f"/cases/{case['id']}/after-photos", files=photo).raise_for_status()
        self.step(number, "rectify", "huan", note="已清理")
        self.step(number, "close")


@pytest.fixture(scope="module")
def district_with_cases(office_with_console: Console) -> District:
    """The district, filled once for the file."""
    return District(office_with_console)


@pytest.fixture
def town(district_with_cases: District, console: Console) -> District:
    """The district, with no page open."""
    assert console is district_with_cases.console
    return district_with_cases


def figure(page: Page, name: str) -> Locator:
    """What a large figure says."""
    return page.get_by_role("link", name=name).locator("strong").first


def colours(map_on_page: Locator) -> int:
    """How many pixels of a map are as red as hot spots are, on a light page."""
    image = cv2.imdecode(np.frombuffer(map_on_page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    spot = np.array([0x1F, 0x27, 0xB4])
    return int((np.abs(image.astype(int) - spot).max(axis=2) < 12).sum())


def drawn(page: Page) -> Locator:
    """The map, once it is there with its hot spot."""
    found = page.locator("[data-drawn=true]")
    expect(found).to_be_visible()
    RunningOffice.wait(lambda: colours(found) > 100, 20, "the hot spot on the map")
    return found


def test_it_says_first_what_waits_for_whom(town: District) -> None:
    page = town.console.signed_in("/overview", SUPERVISOR)
    mine = page.get_by_role("region", name="等您处理")
    expect(mine.get_by_role("link")).to_have_text([re.compile(r"\d+待派遣"), "0待核查", "0超时", "0督办"])
    waiting = int(figure(page, "待派遣").inner_text())
    mine.get_by_role("link", name="待派遣").click()
    expect(page.get_by_text(f"共 {waiting} 件")).to_be_visible()

    page = town.console.signed_in("/overview", AUDITOR)
    expect(figure(page, "近 30 天反弹")).to_have_text("1")
    expect(page.get_by_role("region", name="等您处理")).to_have_count(0)


def test_relapses_and_what_cameras_could_not_see(town: District) -> None:
    page = town.console.signed_in("/overview")
    relapses = page.locator("section", has=page.get_by_role("heading", name="近 30 天反弹"))
    expect(relapses).to_contain_text("结案 1 件，反弹 1 次")
    expect(relapses.get_by_role("link")).to_have_count(1)
    cameras = page.locator("section", has=page.get_by_role("heading", name="相机", exact=True))
    expect(cameras).to_contain_text("南湖公园")
    expect(cameras).to_contain_text("现在看不见：")
    expect(page.get_by_role("link", name="看不见的相机")).to_be_visible()


def test_the_map_goes_where_the_list_says(town: District) -> None:
    page = town.console.page(reduced_motion="reduce")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(town.console.office.url + "/overview")
    sign_in(page, OPERATOR, PASSWORD)
    chart = drawn(page)
    before = chart.screenshot()
    spot = page.get_by_role("button", name="在图上看：14 件")
    spot.press("Enter")
    expect(spot).to_have_attribute("aria-pressed", "true")
    RunningOffice.wait(lambda: chart.screenshot() != before and colours(chart) > 100, 20, "the map at the spot")
    page.get_by_role("button", name="全区").click()
    expect(spot).to_have_attribute("aria-pressed", "false")

    outside = [url for url in asked if not url.startswith((town.console.office.url, "blob:", "data:"))]
    assert outside == [], "the map needs nobody outside"
    assert [text for text in town.console.complaints if "ReadPixels" not in text] == []


def test_where_webgl_is_missing_the_plan_stays(town: District) -> None:
    page = town.console.page()
    page.add_init_script(WITHOUT_WEBGL)
    page.goto(town.console.office.url + "/overview")
    sign_in(page, OPERATOR, PASSWORD)
    plan = page.get_by_role("img", name="辖区图", exact=False)
    expect(plan).to_be_visible()
    expect(plan.locator("text", has_text=re.compile("^14$"))).to_be_visible()
    expect(page.get_by_role("button", name="在图上看：14 件")).to_be_visible()
    expect(page.locator("canvas")).to_have_count(0)


def test_two_sheets_of_paper(town: District) -> None:
    page = town.console.signed_in("/overview", SUPERVISOR, color_scheme="dark")
    drawn_dark = page.locator("[data-drawn=true]")
    expect(drawn_dark).to_be_visible()
    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True)) as paper:
        texts = [sheet.get_textpage().get_text_range() for sheet in paper]
        assert {tuple(round(side) for side in sheet.get_size()) for sheet in paper} == {A4}
        first = paper[0].render().to_numpy()
    assert len(texts) == 2
    whole = "".join(texts)
    for wanted in ("街面哨兵", "待派遣", "近 30 天趋势", "近 30 天高发点", "单位周排名", "近 30 天反弹", "最近的案件"):
        assert wanted in whole, wanted
    for unwanted in ("打印", "大屏", "导出排名", "跳到主要内容"):
        assert unwanted not in whole, unwanted
    assert first[:, :, :3].mean() > 225, "paper is light, whatever the screen is"


@pytest.mark.parametrize(("size", "letters"), [(FULL_HD, 60), (WALL, 80)], ids=["full-hd", "1440p"])
def test_a_screen_on_a_wall(town: District, size: tuple[int, int], letters: float) -> None:
    page = town.console.page(size=size)
    page.add_init_script(COUNT_LOCKS)
    page.goto(town.console.office.url + "/wall")
    sign_in(page, OPERATOR, PASSWORD)
    drawn(page)
    expect(page.locator("nav")).to_have_count(0)
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [*size]
    assert page.evaluate(CUT_OFF) == []
    pending = figure(page, "待审核")
    assert float(pending.evaluate("(part) => parseFloat(getComputedStyle(part).fontSize)")) > letters
    assert page.evaluate("window.locks") >= 1, "the screen is kept awake"

    town.console.deliver(1)
    expect(pending).to_have_text("1")

    leave = page.get_by_role("button", name="退出大屏")
    expect(leave).to_have_css("opacity", "0")
    page.mouse.move(400, 400)
    expect(leave).to_have_css("opacity", "1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="总览", exact=True)).to_be_visible()
    assert page.url.endswith("/overview")


@pytest.mark.parametrize("size", [PHONE, DESK, WALL], ids=["phone", "desk", "wall"])
def test_the_wall_of_cameras(town: District, size: tuple[int, int]) -> None:
    page = town.console.signed_in("/cameras", size=size)
    cards = page.locator("main li", has=page.get_by_role("img"))
    expect(cards).to_have_count(4)
    boxes = [card.bounding_box() for card in cards.all()]
    assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= size[0] for box in boxes)
    lake = page.locator("main li", has_text="南湖公园")
    expect(lake).to_contain_text("看不见：")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: make console")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_what_is_full(town: District, scheme: str) -> None:
    page = town.console.signed_in("/overview", "admin", size=FULL_HD, color_scheme=scheme, reduced_motion="reduce")
    for path in ("/overview", "/wall"):
        page.goto(town.console.office.url + path)
        expect(page.locator("[data-drawn=true]")).to_be_visible()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(RUN) == [], path
