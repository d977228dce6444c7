"""A real RTSP server for tests: run by the system's Python, as GStreamer's bindings come from Debian packages.

Arguments: a port (0 for a free one) and, optionally, a video file. Prints the port when it listens.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402 - versions must be named before

ENCODE = "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=5 ! rtph264pay name=pay0 pt=96 config-interval=1"


def main() -> None:
    Gst.init(None)
    picture = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=10/1"
    if len(sys.argv) > 2:
        picture = (
            f"filesrc location={sys.argv[2]} ! decodebin ! videoconvert ! videoscale ! video/x-raw,width=384,height=288"
        )
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[1])
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {picture} ! {ENCODE} )")
    factory.set_shared(True)
    server.get_mount_points().add_factory("/main", factory)
    if not server.attach(None):
        sys.exit(f"cannot listen on port {sys.argv[1]}")
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
