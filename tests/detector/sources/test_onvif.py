"""ONVIF against a virtual camera in a process of its own: SOAP over HTTP, digests, discovery on the loopback."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from socket import create_server

import pytest
from typer.testing import CliRunner

from detector.cli import app
from detector.sources.onvif_device import Credentials, OnvifError, Profile, choose

pytest.importorskip("onvif", reason="needs the extra onvif")
pytest.importorskip("ipycam", reason="needs a virtual ONVIF camera: pip install ipycam")

from detector.sources.discovery import DiscoveryError, _answers, search
from detector.sources.onvif import ask

SERVER = Path(__file__).with_name("onvif_device.py")
ADMIN = {"username": "admin", "password": "s3cret"}
KNOWN = Credentials("admin", "s3cret")
RECORDER = [
    {"token": "one_sub", "source": "one", "codec": "H264", "width": 704, "height": 576},
    {"token": "one_main", "source": "one", "codec": "H264", "width": 2560, "height": 1440},
    {"token": "one_third", "source": "one", "codec": "JPEG", "width": 352, "height": 288},
    # H.265 cannot be named by the first media service: such a stream is listed without its encoder.
    {"token": "two_main", "source": "two", "codec": "", "width": 3840, "height": 2160},
    {"token": "two_sub", "source": "two", "codec": "H264", "width": 640, "height": 360},
    {"token": "three", "source": "three", "codec": "H264", "width": 1920, "height": 1080},
]

Device = Callable[..., str]


@pytest.fixture(scope="module")
def device() -> Iterator[Device]:
    """Starts a device and gives its host and port; it runs until the last test."""
    with ExitStack() as stack:

        def start(*before: str, **told: object) -> str:
            command = [*before, sys.executable, str(SERVER), json.dumps(told)]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
            )
            stack.callback(process.communicate)
            stack.callback(os.killpg, process.pid, signal.SIGKILL)  # faketime starts a process of its own
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, "the ONVIF device did not start"
            return f"127.0.0.1:{int(line)}"

        yield start


@pytest.fixture(scope="module")
def camera(device: Device) -> str:
    return device(**ADMIN, rtsp_port=8554, discovery=True, name="North%20gate")


@pytest.fixture(scope="module")
def recorder(device: Device) -> str:
    return device(**ADMIN, rtsp_port=554, profiles=RECORDER)


def asked(address: str, credentials: Credentials | None = KNOWN) -> list[tuple[str, str | None]]:
    """Addresses of main and sub stream of each channel."""
    told = asyncio.run(ask(address, credentials))
    return [(channel.main.address, channel.sub.address if channel.sub else None) for channel in told.channels]


def test_a_camera_names_its_streams(camera: str) -> None:
    told = asyncio.run(ask(camera, KNOWN))
    (channel,) = told.channels
    assert (told.manufacturer, told.model, told.serial) == ("PythonCam", "VirtualCam-1", "PY-000001")
    assert channel.main.address == "rtsp://127.0.0.1:8554/video_main"
    assert channel.main.profile == Profile("Profile_Main", "VS_1", 1920, 1080, 30, "h264")
    assert channel.sub is not None
    assert channel.sub.address == "rtsp://127.0.0.1:8554/video_sub"
    assert (channel.sub.profile.width, channel.sub.profile.height) == (640, 360)


def test_a_recorder_has_a_channel_for_each_view(recorder: str) -> None:
    start = "rtsp://127.0.0.1:554"
    assert asked(recorder) == [
        (f"{start}/one_main", f"{start}/one_sub"),
        (f"{start}/two_main", f"{start}/two_sub"),
        (f"{start}/three", None),
    ]


@pytest.mark.parametrize(
    ("credentials", "says"),
    [
        (Credentials("admin", "wrong"), "user name or password refused"),
        (Credentials("nobody", "s3cret"), "user name or password refused"),
        (None, "asks for a user name and a password; give --user"),
    ],
)
def test_wrong_credentials_are_one_clear_line(camera: str, credentials: Credentials | None, says: str) -> None:
    with pytest.raises(OnvifError, match=says) as caught:
        asked(camera, credentials)
    line = str(caught.value)
    assert line.startswith(f"{camera}: ")
    assert "\n" not in line
    assert "wrong" not in line


def test_a_camera_that_asks_nobody(device: Device) -> None:
    assert len(asked(device(), None)) == 1


@pytest.mark.skipif(shutil.which("faketime") is None, reason="needs a clock to set: apt-get install faketime")
@pytest.mark.parametrize("skew", ["-24 hours", "+24 hours"])
def test_a_camera_whose_clock_is_a_day_off(device: Device, skew: str) -> None:
    """It refuses digests that are more than five minutes old or early by its own clock."""
    assert len(asked(device("faketime", "-f", skew, **ADMIN))) == 1


def test_what_does_not_answer() -> None:
    with create_server(("127.0.0.1", 0)) as closed:
        free = closed.getsockname()[1]
    with pytest.raises(OnvifError, match=rf"^127.0.0.1:{free}: cannot be reached"):
        asked(f"127.0.0.1:{free}")
    for address in ("ftp://10.0.0.8", "http://", "10.0.0.8:port", "http://admin:s3cret@10.0.0.8"):
        with pytest.raises(OnvifError) as caught:
            asked(address)
        assert "s3cret" not in str(caught.value)


def test_devices_answer_on_their_network(camera: str) -> None:
    found = [answer for answer in search(["127.0.0.1"], 1.0) if camera in answer.address]
    assert [(answer.address, answer.name) for answer in found] == [
        (f"http://{camera}/onvif/device_service", "North gate")
    ]


def test_a_network_that_cannot_be_asked() -> None:
    with pytest.raises(DiscoveryError, match=r"192\.0\.2\.77: .*name the devices with --device"):
        search(["192.0.2.77"], 0.5)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 2000,
        b"<e/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"<a><RelatesTo>urn:uuid:another</RelatesTo><ProbeMatch><XAddrs>http://10.0.0.8/</XAddrs></ProbeMatch></a>",
        b"<a><RelatesTo>mine</RelatesTo><ProbeMatch><XAddrs>http://[ http://a:b/ file:///etc</XAddrs></ProbeMatch></a>",
        b"<a><RelatesTo>mine</RelatesTo><ProbeMatch/></a>",
    ],
)
def test_answers_that_are_none(content: bytes) -> None:
    assert list(_answers(content, "mine", "10.0.0.8")) == []


def test_the_command_lists_streams_and_devices(recorder: str, device: Device) -> None:
    wrong = device(username="admin", password="other")
    run = partial(CliRunner().invoke, app, env={"STREETWARDEN_CAMERA_PASSWORD": "s3cret"})
    lines = run(["discover", "--device", recorder, "--user", "admin"])
    assert lines.exit_code == 0
    start = f"{recorder}  PythonCam VirtualCam-1  channel"
    assert lines.stdout.splitlines()[:3] == [
        f"{start} 1 main  2560×1440 25/s h264  rtsp://127.0.0.1:554/one_main",
        f"{start} 1 sub  704×576 25/s h264  rtsp://127.0.0.1:554/one_sub",
        f"{start} 2 main  size not told  rtsp://127.0.0.1:554/two_main",
    ]
    mixed = run(["discover", "--device", wrong, "--device", recorder, "--user", "admin", "--json"])
    assert mixed.exit_code == 1
    assert f"discover: {wrong}: user name or password refused" in mixed.stderr
    (document,) = map(json.loads, mixed.stdout.splitlines())
    assert document["channels"][1]["sub"] == {
        "address": "rtsp://127.0.0.1:554/two_sub", "profile": "two_sub",
        "width": 640, "height": 360, "fps": 25, "codec": "h264",
    }  # fmt: skip
    assert "s3cret" not in mixed.output


@pytest.mark.parametrize(
    ("sizes", "chosen"),
    [
        ([(1920, 1080), (1920, 1080)], (0, None)),  # twice the same is no smaller one
        ([(352, 288), (704, 576), (1920, 1080)], (2, 1)),
        ([(1920, 1080), (1280, 720), (640, 360)], (0, 2)),
        ([(1920, 1080), (352, 288), (320, 180)], (0, 1)),
        ([None, (1920, 1080), (640, 360)], (0, 2)),
        ([(1920, 1080), None], (0, 1)),
        ([None, None], (0, 1)),
        ([None], (0, None)),
    ],
)
def test_which_streams_are_chosen(sizes: list[tuple[int, int] | None], chosen: tuple[int, int | None]) -> None:
    profiles = [Profile(str(n), "view", *(size or (None, None))) for n, size in enumerate(sizes)]
    ((main, sub),) = choose(profiles)
    assert (int(main.token), int(sub.token) if sub else None) == chosen
