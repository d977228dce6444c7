"""Frames handed over on one box, through a real socket."""

import json
import socket
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from detector.lamps import LampState
from detector.signals import Phase
from detector.sources import FrameRefusedError
from service.engine.errands import ErrandError
from service.engine.frame_socket import FrameSocket

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
JPEG = b"\xff\xd8\xff picture"


class Engine:
    """Takes the frames of one camera."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes, datetime]] = []
        self.told: list[tuple[str, str, Phase]] = []

    def tell(self, camera: str, crosswalk: str, phase: Phase) -> None:
        if camera != "gate-1":
            raise KeyError(camera)
        self.told.append((camera, crosswalk, phase))

    def errand(self, name: str, request: dict[str, object]) -> bytes:
        if name != "probe":
            raise ErrandError(f"there is no errand {name}")
        return json.dumps(request | {"done": name}).encode()

    def push(self, camera: str, jpeg: bytes, captured_at: datetime) -> None:
        if camera != "gate-1":
            raise KeyError(camera)
        if not jpeg.startswith(b"\xff\xd8"):
            raise FrameRefusedError("push:gate-1: the frame is no JPEG file")
        self.taken.append((camera, jpeg, captured_at))


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def path(tmp_path: Path, engine: Engine) -> Iterator[Path]:
    (tmp_path / "frames.sock").write_text("left behind by an engine that was killed")
    listener = FrameSocket(tmp_path / "frames.sock", engine.push, engine.tell, engine.errand)
    yield tmp_path / "frames.sock"
    listener.close()
    assert not (tmp_path / "frames.sock").exists()


def ask(path: Path, content: bytes) -> str:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(10)
        line.connect(str(path))
        line.sendall(content)
        line.shutdown(socket.SHUT_WR)
        return line.makefile().read().strip()


def frame(camera: str = "gate-1", body: bytes = JPEG, length: int | None = None, when: str | None = None) -> bytes:
    length = len(body) if length is None else length
    header = {"camera": camera, "length": length, "captured_at": when or NOON.isoformat()}
    return json.dumps(header).encode() + b"\n" + body


def test_a_frame_arrives_whole(path: Path, engine: Engine) -> None:
    assert ask(path, frame()) == "ok"
    assert engine.taken == [("gate-1", JPEG, NOON)]


def signal(camera: str = "gate-1", **fields: str) -> bytes:
    told = {"crosswalk": "zebra", "phase": "red", "since": NOON.isoformat(), "until": NOON.isoformat()} | fields
    return json.dumps({"camera": camera, "signal": told}).encode() + b"\n"


def test_a_phase_arrives(path: Path, engine: Engine) -> None:
    assert ask(path, signal()) == "ok"
    assert engine.told == [("gate-1", "zebra", Phase(LampState.RED, NOON, NOON))]


def test_only_its_owner_may_write_to_it(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "error header"),
        (b"[1]\n", "error header"),
        (b"{\n", "error header"),
        (b'{"camera": "gate-1"}\n', "error header"),
        (frame(when="yesterday"), "error header"),
        (frame(length=0), "error length 0"),
        (frame(length=-1), "error length -1"),
        (frame(length=10**9), "error length 1000000000"),
        (frame(length=500), f"error the frame ended after {len(JPEG)} of 500 bytes"),
        (frame(camera="gate-9"), "error camera gate-9 does not run here"),
        (signal(camera="gate-9"), "error camera gate-9 does not run here"),
        (signal(phase="pink"), "error header"),
        (signal(since="now"), "error header"),
        (b'{"camera": "gate-1", "signal": 3}\n', "error header"),
        (frame(body=b"GIF89a"), "error push:gate-1: the frame is no JPEG file"),
    ],
)
def test_what_cannot_be_taken_gets_a_reason(path: Path, engine: Engine, content: bytes, said: str) -> None:
    assert ask(path, content).startswith(said)
    assert engine.taken == []
    assert ask(path, frame()) == "ok"


def test_a_sender_that_leaves_harms_nobody(path: Path, engine: Engine) -> None:
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        line.sendall(frame()[:20])
    assert ask(path, frame()) == "ok"
    assert len(engine.taken) == 1


def test_an_errand_is_answered_with_its_length(path: Path) -> None:
    body = b'{"source": "a.mp4"}'
    answer = b'{"source": "a.mp4", "done": "probe"}'
    head = json.dumps({"errand": "probe", "length": len(body)}).encode() + b"\n"
    assert ask(path, head + body) == f"ok {len(answer)}\n{answer.decode()}"
    unknown = json.dumps({"errand": "format", "length": 2}).encode() + b"\n{}"
    assert ask(path, unknown) == "error there is no errand format"
    assert ask(path, b'{"errand": "probe", "length": 99999999}\n').startswith("error length")
