"""A real HTTP server on a free port that takes webhooks' messages."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


@dataclass
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Receiver:
    """What the server got, and how it answers: with the next of ``answers``, else with 204."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    hold: threading.Event | None = None
    body: bytes = b""

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.got]


class _Handler(BaseHTTPRequestHandler):
    receiver: ClassVar[Receiver]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.receiver.got.append(Got(self.path, headers, body))
        if self.receiver.hold is not None:
            self.receiver.hold.wait(10)
        status, extra = self.receiver.answers.pop(0) if self.receiver.answers else (200, {})
        with contextlib.suppress(OSError):  # who asked may have gone
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(self.receiver.body)))
            self.end_headers()
            self.wfile.write(self.receiver.body)

    do_GET = do_POST  # noqa: N815 (the base class's name)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextlib.contextmanager
def open_receiver() -> Iterator[Receiver]:
    """The server, in a thread of its own."""
    receiver = Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.hold is not None:
            receiver.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
