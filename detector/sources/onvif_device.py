"""ONVIF devices: what a camera or recorder can show, and which of its streams are watched."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_ENOUGH_WIDTH: Final = 640
"""A smaller stream ought to have this width at least: it is what the model sees of a picture."""


class OnvifError(Exception):
    """A device that does not tell its streams: one line that says what, where and what to do."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a device asks for."""

    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A stream as a device describes it.

    Attributes:
        token: the device's own name for it.
        source: the token of the view that it shows; a recorder has one for each of its cameras.
        width: in pixels; None where the device does not say. The first media service cannot name H.265, and many
            devices leave out the encoder of such a stream.
        height: in pixels, as above.
        fps: pictures a second at most, as above.
        codec: as the device says it, in small letters, as above.
    """

    token: str
    source: str
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    codec: str | None = None

    @property
    def pixels(self) -> float:
        """Of one picture; infinite where the device does not say."""
        return self.width * self.height if self.width and self.height else math.inf


@dataclass(frozen=True, slots=True)
class OnvifStream:
    """A stream that can be opened; its address holds no credentials of ours."""

    profile: Profile
    address: str


@dataclass(frozen=True, slots=True)
class Channel:
    """One view of a device: its main stream, and a smaller one of the same view where there is one."""

    main: OnvifStream
    sub: OnvifStream | None


@dataclass(frozen=True, slots=True)
class OnvifDevice:
    """A device and what can be seen with it."""

    address: str
    manufacturer: str
    model: str
    serial: str
    channels: tuple[Channel, ...]


def choose(profiles: Sequence[Profile]) -> list[tuple[Profile, Profile | None]]:
    """Main and sub stream of each view, in the device's order.

    The main stream is the largest; where the device names no size for the first one listed, that one: devices list
    their main stream first. The sub stream is the smallest that is still as wide as the model's picture, else the
    largest below.

    Examples:
        >>> [(main.token, sub and sub.token) for main, sub in choose([
        ...     Profile("main", "a", 2560, 1440), Profile("sub", "a", 704, 576), Profile("third", "a", 352, 288)])]
        [('main', 'sub')]
    """
    views: dict[str, list[Profile]] = {}
    for profile in profiles:
        views.setdefault(profile.source, []).append(profile)
    return [_main_and_sub(listed) for listed in views.values()]


def _main_and_sub(listed: Sequence[Profile]) -> tuple[Profile, Profile | None]:
    known = [profile for profile in listed if profile.pixels < math.inf]
    main = listed[0] if not known or listed[0] not in known else max(known, key=lambda profile: profile.pixels)
    smaller = [profile for profile in known if profile.pixels < main.pixels]
    wide = [profile for profile in smaller if (profile.width or 0) >= _ENOUGH_WIDTH]
    if wide:
        return main, min(wide, key=lambda profile: profile.pixels)
    if smaller:
        return main, max(smaller, key=lambda profile: profile.pixels)
    return main, next((profile for profile in listed if profile not in known and profile is not main), None)
