"""A real RTSP server for tests: run by the system's Python, as GStreamer's bindings come from Debian packages.

It plays a test picture, or a clip; from the signal SIGUSR1 on in twice the size. Prints the port when it listens.
"""

import argparse
import signal
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402 - versions must be named before

ENCODERS = {
    "h264": "x264enc threads=1 {} ! rtph264pay name={} config-interval=-1",
    "h265": "x265enc {} ! rtph265pay name={} config-interval=-1",
}
LIVE = "tune=zerolatency speed-preset=ultrafast key-int-max=5"
SIZE = "video/x-raw,width={},height={}"
SHUFFLED = "netsim name=pay0 delay-probability=0.3 min-delay=1 max-delay=10"
LOSSY = "netsim name=pay0 drop-probability=0.05"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", default="0")
    parser.add_argument("--clip", help="video file to play instead of the test picture")
    parser.add_argument("--codec", choices=ENCODERS, default="h264")
    parser.add_argument("--login", help="user:password that is asked for, by digest")
    parser.add_argument("--network", choices=("even", "shuffled", "lossy"), default="even", help="packets' fate")
    return parser.parse_args()


def pipeline(told: argparse.Namespace) -> str:
    picture = f"videotestsrc is-live=true pattern=ball ! {SIZE.format(320, 240)},framerate=10/1 ! videoscale"
    if told.clip:
        picture = f"filesrc location={told.clip} ! decodebin ! videoconvert ! videoscale"
    size = (384, 288) if told.clip else (320, 240)
    encoder = ENCODERS[told.codec].format(LIVE, "pay0" if told.network == "even" else "pay")
    network = {"even": "", "shuffled": f" ! {SHUFFLED}", "lossy": f" ! {LOSSY}"}[told.network]
    return f"( {picture} ! capsfilter name=size caps={SIZE.format(*size)} ! {encoder}{network} )"


def ask_for_login(server: GstRtspServer.RTSPServer, factory: GstRtspServer.RTSPMediaFactory, login: str) -> None:
    user, _, password = login.partition(":")
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    for right in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("viewer", right, True)
    factory.set_permissions(permissions)


def grow_when_told(_: GstRtspServer.RTSPMediaFactory, media: GstRtspServer.RTSPMedia) -> None:
    size = media.get_element().get_by_name("size")
    caps = Gst.Caps.from_string(SIZE.format(640, 480))
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR1, lambda: size.set_property("caps", caps))


def main() -> None:
    told = arguments()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(told.port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(pipeline(told))
    factory.set_shared(True)
    factory.connect("media-configure", grow_when_told)
    if told.login:
        ask_for_login(server, factory, told.login)
    server.get_mount_points().add_factory("/main", factory)
    if not server.attach(None):
        sys.exit(f"cannot listen on port {told.port}")
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
