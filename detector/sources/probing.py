"""Probing: the first picture of a source, or why there is none, before a camera is made of it."""

import time
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from socket import gaierror, getaddrinfo
from typing import Final
from urllib.parse import urlsplit

from detector.sources.frame import Frame
from detector.sources.opening import open_source
from detector.sources.source import SourceError, is_url, mask_credentials
from detector.sources.stream import SCHEMES, StreamSource

_CONNECTING: Final = 8.0
_SILENCE: Final = 6.0


class ProbeFault(StrEnum):
    """Why there is no picture."""

    ADDRESS = "address"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    UNKNOWN_HOST = "unknown_host"
    REFUSED = "refused"
    SILENT = "silent"
    CREDENTIALS = "credentials"
    PATH = "path"
    NO_VIDEO = "no_video"
    OTHER = "other"


_SIGNS: Final = (
    ("401", ProbeFault.CREDENTIALS),
    ("unauthorized", ProbeFault.CREDENTIALS),
    ("403", ProbeFault.CREDENTIALS),
    ("404", ProbeFault.PATH),
    ("not found", ProbeFault.PATH),
    ("refused", ProbeFault.REFUSED),
    ("no answer in time", ProbeFault.SILENT),
    ("silent for", ProbeFault.SILENT),
    ("unreachable", ProbeFault.SILENT),
    ("no route", ProbeFault.SILENT),
    ("no such file", ProbeFault.MISSING),
    ("no video", ProbeFault.NO_VIDEO),
    ("invalid data", ProbeFault.NO_VIDEO),
    ("the stream ended", ProbeFault.NO_VIDEO),
)
"""What FFmpeg and our sources say, and what it means."""


class ProbeError(Exception):
    """There is no picture: what kind of fault it is, and one line without credentials."""

    def __init__(self, fault: ProbeFault, text: str) -> None:
        super().__init__(text)
        self.fault = fault


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """The first picture of a source, and after how many seconds it came."""

    frame: Frame
    seconds: float


def probe(address: str, *, loop: bool = False) -> Probe:
    """Open a source as a camera would be opened, take one picture and close it; a stream gets 14 s at most.

    Web addresses of this machine and of its network link (169.254.0.0/16, fe80::/10: cloud metadata) are not asked:
    what answers there is no camera.

    Args:
        address: a path or a URL.
        loop: as for the camera.

    Raises:
        ProbeError: there is no picture.
    """
    if is_url(address):
        _check(address)
    started = time.monotonic()
    try:
        source = (
            StreamSource(address, connecting=_CONNECTING, silence=_SILENCE)
            if is_url(address)
            else open_source(address, loop=loop)
        )
        with source:
            frame = next(source.frames(), None)
    except SourceError as error:
        raise ProbeError(_fault_of(str(error)), str(error)) from error
    if frame is None:
        raise ProbeError(ProbeFault.NO_VIDEO, f"{mask_credentials(address)}: holds no picture")
    return Probe(frame, time.monotonic() - started)


def _check(address: str) -> None:
    """Refuse what is no camera's address.

    Raises:
        ProbeError: it is not.
    """
    shown = mask_credentials(address)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ProbeError(ProbeFault.ADDRESS, f"{shown}: is no address: {error}") from error
    if parts.scheme.lower() not in SCHEMES:
        raise ProbeError(ProbeFault.ADDRESS, f"{shown}: known are {', '.join(sorted(SCHEMES))}")
    if not host:
        raise ProbeError(ProbeFault.ADDRESS, f"{shown}: names no host")
    try:
        found = {str(entry[4][0]).partition("%")[0] for entry in getaddrinfo(host, port)}
    except (gaierror, UnicodeError) as error:
        raise ProbeError(ProbeFault.UNKNOWN_HOST, f"{shown}: there is no host {host}") from error
    web = parts.scheme.lower() in ("http", "https")
    for name in found:
        ip = ip_address(name)
        if ip.is_link_local or ip.is_unspecified or (web and ip.is_loopback):
            raise ProbeError(ProbeFault.FORBIDDEN, f"{shown}: {name} is no camera's address")


def _fault_of(text: str) -> ProbeFault:
    said = text.lower()
    return next((fault for sign, fault in _SIGNS if sign in said), ProbeFault.OTHER)
