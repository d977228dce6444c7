"""Starts the cameras that tests of live streams use, each in a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import pytest

PYTHON = "/usr/bin/python3"
SOURCES = Path(__file__).with_name("sources")
NEEDED = (
    "gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base gstreamer1.0-plugins-good "
    "gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav"
)


@cache
def has_gstreamer() -> bool:
    check = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; "
    elements = ("x264enc", "x265enc", "avdec_mpeg4", "netsim")
    check += f"Gst.init(None); raise SystemExit(not all(map(Gst.ElementFactory.find, {elements})))"
    try:
        return subprocess.run([PYTHON, "-c", check], capture_output=True, timeout=60, check=False).returncode == 0
    except FileNotFoundError:
        return False


@contextmanager
def rtsp_server(*arguments: str, skew: str = "") -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """An RTSP server that plays at ``/main``, see sources/rtsp_server.py; skips the test where there is none.

    Args:
        arguments: the server's.
        skew: how far its clock is off, as `faketime` takes it.
    """
    if not has_gstreamer():
        pytest.skip(f"needs an RTSP server: apt-get install {NEEDED}")
    before = ["env", "FAKETIME_DONT_FAKE_MONOTONIC=1", "faketime", "-f", skew] if skew else []
    with started([*before, PYTHON, str(SOURCES / "rtsp_server.py"), *arguments]) as (port, server):
        yield port, server


@contextmanager
def http_cameras(*arguments: str) -> Iterator[str]:
    """Cameras that speak HTTP, see sources/http_camera.py; gives the address that their paths follow."""
    with started([sys.executable, str(SOURCES / "http_camera.py"), *arguments]) as (port, _):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def started(command: list[str]) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert line, f"{command} did not start"
        yield int(line), server
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)  # faketime starts a process of its own
        server.communicate()
