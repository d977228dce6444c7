"""Decoding alone: every frame of the clip, its colours not computed; what no way of looking can be quicker than.

Street Warden's own reader, as its pipeline uses it.
"""

from collections.abc import Sequence

from benchmarks.contest.clips import Clip
from benchmarks.contest.events import Event
from benchmarks.contest.outcome import Outcome, package_versions
from detector.sources import VideoSource


def run(clip: Clip) -> Outcome:
    """Decode a clip from end to end.

    Raises:
        SourceError: the clip cannot be read.
    """

    def decoded() -> tuple[int, Sequence[Event], str]:
        with VideoSource(clip.path) as source:
            return sum(1 for _ in source.frames()), (), ""

    return Outcome.of("decoding alone", decoded, package_versions("av"))
