"""A real office in a process of its own, on a free port, with a real engine beside it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"
CLIP = SHARED / "video" / "crossroad.avi"
PHOTOS = SHARED / "data" / "street" / "images" / "val"
START_SECONDS = 120


class RunningOffice:
    """``streetwarden serve`` or ``demo`` as a user runs it.

    Args:
        data: its data folder, kept over restarts.
        arguments: more arguments, for example ``--no-engine``.
        logs: folder of the logs; beside the data folder where none is given.
    """

    def __init__(
        self,
        data: Path,
        *arguments: str,
        command: str = "serve",
        cwd: Path | None = None,
        logs: Path | None = None,
    ) -> None:
        self.data = data
        self._logs = logs or data.parent
        self._arguments = [command, "--port", "0", "--data", str(data), *arguments]
        self._cwd = cwd
        self._starts = 0
        self._clients: list[httpx.Client] = []
        self.process: subprocess.Popen[str] | None = None
        self.url = ""
        self.accounts: dict[str, str] = {}

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._starts += 1
        log = self._logs / f"{self.data.name}-{self._starts}.log"
        out = log.with_suffix(".out")
        with log.open("w") as errors, out.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service.cli", *self._arguments],
                stdout=output, stderr=errors, text=True, cwd=self._cwd, start_new_session=True,
            )  # fmt: skip
        self.wait(lambda: "Street Warden is at" in out.read_text() or self.process.poll() is not None, START_SECONDS)
        if self.process.poll() is not None:
            pytest.fail(f"the office ended: {log.read_text()[-3000:]}")
        self.url = out.read_text().split("Street Warden is at ")[1].split()[0]
        self.accounts |= dict(re.findall(r"user (\S+)\s+password (\S+)", log.read_text()))
        self.log = log

    def with_engine(self) -> None:
        """From the next start on, run the engine too."""
        self._arguments.remove("--no-engine")

    def client(self, username: str = "admin") -> httpx.Client:
        """A signed-in person's client; the CSRF token is sent with every request."""
        client = httpx.Client(base_url=f"{self.url}/api/v1", timeout=30, trust_env=False)
        self._clients.append(client)
        answer = client.post("/session", json={"username": username, "password": self.accounts[username]})
        answer.raise_for_status()
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client

    def engine_pid(self) -> int | None:
        """Process number of the engine beside it, if it runs."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def kill(self) -> None:
        """Pull the plug: SIGKILL to office and engine at once."""
        assert self.process is not None
        self._hang_up()
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> float:
        """Ask it to stop; answers how many seconds that took."""
        assert self.process is not None
        self._hang_up()
        started = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=20)
        return time.monotonic() - started

    def _hang_up(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()

    @staticmethod
    def wait(condition: Callable[[], Any], seconds: float, what: str = "") -> Any:  # noqa: ANN401 - whatever it gives
        """Poll until the condition gives something true, and answer that."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            time.sleep(0.2)
        pytest.fail(f"not within {seconds} s: {what or condition}")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Callable[..., RunningOffice]]:
    """Makes offices and kills what is left of them."""
    made: list[RunningOffice] = []

    def make(*arguments: str, command: str = "serve", data: Path | None = None) -> RunningOffice:
        running = RunningOffice(data or tmp_path / "office", *arguments, command=command)
        made.append(running)
        running.start()
        return running

    yield make
    for running in made:
        if running.process is not None and running.process.poll() is None:
            running.kill()
