"""ONVIF: asks cameras and recorders for their streams. Needs the extra ``onvif``; nothing else of the detector does."""

import asyncio
import os
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from onvif import ONVIFCamera
from zeep.xsd.valueobjects import CompoundValue

from detector.sources.onvif_device import (
    Channel,
    Credentials,
    OnvifDevice,
    OnvifError,
    OnvifStream,
    Profile,
    choose,
)

_SECONDS: Final = 15.0
"""So long a device has to answer everything."""
_TOGETHER: Final = 16
"""Devices that are asked at the same time."""
_UNICAST: Final = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}


async def ask_all(addresses: Iterable[str], credentials: Credentials | None) -> list[OnvifDevice | OnvifError]:
    """What each of many devices says of itself, in their order."""
    turn = asyncio.Semaphore(_TOGETHER)

    async def one(address: str) -> OnvifDevice | OnvifError:
        async with turn:
            try:
                return await ask(address, credentials)
            except OnvifError as error:
                return error

    return list(await asyncio.gather(*map(one, addresses)))


async def ask(address: str, credentials: Credentials | None) -> OnvifDevice:
    """What a device says of itself and its streams.

    Passwords are proven by digest (WS-Security), with the device's own clock: one that is set wrong is no hindrance.
    They are proven to the named host alone, whatever addresses the device gives for its services.

    Args:
        address: ``http://10.0.0.8/onvif/device_service``, or ``10.0.0.8`` or ``10.0.0.8:8080``.
        credentials: None where the device asks for none.

    Raises:
        OnvifError: the address is none, or the device does not answer as it should.
    """
    host, port = _host_and_port(address)
    known = credentials or Credentials("", "")
    camera = ONVIFCamera(host, port, known.user, known.password, adjust_time=True, nat_override=True)
    try:
        async with asyncio.timeout(_SECONDS):
            return await _ask(camera, address)
    except Exception as error:
        # The library lets through what SOAP, XML and HTTP libraries raise of a device's answers: all mean one thing.
        raise OnvifError(f"{address}: {_reason(error, credentials)}") from error
    finally:
        await camera.close()


async def _ask(camera: ONVIFCamera, address: str) -> OnvifDevice:
    await camera.update_xaddrs()
    about = await (await camera.create_devicemgmt_service()).GetDeviceInformation()
    media = await camera.create_media_service()

    async def stream(profile: Profile) -> OnvifStream:
        answer = await media.GetStreamUri({"StreamSetup": _UNICAST, "ProfileToken": profile.token})
        return OnvifStream(profile, str(answer.Uri))

    profiles = [_profile(each) for each in await media.GetProfiles() or [] if each.VideoSourceConfiguration is not None]
    channels = [Channel(await stream(main), await stream(sub) if sub else None) for main, sub in choose(profiles)]
    manufacturer, model, serial = map(_plain, (about.Manufacturer, about.Model, about.SerialNumber))
    return OnvifDevice(address, manufacturer, model, serial, tuple(channels))


def _profile(said: CompoundValue) -> Profile:
    token, source = str(said.token), str(said.VideoSourceConfiguration.SourceToken)
    encoder = said.VideoEncoderConfiguration
    if encoder is None:
        return Profile(token, source)
    size, rate = encoder.Resolution, encoder.RateControl
    return Profile(
        token,
        source,
        width=size.Width if size else None,
        height=size.Height if size else None,
        fps=rate.FrameRateLimit if rate else None,
        codec=_plain(encoder.Encoding).lower() or None,
    )


def _plain(text: object) -> str:
    """What a device said, fit for one line of a terminal."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text or "")).split())


def _host_and_port(address: str) -> tuple[str, int]:
    """Host, with https:// where it is meant, and port.

    Raises:
        OnvifError: it is no address.
    """
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise OnvifError(f"{address}: is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise OnvifError(f"{address}: give a host, host:port, or http://host:port/onvif/device_service")
    if parts.username is not None:
        raise OnvifError(f"{host}: give user name and password apart from the address")
    name = f"[{host}]" if ":" in host else host
    secure = parts.scheme == "https"
    return (f"https://{name}" if secure else name), port or (443 if secure else 80)


def _reason(error: Exception, credentials: Credentials | None) -> str:
    text = _plain(error) or type(error).__name__
    if isinstance(error, TimeoutError):
        return f"no answer in {_SECONDS:g} s; check the address and that ONVIF is switched on"
    if isinstance(error, OSError):
        return f"cannot be reached: {os.strerror(error.errno) if error.errno else text}"
    if "authoriz" in text.lower() or "unauthorized" in text.lower() or "401" in text:
        if credentials is None:
            return "asks for a user name and a password; give --user"
        return "user name or password refused; ONVIF often has users of its own, set up on the device's page"
    return f"does not answer as an ONVIF device should: {text[:200]}"
