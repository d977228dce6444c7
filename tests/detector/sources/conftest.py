from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

VideoMaker = Callable[..., Path]


@pytest.fixture
def make_video(tmp_path: Path) -> VideoMaker:
    """Writes a clip whose frame number n is grey n × 8, with the timestamps in milliseconds that are given."""

    def make(
        name: str = "clip.mkv",
        stamps: Sequence[int] = tuple(range(0, 2000, 100)),
        size: tuple[int, int] = (64, 48),
        codec: str = "mpeg4",
        created: str | None = None,
        **options: str,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w", options=options) as container:
            if created is not None:
                container.metadata["creation_time"] = created
            stream = container.add_stream(codec, rate=10)
            assert isinstance(stream, VideoStream)
            stream.width, stream.height = size
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            stream.codec_context.time_base = Fraction(1, 1000)
            stream.codec_context.gop_size = 1
            stream.time_base = Fraction(1, 1000)
            for number, stamp in enumerate(stamps):
                pixels = np.full((size[1], size[0], 3), number * 8 % 256, np.uint8)
                picture = av.VideoFrame.from_ndarray(pixels, format="bgr24")
                picture.pts, picture.time_base = stamp, Fraction(1, 1000)
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        return path

    return make
