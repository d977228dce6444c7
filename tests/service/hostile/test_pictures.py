"""Pictures that are none, run something, or stand for a wall of pixels."""

import io
from hashlib import sha256

import pytest
from PIL import Image

from detector.violations import EvidenceFile
from service.security import Role, Scope
from tests.service.cases.conftest import staff as staff  # noqa: PLC0414 (a fixture)
from tests.service.cases.people import Staff
from tests.service.office import Desk, Parcel, assert_problem, deliver, parcel
from tests.service.test_photos import picture, upload

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def bomb(side: int) -> bytes:
    """A small PNG of as many million pixels."""
    out = io.BytesIO()
    Image.new("1", (side, side)).save(out, "PNG")
    return out.getvalue()


def parcel_with(content: bytes) -> Parcel:
    """A violation whose close-up is something else than it says."""
    sent = parcel(("closeup",))
    entry = EvidenceFile(file="closeup.jpg", sha256=sha256(content).hexdigest(), role="closeup")
    return Parcel(sent.violation.model_copy(update={"evidence": (entry,)}), {"closeup.jpg": content})


@pytest.mark.parametrize("side", [10_001, 14_000, 20_000])
async def test_a_decompression_bomb_is_no_photo(desk: Desk, side: int) -> None:
    program = await desk.program(Scope.PHOTOS_WRITE)
    assert_problem(await upload(program, bomb(side)), 413, "100 million pixels")
    assert not list(desk.settings.incoming.iterdir())


async def test_a_decompression_bomb_is_no_photo_taken_afterwards(staff: Staff) -> None:
    case = await staff.at("in_progress")
    answer = await staff.handler.post(f"/cases/{case['id']}/after-photos", files={"file": ("a.png", bomb(14_000))})
    assert_problem(answer, 413, "100 million pixels")


@pytest.mark.parametrize("side", [14_000, 20_000])
async def test_evidence_that_is_a_decompression_bomb_is_kept_and_never_decoded(desk: Desk, side: int) -> None:
    await desk.camera()
    engine, operator = await desk.engine(), await desk.person(Role.OPERATOR)
    cases = [(await deliver(engine, parcel_with(bomb(side)))).json()["case_id"] for _ in range(2)]
    suggested = await operator.get(f"/cases/{cases[0]}/suggestions")
    assert [item["alike"] for item in suggested.json()["items"]] == [None]
    assert (await operator.get(f"/cases/{cases[0]}/package")).status_code == 200


async def test_svg_with_script_is_neither_photo_nor_area_file(desk: Desk) -> None:
    admin = await desk.administrator()
    assert_problem(await upload(admin, SVG), 415, "not a JPEG")
    for media_type, status in (("image/svg+xml", 415), ("application/geo+json", 422)):
        answer = await admin.put("/areas/geojson", content=SVG, headers={"Content-Type": media_type})
        assert_problem(answer, status)
    await desk.camera()
    frame = await admin.post("/cameras/gate-1/frames", content=SVG, headers={"Content-Type": "image/jpeg"})
    assert_problem(frame, 422, "not a JPEG")


async def test_evidence_that_is_svg_with_script_runs_nothing(desk: Desk) -> None:
    await desk.camera()
    case = (await deliver(await desk.engine(), parcel_with(SVG))).json()
    admin = await desk.administrator()
    (evidence,) = (await admin.get(f"/cases/{case['case_id']}")).json()["evidence"]
    answer = await admin.get(evidence["url"].removeprefix("/api/v1"))
    assert answer.content == SVG
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox;")
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("original", [True, False])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_photos_are_served_as_what_they_are_in_a_sandbox(desk: Desk, kind: str, original: bool) -> None:
    admin = await desk.administrator()
    content = picture(kind) + b"<script>alert(1)</script>"
    photo = (await upload(admin, content)).json()
    answer = await admin.get(f"/photos/{photo['id']}/image", params={"original": original})
    heic = "image/heic" if original else "image/jpeg"
    assert answer.headers["content-type"] == {"HEIF": heic}.get(kind, f"image/{kind.lower()}")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox;")
