"""The demo's clip: a real road seen by a fixed camera (OpenCV's vtest.avi, Apache-2.0)."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_SHA256 = "45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf"
_IN_PACKAGE = "usr/share/doc/opencv-doc/examples/data/vtest.avi"
_DOWNLOAD_SECONDS = 300


class ClipError(Exception):
    """The clip cannot be had; the text says why and what to do."""


def find_clip(cache: Path) -> Path:
    """Where the clip lies, fetched if need be.

    Looked for in this order: the file that DEMO_VIDEO names; ``../shared/video/crossroad.avi`` beside the project;
    the cache; Debian's package opencv-doc, which is downloaded and unpacked into the cache without being installed.

    Raises:
        ClipError: none of them gave it.
    """
    named = os.environ.get("DEMO_VIDEO")
    if named:
        if not Path(named).is_file():
            raise ClipError(f"DEMO_VIDEO={named}: no such file")
        return Path(named).resolve()
    beside = Path(__file__).resolve().parents[3] / "shared" / "video" / "crossroad.avi"
    cached = cache / "crossroad.avi"
    for path in (beside, cached):
        if path.is_file():
            return path
    _fetch(cached)
    return cached


def _fetch(target: Path) -> None:
    missing = [tool for tool in ("apt-get", "dpkg-deb") if shutil.which(tool) is None]
    if missing:
        raise ClipError(f"no demo clip: {' and '.join(missing)} not found; set DEMO_VIDEO=/path/to/a/video")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        _run(["apt-get", "download", "opencv-doc"], folder)
        packages = list(Path(folder).glob("*.deb"))
        if not packages:
            raise ClipError("no demo clip: apt-get downloaded no package; set DEMO_VIDEO=/path/to/a/video")
        _run(["dpkg-deb", "-x", packages[0].name, "unpacked"], folder)
        clip = Path(folder) / "unpacked" / _IN_PACKAGE
        if not clip.is_file() or hashlib.sha256(clip.read_bytes()).hexdigest() != _SHA256:
            raise ClipError("no demo clip: opencv-doc no longer holds the known vtest.avi; set DEMO_VIDEO=/path")
        clip.replace(target)


def _run(command: list[str], folder: str) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=_DOWNLOAD_SECONDS)
    except subprocess.CalledProcessError as error:
        reason = " ".join(error.stderr.split())[-300:]
        raise ClipError(f"no demo clip: {' '.join(command)}: {reason}; set DEMO_VIDEO=/path/to/a/video") from error
    except subprocess.TimeoutExpired as error:
        raise ClipError(f"no demo clip: {' '.join(command)} took too long; set DEMO_VIDEO=/path/to/a/video") from error
