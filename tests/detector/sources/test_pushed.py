import io
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from structlog.testing import capture_logs

from detector.sources import FrameRefusedError, PushedSource

START = datetime(2026, 11, 24, 4, tzinfo=UTC)


def jpeg(grey: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (32, 24), grey).save(buffer, "JPEG")
    return buffer.getvalue()


def test_the_newest_frame_wins_and_the_dropped_are_counted() -> None:
    source = PushedSource("push:gate-1")
    for second in range(3):
        source.push(jpeg(second * 50), START + timedelta(seconds=second))
    source.close()
    (frame,) = source.frames()
    assert (frame.number, frame.seconds, frame.time) == (2, 2.0, START + timedelta(seconds=2))
    assert frame.encoded == jpeg(100)
    assert abs(int(frame.image[5, 5, 0]) - 100) < 5


def test_a_reader_waits_for_the_next_frame() -> None:
    source = PushedSource()
    seen: list[int] = []
    reader = threading.Thread(target=lambda: seen.extend(frame.number for frame in source.frames()))
    reader.start()
    for number in range(3):
        source.push(jpeg(9), START + timedelta(seconds=number))
        limit = time.monotonic() + 5
        while len(seen) <= number and time.monotonic() < limit:
            time.sleep(0.005)
    source.close()
    reader.join(timeout=5)
    assert seen == [0, 1, 2]


@pytest.mark.parametrize(
    ("content", "moment", "fault"),
    [
        (jpeg(1), START, "time runs backwards"),
        (jpeg(1), START - timedelta(seconds=1), "time runs backwards"),
        (jpeg(1), datetime(2027, 1, 1), "has no zone"),  # noqa: DTZ001 - that is the fault
        (b"PNG", START + timedelta(seconds=1), "is no JPEG"),
        (b"", START + timedelta(seconds=1), "is no JPEG"),
    ],
)
def test_refusals_say_why(content: bytes, moment: datetime, fault: str) -> None:
    source = PushedSource("push:gate-1")
    source.push(jpeg(0), START)
    with pytest.raises(FrameRefusedError, match=f"push:gate-1: .*{fault}"):
        source.push(content, moment)


def test_one_time_a_day_ahead_does_not_shut_out_the_true_ones() -> None:
    source = PushedSource("push:gate-1")
    with pytest.raises(FrameRefusedError, match=r"push:gate-1: .*lies in the future; set the clock"):
        source.push(jpeg(0), datetime.now(UTC) + timedelta(hours=24))
    source.push(jpeg(1), datetime.now(UTC))
    source.close()
    assert len(list(source.frames())) == 1


def test_a_closed_source_refuses() -> None:
    source = PushedSource()
    source.close()
    with pytest.raises(FrameRefusedError, match="closed"):
        source.push(jpeg(0), START)


def test_a_broken_frame_is_skipped_with_a_log_line() -> None:
    source = PushedSource()
    source.push(b"\xff\xd8\xff rubbish", START)
    frames = source.frames()
    with capture_logs() as logs:
        timer = threading.Timer(0.2, lambda: source.push(jpeg(0), START + timedelta(seconds=1)))
        timer.start()
        assert next(frames).number == 1
    assert [entry["event"] for entry in logs] == ["frame skipped"]
    timer.join()
