"""Rules: one file a kind of violation. A rule is tracks + scene → findings."""

from zoneinfo import ZoneInfo

from detector.comparison import Comparison
from detector.rules.butts import CigaretteButts
from detector.rules.garbage import StrayGarbage
from detector.rules.jaywalking import Jaywalking
from detector.rules.parking import IllegalParking
from detector.rules.rule import Finding, Rule, View
from detector.rules.sizes import SizeCheck
from detector.scene import Scene
from detector.signals import SignalBoard
from detector.zones import ZoneMap

__all__ = ["Finding", "Rule", "View", "rules_of"]


def rules_of(scene: Scene, timezone: ZoneInfo, signals: SignalBoard | None = None) -> list[Rule]:
    """The rules that a scene switches on, each with its settings.

    Args:
        scene: what the camera looks at.
        timezone: where schedules are read.
        signals: what is told about the scene's pedestrian signals.
    """
    zones, named = ZoneMap(scene), scene.rules
    sizes, comparison = SizeCheck(zones.ground), Comparison()
    rules: list[Rule] = []
    if named.jaywalking:
        rules.append(Jaywalking(named.jaywalking, zones, signals))
    if named.illegal_parking:
        rules.append(IllegalParking(named.illegal_parking, zones, timezone, sizes, comparison))
    if named.garbage:
        rules.append(StrayGarbage(named.garbage, zones, sizes, comparison))
    if named.cigarette_butt:
        rules.append(CigaretteButts(named.cigarette_butt, zones, sizes, comparison))
    return rules
