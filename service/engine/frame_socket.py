"""Takes pushed frames and phases of signals from the office on the same box, over a Unix socket.

``service.cameras.frame_relay`` says how they are written.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingMixIn, UnixStreamServer
from threading import Thread
from typing import cast

import structlog

from detector.lamps import LampState
from detector.signals import Phase
from detector.sources import FrameRefusedError

_log = structlog.get_logger(__name__)
_LINE_LIMIT = 4096
_FRAME_LIMIT = 20 * 1024 * 1024
Push = Callable[[str, bytes, datetime], None]
Tell = Callable[[str, str, Phase], None]


class FrameSocket:
    """Listens from its making to :meth:`close`.

    Args:
        path: where the socket is made; an old one there is removed.
        push: takes (camera, jpeg, capture time); raises KeyError or FrameRefusedError.
        tell: takes (camera, crosswalk, phase of its signal); raises KeyError.
    """

    def __init__(self, path: Path, push: Push, tell: Tell) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._path = path
        self._server = _Server(str(path), _Handler)
        self._server.push, self._server.tell = push, tell
        path.chmod(0o600)
        Thread(target=self._server.serve_forever, name="frame socket", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    push: Push
    tell: Tell


class _Handler(StreamRequestHandler):
    timeout = 5.0

    def handle(self) -> None:
        try:
            answer = self._answer()
        except TimeoutError:
            answer = f"error nothing more came for {self.timeout:.0f} s"
        try:
            self.wfile.write(f"{answer}\n".encode())
        except OSError as error:
            _log.info("a sender left without waiting for the answer", answer=answer, reason=str(error))

    def _answer(self) -> str:
        try:
            header = json.loads(self.rfile.readline(_LINE_LIMIT))
            if "signal" in header:
                return self._told(str(header["camera"]), header["signal"])
            camera, length = str(header["camera"]), int(header["length"])
            captured_at = datetime.fromisoformat(header["captured_at"])
        except (ValueError, KeyError, TypeError) as error:
            return f"error header: {error}"
        if not 0 < length <= _FRAME_LIMIT:
            return f"error length {length} is not between 1 and {_FRAME_LIMIT}"
        jpeg = self.rfile.read(length)
        if len(jpeg) < length:
            return f"error the frame ended after {len(jpeg)} of {length} bytes"
        try:
            cast("_Server", self.server).push(camera, jpeg, captured_at)
        except KeyError:
            return f"error camera {camera} does not run here or its frames are not pushed"
        except FrameRefusedError as error:
            _log.warning("frame refused", camera=camera, reason=str(error))
            return f"error {error}"
        return "ok"

    def _told(self, camera: str, signal: dict[str, str]) -> str:
        since, until = datetime.fromisoformat(signal["since"]), datetime.fromisoformat(signal["until"])
        phase = Phase(LampState(signal["phase"]), since, until)
        try:
            cast("_Server", self.server).tell(camera, signal["crosswalk"], phase)
        except KeyError:
            return f"error camera {camera} does not run here"
        return "ok"
