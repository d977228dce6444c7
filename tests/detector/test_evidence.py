import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.detections import Detections
from detector.evidence import CLOSEUP_SIDE, closeup, write_evidence
from detector.moments import Moment
from detector.scene import Camera
from detector.sources import Frame
from detector.violations import Box, EvidenceFile, ViolationKind

START = datetime(2026, 11, 24, 4, 0, 0, 350_000, tzinfo=UTC)
CASE = UUID("0193aa00-0000-7000-8000-000000000001")
CAMERA = Camera(id="gate-1", name="北门路口")


def moment(second: float = 0, confidence: float = 0.5, note: str = "", encoded: bytes | None = None) -> Moment:
    coarse = np.random.default_rng(int(second)).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    image = np.asarray(cv2.resize(coarse, (320, 240), interpolation=cv2.INTER_CUBIC), np.uint8)
    image.flags.writeable = False
    frame = Frame(image, START + timedelta(seconds=second), second, int(second * 10), encoded)
    return Moment(frame, (100, 80, 160, 200), note, confidence)


def roles(files: tuple[EvidenceFile, ...]) -> list[str]:
    return [f"{file.role}-{Path(file.file).stem[-1]}" for file in files]


def picture(folder: Path, file: EvidenceFile) -> np.ndarray:
    image = cv2.imread(str(folder / file.file))
    assert image is not None
    return image


def test_files_names_and_digests(tmp_path: Path) -> None:
    moments = [moment(0, 0.5, "start"), moment(3, 0.9, "end")]
    files = write_evidence(tmp_path / "new", CASE, ViolationKind.JAYWALKING, moments, CAMERA)
    assert roles(files) == ["context-1", "original-1", "context-2", "original-2", "closeup-1"]
    assert {file.file for file in files} == {path.name for path in (tmp_path / "new").iterdir()}
    for file in files:
        assert file.file.startswith(f"{CASE}-{file.role}-")
        assert file.sha256 == hashlib.sha256((tmp_path / "new" / file.file).read_bytes()).hexdigest()
    assert [file.note for file in files] == ["start", "start", "end", "end", "end"]
    assert files[-1].taken_at == moments[1].frame.time


def test_the_original_without_a_file_is_lossless(tmp_path: Path) -> None:
    only = moment()
    files = write_evidence(tmp_path, CASE, ViolationKind.GARBAGE, [only], CAMERA)
    original = next(file for file in files if file.role == "original")
    assert original.media_type == "image/png"
    assert (picture(tmp_path, original) == only.frame.image).all()


def test_the_original_file_is_kept_byte_for_byte(tmp_path: Path) -> None:
    encoded = b"\xff\xd8\xff the camera's own bytes"
    files = write_evidence(tmp_path, CASE, ViolationKind.GARBAGE, [moment(encoded=encoded)])
    original = next(file for file in files if file.role == "original")
    assert (original.media_type, original.file) == ("image/jpeg", f"{CASE}-original-1.jpg")
    assert (tmp_path / original.file).read_bytes() == encoded


def test_the_context_is_a_captioned_copy(tmp_path: Path) -> None:
    only = moment()
    before = only.frame.image.copy()
    files = write_evidence(tmp_path, CASE, ViolationKind.GARBAGE, [only], CAMERA)
    context = picture(tmp_path, next(file for file in files if file.role == "context"))
    assert context.shape[0] > 240
    assert context.shape[1] == 320
    assert (only.frame.image == before).all()
    assert np.abs(context[20:60, 10:80].astype(int) - before[20:60, 10:80]).mean() < 3
    edge = context[120, 97:104].astype(int)
    assert (edge[:, 2] - edge[:, :2].max(axis=1)).max() > 80  # the red box


@pytest.mark.parametrize(
    ("zone", "place", "camera", "kind"),
    [
        ("Europe/Paris", "", CAMERA, ViolationKind.GARBAGE),
        ("Asia/Shanghai", "", Camera(id="gate-2", name="北门路口"), ViolationKind.GARBAGE),
        ("Asia/Shanghai", "", Camera(id="gate-1", name="南门路口"), ViolationKind.GARBAGE),
        ("Asia/Shanghai", "", CAMERA, ViolationKind.CIGARETTE_BUTT),
        ("Asia/Shanghai", "北门", None, ViolationKind.GARBAGE),
    ],
)
def test_zone_place_camera_and_offence_are_in_the_caption(
    tmp_path: Path, zone: str, place: str, camera: Camera | None, kind: ViolationKind
) -> None:
    usual = write_evidence(tmp_path / "a", CASE, ViolationKind.GARBAGE, [moment()], CAMERA)
    other = write_evidence(tmp_path / "b", CASE, kind, [moment()], camera, timezone=ZoneInfo(zone), place=place)
    bars = [picture(tmp_path / name, files[0])[240:] for name, files in (("a", usual), ("b", other))]
    assert bars[0].shape != bars[1].shape or np.abs(bars[0].astype(int) - bars[1]).max() > 100


def test_tenths_of_seconds_are_in_the_caption(tmp_path: Path) -> None:
    bars = []
    for name, second in (("a", 0.0), ("b", 0.1)):
        shifted = moment()
        frame = Frame(shifted.frame.image, START + timedelta(seconds=second), 0, 0)
        files = write_evidence(tmp_path / name, CASE, ViolationKind.GARBAGE, [Moment(frame, shifted.box)], CAMERA)
        bars.append(picture(tmp_path / name, files[0])[240:].astype(int))
    assert np.abs(bars[0] - bars[1]).max() > 100


def test_at_most_three_moments_the_surest_between(tmp_path: Path) -> None:
    moments = [moment(second, confidence) for second, confidence in enumerate((0.3, 0.4, 0.8, 0.5, 0.2))]
    files = write_evidence(tmp_path, CASE, ViolationKind.JAYWALKING, moments, CAMERA)
    contexts = [file.taken_at for file in files if file.role == "context"]
    assert contexts == [START, START + timedelta(seconds=2), START + timedelta(seconds=4)]
    assert files[-1].taken_at == START + timedelta(seconds=2)


def test_no_moment_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one moment"):
        write_evidence(tmp_path, CASE, ViolationKind.GARBAGE, [])


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    real = os.fsync

    def full(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError(28, "No space left on device")
        real(handle)

    (tmp_path / "other.jpg").write_bytes(b"not ours")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_evidence(tmp_path, CASE, ViolationKind.GARBAGE, [moment(), moment(1)])
    assert [path.name for path in tmp_path.iterdir()] == ["other.jpg"]


@pytest.mark.parametrize(
    ("box", "size"),
    [
        ((100, 100, 700, 500), (600 * 1.8, 400 * 1.8)),  # 40 % around it
        ((600, 400, 610, 408), (256, 256 * 80 / 84)),  # a butt: a small cut, enlarged
        ((500, 300, 560, 420), (256 * 184 / 248, 256 * 248 / 184)),
    ],
)
def test_closeup_sizes(box: Box, size: tuple[float, float]) -> None:
    cut = closeup(np.zeros((1080, 1920, 3), np.uint8), box)
    assert min(cut.shape[:2]) >= CLOSEUP_SIDE
    wide, high = size
    assert cut.shape[1] / cut.shape[0] == pytest.approx(wide / high, rel=0.45)


numbers = st.floats(-100, 1500)


@given(st.integers(1, 1200), st.integers(1, 900), numbers, numbers, st.floats(0, 1500), st.floats(0, 1500))
def test_closeups_of_any_box(width: int, height: int, left: float, top: float, wide: float, high: float) -> None:
    cut = closeup(np.zeros((height, width, 3), np.uint8), (left, top, left + wide, top + high))
    assert min(cut.shape[:2]) >= min(CLOSEUP_SIDE, 16 * min(width, height) - 1)
    assert max(cut.shape[:2]) <= 16 * max(width, height)


def test_the_object_is_in_its_closeup() -> None:
    image = np.zeros((600, 800, 3), np.uint8)
    image[500:560, 700:790] = 255  # near the corner: the cut is moved, not cut off
    cut = closeup(image, (700, 500, 790, 560))
    share = (cut > 128).all(axis=2).mean()
    assert 0.1 < share < 0.5


def test_bystanders_are_unrecognisable_on_all_but_the_original(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    coarse = rng.integers(0, 255, (48, 64, 3), dtype=np.uint8)
    image = np.asarray(cv2.resize(coarse, (320, 240), interpolation=cv2.INTER_CUBIC), np.uint8)
    seen = Detections(np.array([[100, 80, 160, 200], [170, 80, 210, 200]], np.float32), [0, 0], [0.9, 0.4])
    shown = Moment(Frame(image, START, 0, 0), (100, 80, 160, 200), "start", 0.9, seen)
    files = write_evidence(tmp_path, CASE, ViolationKind.JAYWALKING, [shown], CAMERA)
    by_role = {file.role: picture(tmp_path, file) for file in files}
    assert (by_role["original"] == image).all()
    head = by_role["context"][84:106, 174:206].astype(int)
    assert (
        len(np.unique(head.reshape(-1, 3) // 32, axis=0))
        < len(np.unique(image[84:106, 174:206].reshape(-1, 3) // 32, axis=0)) / 2
    )
    assert np.abs(by_role["context"][115:190, 110:150].astype(int) - image[115:190, 110:150]).mean() < 10
    unknown = write_evidence(tmp_path / "b", CASE, ViolationKind.JAYWALKING, [Moment(shown.frame, shown.box)], CAMERA)
    closeups = [by_role["closeup"], picture(tmp_path / "b", unknown[-1])]
    assert np.abs(closeups[0].astype(int) - closeups[1]).max() > 100
