"""What the rules about still objects share: a memory of anchors, and findings made from an anchor."""

from collections.abc import Sequence
from typing import Final

from detector.anchor import Anchor, MemoryState
from detector.anchors import AnchorMemory
from detector.moments import Moment
from detector.rules.rule import Finding, Rule, View
from detector.rules.sizes import SizeCheck
from detector.violations import Box

_MOST_STARTS: Final = 20
"""Pictures of beginnings that one rule keeps, the newest ones: each may be a frame of several megabytes."""


class StillObjectRule(Rule):
    """A rule about things that lie or stand still.

    Args:
        memory: where the things are remembered.
        sizes: drops what is too large or too small for what it is called; None drops nothing.
    """

    def __init__(self, memory: AnchorMemory, sizes: SizeCheck | None = None) -> None:
        self.memory = memory
        self._sizes = sizes

    def present(self, view: View) -> list[Anchor]:
        """Take in one frame; answers what lies or stands there now."""
        seen = view.detections if self._sizes is None else self._sizes.possible(view)
        return self.memory.update(view.frame, seen)

    def awaited(self) -> list[Anchor]:
        """What lies or stands there while its clock runs: it will offend if it stays."""
        return [anchor for anchor in self.memory.anchors if anchor.start is not None]

    def finish(self) -> list[Finding]:
        """Nothing: a thing that has not lain long enough when the source ends is no offence."""
        return []

    def state(self) -> MemoryState:
        """The anchors."""
        return self.memory.state()

    def restore(self, state: MemoryState) -> None:
        """Take over the anchors of a checkpoint."""
        self.memory.restore(state)

    def finding(
        self, anchors: Sequence[Anchor], view: View, zone: str | None, *, since: float | None = None, note: str = ""
    ) -> Finding:
        """One finding about one or more anchors that are seen now; marks them as reported.

        Args:
            anchors: what offends; the one that came first names the violation.
            view: the frame that completes the offence.
            zone: name of the zone where it is.
            since: when the offence began, seconds since 1970; when the first anchor came to rest where None.
            note: what a reader must know.
        """
        box = _around(anchors, view)
        first = min(anchors, key=lambda a: a.since)
        since = first.since if since is None else since
        confidence = min(1.0, sum(a.confidence for a in anchors) / len(anchors))
        start = [first.start] if first.start is not None and first.start.frame is not view.frame else []
        for anchor in anchors:
            anchor.reported = True
            anchor.start = None
        return Finding(
            kind=self.kind,
            started=self.memory.started(since),
            ended=view.frame.time,
            started_s=view.frame.seconds - (self.memory.now - since),
            ended_s=view.frame.seconds,
            confidence=confidence,
            box=box,
            zone=zone,
            moments=[*start, Moment(view.frame, box, "end", confidence)],
            track_ids=tuple(sorted(set().union(*(a.track_ids for a in anchors)))),
            count=len(anchors),
            note=note,
            id=first.id,
        )

    def spare_starts(self) -> None:
        """Let go of all but the newest pictures of beginnings."""
        keeping = [a for a in self.memory.anchors if a.start is not None]
        for anchor in sorted(keeping, key=lambda a: a.since)[:-_MOST_STARTS]:
            anchor.start = None


def _around(anchors: Sequence[Anchor], view: View) -> Box:
    """The box around all anchors, in pixels of the view's frame."""
    width, height = view.frame.width, view.frame.height
    return (
        float(min(a.box[0] for a in anchors)) * width,
        float(min(a.box[1] for a in anchors)) * height,
        float(max(a.box[2] for a in anchors)) * width,
        float(max(a.box[3] for a in anchors)) * height,
    )
