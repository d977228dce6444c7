"""An ONVIF device for tests, in a process of its own: the virtual camera of the package ipycam.

It answers SOAP over HTTP, checks the digests of WS-Security by the clock that it has (`faketime` gives it another), and
answers WS-Discovery on the loopback. Its argument, JSON, says what it is; it prints its HTTP port when it listens.
"""

import json
import sys
from http.server import ThreadingHTTPServer
from types import SimpleNamespace

from ipycam.config import CameraConfig
from ipycam.discovery import WSDiscoveryServer
from ipycam.http import IPCameraHTTPHandler
from ipycam.onvif import ONVIFService

PROFILE = """
<trt:Profiles token="{token}" fixed="true"><tt:Name>{token}</tt:Name>
  <tt:VideoSourceConfiguration token="c{source}"><tt:Name>c{source}</tt:Name><tt:UseCount>1</tt:UseCount>
    <tt:SourceToken>{source}</tt:SourceToken><tt:Bounds x="0" y="0" width="{width}" height="{height}"/>
  </tt:VideoSourceConfiguration>{encoder}
</trt:Profiles>"""
ENCODER = """
  <tt:VideoEncoderConfiguration token="e{token}"><tt:Name>e{token}</tt:Name><tt:UseCount>1</tt:UseCount>
    <tt:Encoding>{codec}</tt:Encoding>
    <tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height></tt:Resolution><tt:Quality>5</tt:Quality>
    <tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval>
      <tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl>
  </tt:VideoEncoderConfiguration>"""


class Device(ONVIFService):
    """Keeps to the standard where ipycam does not: everybody is told the time (ONVIF Core, access class PRE_AUTH)."""

    def __init__(self, config: CameraConfig, profiles: list[dict[str, object]]) -> None:
        super().__init__(config)
        self._profiles = profiles

    def verify_usernametoken(self, soap_body: str) -> bool:
        return "GetSystemDateAndTime" in soap_body or super().verify_usernametoken(soap_body)

    def get_profiles(self) -> str:
        if not self._profiles:
            return super().get_profiles()
        listed = [
            PROFILE.format(**profile, encoder=ENCODER.format(**profile) if profile["codec"] else "")
            for profile in self._profiles
        ]
        return self._wrap_envelope(f"<trt:GetProfilesResponse>{''.join(listed)}</trt:GetProfilesResponse>")

    def get_stream_uri(self, body: str) -> str:
        for profile in self._profiles:
            if f">{profile['token']}<" in body:
                uri = f"rtsp://{self.config.local_ip}:{self.config.rtsp_port}/{profile['token']}"
                return self._wrap_envelope(self._render("get_stream_uri", stream_uri=uri))
        return super().get_stream_uri(body)


def main() -> None:
    told = json.loads(sys.argv[1])
    profiles, listens = told.pop("profiles", []), told.pop("discovery", False)
    camera = SimpleNamespace(config=CameraConfig(local_ip="127.0.0.1", **told))
    handler = type("Handler", (IPCameraHTTPHandler,), {"camera": camera})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    camera.config.onvif_port = server.server_port
    camera.onvif = Device(camera.config, profiles)
    if listens:
        WSDiscoveryServer(camera.onvif).start()
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
