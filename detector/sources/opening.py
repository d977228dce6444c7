"""Opening a source by its address."""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from detector.sources.clock import StreamClock
from detector.sources.folder import FolderSource
from detector.sources.reconnecting import ReconnectingSource, StateObserver
from detector.sources.source import Source, SourceError, is_url, mask_credentials
from detector.sources.stream import SCHEMES, StreamSource
from detector.sources.substream import SubstreamSource
from detector.sources.video import Pace, VideoSource


def open_source(
    address: str,
    *,
    pace: Pace = "max",
    start: datetime | None = None,
    loop: bool = False,
    on_state: StateObserver | None = None,
    substream: str | None = None,
) -> Source:
    """A source by its address: a video file, a folder of pictures, or the URL of a stream.

    A file or a folder is only looked at here and opened by ``frames()``; a stream is connected there, and
    again whenever it fails.

    Args:
        address: a path or a URL.
        pace: whether a file's frames come as fast as they are taken or at the pace of their times.
        start: when the first frame of a file was captured; where None, what the file says.
        loop: whether a video file begins again at its end.
        on_state: told how a stream is: connecting, playing, reconnecting, closed; of two streams the substream.
        substream: address of a small stream of the same camera; its frames are given, with key frames of the other.

    Raises:
        SourceError: where there is no such file or the URL's kind is not known.
    """
    if substream:
        small = open_source(substream, pace=pace, start=start, loop=loop, on_state=on_state)
        return SubstreamSource(small, open_source(address, pace=pace, start=start, loop=loop))
    if is_url(address):
        scheme = urlsplit(address.partition("?")[0]).scheme.lower()
        if scheme not in SCHEMES:
            known = ", ".join(sorted(SCHEMES))
            raise SourceError(f"{mask_credentials(address)}: cannot read {scheme}://, known are {known}")
        clock = StreamClock(mask_credentials(address))
        return ReconnectingSource(lambda: StreamSource(address, clock=clock), on_state=on_state)
    path = Path(address).expanduser()
    if path.is_dir():
        return FolderSource(path, pace=pace, start=start)
    if path.is_file():
        return VideoSource(path, pace=pace, start=start, loop=loop)
    raise SourceError(f"{address}: no such file, folder or stream address")
