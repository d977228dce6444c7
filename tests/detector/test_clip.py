import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import av
import cv2
import numpy as np
import pytest

from detector.clip import Offence, clip_of
from detector.detections import Detections
from detector.film import Film
from detector.scene import Camera
from detector.sources import Frame
from detector.violations import ViolationKind
from tests.detector.streets import NOON, rows_of

CAMERA = Camera(id="gate-1", name="北门路口")
ZONE = ZoneInfo("Asia/Shanghai")
JAY = Offence(ViolationKind.JAYWALKING, (7,))


def walk(second: float) -> Detections:
    x = 40 + 20 * second
    return rows_of([[x, 60, x + 30, 140], [x + 60, 60, x + 90, 140]], [0, 0], [0.9, 0.8], [7, 8])


def film(seconds: float, width: int = 320, height: int = 240, fps: float = 5.0) -> Film:
    coarse = np.random.default_rng(4).integers(0, 255, (height // 4, width // 4, 3), dtype=np.uint8)
    image = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    made = Film()
    for step in range(round(seconds * fps)):
        second = step / fps
        made.add(Frame(image, NOON + timedelta(seconds=second), second, step), walk(second))
    return made


def decoded(content: bytes) -> list[tuple[float, np.ndarray]]:
    with av.open(io.BytesIO(content)) as container:
        return [(float(f.time or 0.0), f.to_ndarray(format="bgr24")) for f in container.decode(video=0)]


def of(pictures: Film, offence: Offence = JAY) -> bytes:
    return clip_of(pictures.between(NOON, NOON + timedelta(seconds=10)), offence, CAMERA, ZONE)


@pytest.mark.parametrize("size", [(320, 240), (321, 241), (1920, 1080), (64, 48)])
def test_browsers_play_it(size: tuple[int, int]) -> None:
    content = of(film(3, *size))
    assert 0 < content.find(b"moov") < content.find(b"mdat")  # it begins to play before all of it is there
    with av.open(io.BytesIO(content)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert stream.width % 2 == stream.height % 2 == 0


def test_time_passes_as_it_did() -> None:
    times = [time for time, _ in decoded(of(film(6)))]
    assert times == pytest.approx([n / 5 for n in range(30)], abs=0.01)


def test_the_offender_is_marked_and_the_bystander_hidden() -> None:
    kept = []
    for time, image in decoded(of(film(4))):
        x = round(40 + 20 * time)
        assert image[90:110, x - 1 : x + 2, 2].mean() > image[90:110, x - 1 : x + 2, :2].mean() + 60  # the red box
        own, other = image[64:78, x + 5 : x + 25], image[62:76, x + 64 : x + 86]
        steps = [np.abs(np.diff(part.astype(int), axis=1)).max(axis=2) for part in (own, other)]
        kept.append([(part > 40).mean() for part in steps])
    own_detail, other_detail = np.mean(kept, axis=0)
    assert own_detail > 2 * other_detail


def test_a_thing_is_marked_where_it_lies() -> None:
    lying = Offence(ViolationKind.GARBAGE, (), (200 / 320, 150 / 240, 260 / 320, 190 / 240))
    for _, image in decoded(of(film(2), lying)):
        edge = image[160:180, 199:202].astype(int)
        assert edge[..., 2].mean() > edge[..., :2].mean() + 60


def test_the_caption_tells_each_pictures_time() -> None:
    bars = [image[240:].astype(int) for _, image in decoded(of(film(2)))]
    assert all(bar.shape == bars[0].shape for bar in bars)
    assert np.abs(bars[0] - bars[1]).max() > 100


def test_one_picture_is_no_film() -> None:
    with pytest.raises(ValueError, match="two pictures"):
        of(film(0.2))
