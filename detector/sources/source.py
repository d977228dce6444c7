"""Source: where frames come from, and how it says that it cannot give any."""

import re
from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from detector.sources.dozing import Doze
from detector.sources.frame import Frame

_URL = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_SECRET = re.compile(r"pass|pwd|token|secret|auth|key|sign|user", re.IGNORECASE)


class SourceError(Exception):
    """A source that cannot be opened or read: one line that says what, where and what to do."""


class Source(Protocol):
    """Frames in the order of their time.

    Attributes:
        address: where the frames come from, with credentials masked: safe to log and to show.
        live: true where frames cannot wait (a stream, pushed frames, a file at real pace): the newest one
            wins and older ones are dropped. False where every frame is given.
    """

    @property
    def address(self) -> str:
        """Where the frames come from, with credentials masked."""

    @property
    def live(self) -> bool:
        """Whether frames are dropped when the reader is slower than the source."""

    def frames(self) -> Iterator[Frame]:
        """The frames, from the beginning; ends with the source or soon after :meth:`close`.

        Raises:
            SourceError: where the source cannot be opened or stops to answer.
        """

    def spare(self, doze: Doze) -> None:
        """Give only key frames while ``doze`` lets it; called before :meth:`frames`.

        What holds no packets of a video, such as a folder of pictures, gives all that it has.
        """
        del doze

    @property
    def cpu_seconds(self) -> float:
        """Processor time of a thread of its own that decodes; without one, whoever takes the frames pays."""
        return 0.0

    def close(self) -> None:
        """Give up the source; may be called from another thread and more than once."""

    def __enter__(self) -> Self:
        """The source itself; it is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the source."""
        self.close()


def is_url(address: str) -> bool:
    """Whether an address is a URL, not a path.

    Examples:
        >>> is_url("rtsp://10.0.0.8/main"), is_url("clips/gate.mp4")
        (True, False)
    """
    return bool(_URL.match(address))


def mask_credentials(address: str) -> str:
    """The address without user, password and secret query values; a path comes back as it is.

    Examples:
        >>> mask_credentials("rtsp://admin:pa%40ss@10.0.0.8:554/main?token=abc&channel=1")
        'rtsp://***@10.0.0.8:554/main?token=***&channel=1'
    """
    if not is_url(address):
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return re.sub(r"//.*@", "//***@", address.partition("?")[0])
    host = parts.netloc.rpartition("@")[2]
    if host != parts.netloc:
        host = f"***@{host}"
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(k, "***" if _SECRET.search(k) else v) for k, v in pairs], safe="*/:")
    return urlunsplit((parts.scheme, host, parts.path, query, ""))
