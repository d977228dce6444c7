"""The discover command: ONVIF devices, and the addresses of their streams. Needs the extra ``onvif``."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from detector.sources.discovery import DiscoveryError, own_addresses, search
from detector.sources.onvif import ask_all
from detector.sources.onvif_device import Channel, Credentials, OnvifDevice, OnvifError, OnvifStream


def discover_devices(
    devices: Sequence[str],
    *,
    interfaces: Sequence[str],
    seconds: float,
    credentials: Credentials | None,
    json_output: bool,
) -> int:
    """Print the streams of devices, one line each; as JSON one line a device.

    Args:
        devices: addresses of devices; where none is given, the networks are asked who is there.
        interfaces: this machine's address in each network to ask; all of them where none is given.
        seconds: so long answers of a network are waited for.
        credentials: for all devices; None where they ask for none.
        json_output: machine-readable.

    Returns:
        The exit status: 1 where a device does not tell its streams.
    """
    try:
        addresses = list(devices) or [answer.address for answer in search(interfaces or own_addresses(), seconds)]
    except DiscoveryError as error:
        return _failed(str(error))
    if not addresses:
        print(
            f"discover: no ONVIF device answered within {seconds:g} s; --device asks one by its address",
            file=sys.stderr,
        )
    status = 0
    for told in asyncio.run(ask_all(addresses, credentials)):
        if isinstance(told, OnvifError):
            status = _failed(str(told))
        else:
            print(_json_line(told) if json_output else "\n".join(_lines(told)))
    return status


def _failed(line: str) -> int:
    print(f"discover: {line}", file=sys.stderr)
    return 1


def _lines(device: OnvifDevice) -> list[str]:
    name = f"{device.manufacturer} {device.model}".strip() or "-"
    start = f"{device.address}  {name}"
    if not device.channels:
        return [f"{start}  no stream"]
    several = len(device.channels) > 1
    return [
        f"{start}  {f'channel {number} ' if several else ''}{role}  {_looks(stream)}  {stream.address}"
        for number, channel in enumerate(device.channels, 1)
        for role, stream in (("main", channel.main), ("sub", channel.sub))
        if stream is not None
    ]


def _looks(stream: OnvifStream) -> str:
    profile = stream.profile
    size = f"{profile.width}×{profile.height}" if profile.width and profile.height else "size not told"
    rate = f"{profile.fps:g}/s" if profile.fps else ""
    return " ".join(word for word in (size, rate, profile.codec) if word)


def _json_line(device: OnvifDevice) -> str:
    document = asdict(device) | {"channels": [_channel(channel) for channel in device.channels]}
    return json.dumps(document, ensure_ascii=False)


def _channel(channel: Channel) -> dict[str, object]:
    return {"source": channel.main.profile.source, "main": _stream(channel.main), "sub": _stream(channel.sub)}


def _stream(stream: OnvifStream | None) -> dict[str, object] | None:
    if stream is None:
        return None
    profile = asdict(stream.profile)
    del profile["source"]
    return {"address": stream.address, "profile": profile.pop("token"), **profile}
