import pytest

from detector.sources import SourceError, open_source
from detector.sources.folder import FolderSource
from detector.sources.reconnecting import ReconnectingSource
from detector.sources.source import mask_credentials
from detector.sources.stream import StreamSource
from detector.sources.video import VideoSource


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("rtsp://10.0.0.8/main", "rtsp://10.0.0.8/main"),
        ("rtsp://admin:secret@10.0.0.8:554/main", "rtsp://***@10.0.0.8:554/main"),
        ("rtsp://admin:se@cr/et@10.0.0.8/main", None),
        (
            "rtsp://[::1]:554/a?user=admin&password=secret&channel=1",
            "rtsp://[::1]:554/a?user=***&password=***&channel=1",
        ),
        ("http://h/live.flv?sign=secret", "http://h/live.flv?sign=***"),
        ("rtsp://admin:secret@[::1/broken", None),
        ("clips/gate@1.mp4", "clips/gate@1.mp4"),
    ],
)
def test_credentials_are_masked(address: str, masked: str | None) -> None:
    shown = mask_credentials(address)
    assert masked is None or shown == masked
    assert "secret" not in shown
    assert "admin" not in shown


def test_open_source_by_address(tmp_path: object, make_video: object) -> None:
    assert isinstance(open_source("rtsp://10.0.0.8/main"), ReconnectingSource)
    assert isinstance(open_source(str(tmp_path)), FolderSource)
    assert isinstance(open_source(str(make_video())), VideoSource)  # type: ignore[operator] # a fixture's function


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("/nowhere/clip.mp4", "no such file, folder or stream address"),
        ("gopher://u:secret@10.0.0.8/", "cannot read gopher://"),
        ("rtsp://u:secret@10.0.0.8/?transport=pigeon", "transport must be tcp or udp"),
    ],
)
def test_bad_addresses_are_refused_without_their_password(address: str, fault: str) -> None:
    with pytest.raises(SourceError, match=fault) as caught:
        open_source(address)
    assert "secret" not in str(caught.value)


def test_transport_is_not_sent_to_the_camera() -> None:
    assert StreamSource("rtsp://10.0.0.8/main?transport=udp").address == "rtsp://10.0.0.8/main?transport=udp"
