"""Takes pushed frames, phases of signals and errands from the office on the same box, over a Unix socket.

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
from service.engine.errands import ErrandError

_log = structlog.get_logger(__name__)
_LINE_LIMIT = 4096
_FRAME_LIMIT = 20 * 1024 * 1024
_REQUEST_LIMIT = 2 * 1024 * 1024
Push = Callable[[str, bytes, datetime], None]
Tell = Callable[[str, str, Phase], None]
Errand = Callable[[str, dict[str, object]], bytes]


class FrameSocket:
    """Listens from its making to :meth:`close`.

    Args:
        path: where the socket is made; an old one there is removed.
        push: takes (camera, jpeg, capture time); raises KeyError or FrameRefusedError.
        tell: takes (camera, crosswalk, phase of its signal); raises KeyError.
        errand: takes (name, request), answers JSON; raises ErrandError.
    """

    def __init__(self, path: Path, push: Push, tell: Tell, errand: Errand) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._path = path
        self._server = _Server(str(path), _Handler)
        self._server.push, self._server.tell, self._server.errand = push, tell, errand
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
    errand: Errand


class _Handler(StreamRequestHandler):
    timeout = 5.0

    def handle(self) -> None:
        try:
            answer = self._answer()
        except TimeoutError:
            answer = f"error nothing more came for {self.timeout:.0f} s"
        try:
            self.wfile.write(answer if isinstance(answer, bytes) else f"{answer}\n".encode())
        except OSError as error:
            _log.info("a sender left without waiting for the answer", answer=answer, reason=str(error))

    def _answer(self) -> str | bytes:
        try:
            header = json.loads(self.rfile.readline(_LINE_LIMIT))
            if "errand" in header:
                return self._errand(str(header["errand"]), int(header["length"]))
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

    def _errand(self, name: str, length: int) -> str | bytes:
        if not 0 < length <= _REQUEST_LIMIT:
            return f"error length {length} is not between 1 and {_REQUEST_LIMIT}"
        request = json.loads(self.rfile.read(length))
        try:
            answer = cast("_Server", self.server).errand(name, request)
        except ErrandError as error:
            _log.warning("errand not done", errand=name, reason=str(error))
            return f"error {error}"
        return f"ok {len(answer)}\n".encode() + answer

    def _told(self, camera: str, signal: dict[str, str]) -> str:
        since, until = datetime.fromisoformat(signal["since"]), datetime.fromisoformat(signal["until"])
        phase = Phase(LampState(signal["phase"]), since, until)
        try:
            cast("_Server", self.server).tell(camera, signal["crosswalk"], phase)
        except KeyError:
            return f"error camera {camera} does not run here"
        return "ok"
