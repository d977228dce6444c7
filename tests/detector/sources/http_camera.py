"""Cameras that speak HTTP, good and bad, in a process of their own: live FLV, multipart JPEG, and rubbish.

A path says which camera answers, see :data:`CAMERAS`. ``/count/PATH`` tells how often a path was opened. Prints the
port when it listens. Arguments: optionally a video file, which the cameras of FLV then show.
"""

import io
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import numpy as np

CLIP = Path(sys.argv[1]) if len(sys.argv) > 1 else None
SECONDS, FPS = 4, 10
FLV_HEADER = 13
TAG_HEADER = 11


@dataclass(frozen=True)
class Tag:
    """An FLV tag without its time."""

    kind: int
    body: bytes

    def at(self, milliseconds: int) -> bytes:
        time24, more = milliseconds & 0xFFFFFF, milliseconds >> 24 & 0xFF
        head = bytes([self.kind]) + len(self.body).to_bytes(3) + time24.to_bytes(3) + bytes([more, 0, 0, 0])
        return head + self.body + (TAG_HEADER + len(self.body)).to_bytes(4)


@cache
def film(codec: str, size: tuple[int, int]) -> tuple[bytes, list[Tag], list[Tag]]:
    """What an FLV stream begins with, the tags that come once, and those of the pictures."""
    content = io.BytesIO()
    with av.open(content, "w", format="flv") as container:
        stream = container.add_stream(codec, rate=FPS, options={"preset": "ultrafast", "tune": "zerolatency"})
        stream.width, stream.height, stream.pix_fmt, stream.codec_context.gop_size = *size, "yuv420p", FPS
        for picture in pictures(size):
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    content.seek(FLV_HEADER)
    tags = []
    while len(head := content.read(TAG_HEADER)) == TAG_HEADER:
        tags.append(Tag(head[0], content.read(int.from_bytes(head[1:4]))))
        content.read(4)
    # A tag of video is a header where its packet type is 0 (AVC) or the low half of its first byte (enhanced FLV).
    once = [tag for tag in tags if tag.kind != 9 or (tag.body[0] & 0x8F == 0x80 or tag.body[:2] == b"\x17\x00")]
    ends = [tag for tag in tags if tag.body[:2] in (b"\x17\x02", b"\x27\x02") or tag.body[0] & 0x8F == 0x82]
    return content.getvalue()[:FLV_HEADER], once, [tag for tag in tags if tag not in once and tag not in ends]


def pictures(size: tuple[int, int]) -> Iterator[av.VideoFrame]:
    if CLIP is not None:
        with av.open(str(CLIP)) as container:
            for picture in itertools.islice(container.decode(video=0), SECONDS * FPS):
                yield picture.reformat(*size)
        return
    for number in range(SECONDS * FPS):
        pixels = np.full((size[1], size[0], 3), 90, np.uint8)
        pixels[:, number * size[0] // (SECONDS * FPS) :] = 200
        yield av.VideoFrame.from_ndarray(pixels, format="bgr24")


def flv(
    stamp: Callable[[int], int] | None = None, *, fps: float = FPS, codec: str = "libx264", most: int | None = None
) -> Iterator[bytes]:
    """A live stream; ``stamp`` says which time in milliseconds a picture claims."""
    begin, once, shown = film(codec, (320, 240))
    yield begin + b"".join(tag.at(0) for tag in once)
    started = time.monotonic()
    for number in itertools.islice(itertools.count(), most):
        time.sleep(max(0.0, started + number / fps - time.monotonic()))
        yield shown[number % len(shown)].at(stamp(number) if stamp else round(number * 1000 / fps))


def jpegs(size: tuple[int, int]) -> Iterator[bytes]:
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt, encoder.framerate = *size, "yuvj444p", FPS
    while True:
        picture = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), 99, np.uint8), format="bgr24")
        for packet in encoder.encode(picture.reformat(format="yuvj444p")):
            yield (
                b"--cut\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % packet.size
                + bytes(packet)
                + b"\r\n"
            )
        time.sleep(1 / FPS)


def garbage() -> Iterator[bytes]:
    while True:
        yield os.urandom(65_536)


def spoiled() -> Iterator[bytes]:
    """Begins well and turns into rubbish."""
    yield from flv(most=3 * FPS)
    yield from garbage()


def jumps(number: int) -> int:
    """Hours forwards and back again, every second."""
    return (number // FPS % 2) * 40_000_000 + number * 100


CAMERAS: dict[str, tuple[str, Callable[[], Iterator[bytes]]]] = {
    "good.flv": ("video/x-flv", flv),
    "h265.flv": ("video/x-flv", lambda: flv(codec="libx265")),
    "fast.flv": ("video/x-flv", lambda: flv(fps=200)),
    "zero.flv": ("video/x-flv", lambda: flv(lambda _: 0)),
    "backwards.flv": ("video/x-flv", lambda: flv(lambda number: max(0, 2_000_000 - 100 * number))),
    "jumps.flv": ("video/x-flv", lambda: flv(jumps)),
    "flapping.flv": ("video/x-flv", lambda: flv(fps=50, most=2 * FPS * SECONDS)),
    "spoiled.flv": ("video/x-flv", spoiled),
    "garbage.flv": ("video/x-flv", garbage),
    "tiny.mjpeg": ("multipart/x-mixed-replace;boundary=cut", lambda: jpegs((1, 1))),
}
opened: Counter[str] = Counter()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        opened[name] += 1
        try:
            if name == "headers":
                self._endless_headers()
            elif name.startswith("count/"):
                self._answer("application/json", [json.dumps(opened[name.removeprefix("count/")]).encode()])
            elif name in CAMERAS:
                kind, content = CAMERAS[name]
                self._answer(kind, content())
            else:
                self.send_error(404)
        except (BrokenPipeError, ConnectionResetError):
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""

    def _answer(self, kind: str, content: Iterator[bytes] | list[bytes]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        for part in content:
            self.wfile.write(part)

    def _endless_headers(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"".join(b"X-Header-%d: %s\r\n" % (n, b"x" * 200) for n in range(200)))


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()
