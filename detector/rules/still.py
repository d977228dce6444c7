"""What the rules about still objects share: a memory of anchors, and findings made from an anchor."""

from collections.abc import Sequence

from detector.anchors import Anchor, AnchorMemory, AnchorState
from detector.moments import Moment
from detector.rules.rule import Finding, Rule, View
from detector.violations import Box


class StillObjectRule(Rule):
    """A rule about things that lie or stand still.

    Args:
        memory: where the things are remembered.
    """

    def __init__(self, memory: AnchorMemory) -> None:
        self.memory = memory

    def finish(self) -> list[Finding]:
        """Nothing: a thing that has not lain long enough when the source ends is no offence."""
        return []

    def state(self) -> list[AnchorState]:
        """The anchors."""
        return self.memory.state()

    def restore(self, state: list[AnchorState]) -> None:
        """Take over the anchors of a checkpoint."""
        self.memory.restore(state)

    def finding(self, anchors: Sequence[Anchor], view: View, zone: str | None, note: str = "") -> Finding:
        """One finding about one or more anchors that are seen now; marks them as reported."""
        box = _around(anchors, view)
        first = min(anchors, key=lambda a: a.since)
        confidence = min(1.0, sum(a.confidence for a in anchors) / len(anchors))
        start = [m for m in first.moments if m.frame is not view.frame][:1]
        for anchor in anchors:
            anchor.reported = True
            anchor.moments.clear()
        return Finding(
            kind=self.kind,
            started=first.started,
            ended=view.frame.time,
            started_s=view.frame.seconds - (view.frame.time.timestamp() - first.since),
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


def _around(anchors: Sequence[Anchor], view: View) -> Box:
    """The box around all anchors, in pixels of the view's frame."""
    width, height = view.frame.width, view.frame.height
    return (
        float(min(a.box[0] for a in anchors)) * width,
        float(min(a.box[1] for a in anchors)) * height,
        float(max(a.box[2] for a in anchors)) * width,
        float(max(a.box[3] for a in anchors)) * height,
    )
