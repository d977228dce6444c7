"""Sources: files, streams, folders, pushed frames and photos; each yields frames."""

from detector.sources.dozing import Doze
from detector.sources.folder import FolderSource, photo_files
from detector.sources.frame import Frame, Image, Luma
from detector.sources.opening import open_source
from detector.sources.packets import PacketRing
from detector.sources.photos import PHOTO_SUFFIXES, PhotoError, decode_photo, read_photo
from detector.sources.pushed import FrameRefusedError, PushedSource
from detector.sources.reconnecting import Backoff, ReconnectingSource, StateObserver, StreamState
from detector.sources.source import Source, SourceError, mask_credentials
from detector.sources.stream import StreamSource
from detector.sources.video import Pace, VideoSource

__all__ = [
    "PHOTO_SUFFIXES",
    "Backoff",
    "Doze",
    "FolderSource",
    "Frame",
    "FrameRefusedError",
    "Image",
    "Luma",
    "Pace",
    "PacketRing",
    "PhotoError",
    "PushedSource",
    "ReconnectingSource",
    "Source",
    "SourceError",
    "StateObserver",
    "StreamSource",
    "StreamState",
    "VideoSource",
    "decode_photo",
    "mask_credentials",
    "open_source",
    "photo_files",
    "read_photo",
]
