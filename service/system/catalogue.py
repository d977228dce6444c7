"""The catalogue: codes of the programs and what people call them."""

from collections.abc import Mapping
from typing import TypeVar

from detector.violations import KINDS
from service.areas.schemas import AreaLevel
from service.cases import words
from service.cases.transitions import DismissalReason
from service.cases.words import Name
from service.system.schemas import Catalogue, KindWord, ReasonWord, Word
from service.units.schemas import UnitKind

_ZONES = {
    "carriageway": ("车行道", "Carriageway"),
    "crosswalk": ("人行横道", "Crosswalk"),
    "no_parking": ("禁停区", "No parking"),
    "parking_bay": ("停车位", "Parking bay"),
    "barrier": ("护栏", "Barrier"),
    "bin": ("垃圾桶", "Bin"),
    "ignore": ("忽略区", "Ignore"),
}
_UNIT_KINDS = {
    UnitKind.SANITATION: ("环卫", "Sanitation"),
    UnitKind.TRAFFIC_POLICE: ("交警", "Traffic police"),
    UnitKind.URBAN_MANAGEMENT: ("城管", "Urban management"),
    UnitKind.SUB_DISTRICT: ("街道办", "Sub-district office"),
    UnitKind.COMMUNITY: ("社区", "Community"),
    UnitKind.OTHER: ("其他", "Other"),
}
_LEVELS = {
    AreaLevel.DISTRICT: ("区", "District"),
    AreaLevel.SUB_DISTRICT: ("街道", "Sub-district"),
    AreaLevel.COMMUNITY: ("社区", "Community"),
}

Code = TypeVar("Code", bound=str)


def _named(names: Mapping[Code, Name]) -> list[Word]:
    return [Word(code=code, chinese=name.chinese, english=name.english) for code, name in names.items()]


def _paired(names: Mapping[Code, tuple[str, str]]) -> list[Word]:
    return [Word(code=code, chinese=chinese, english=english) for code, (chinese, english) in names.items()]


CATALOGUE = Catalogue(
    kinds=[
        KindWord(code=kind, chinese=entry.chinese, english=entry.english, about_person=entry.about_person)
        for kind, entry in KINDS.items()
    ],
    dismissal_reasons=[
        ReasonWord(code=code, chinese=name.chinese, english=name.english, needs_note=code is DismissalReason.OTHER)
        for code, name in words.REASONS.items()
    ],
    case_states=_named(words.STATES),
    case_actions=_named(words.ACTIONS),
    requirements=_named(words.REQUIREMENTS),
    outcomes=_named(words.OUTCOMES),
    grades=_named(words.GRADES),
    zone_kinds=_paired(_ZONES),
    roles=_named(words.ROLES),
    unit_kinds=_paired(_UNIT_KINDS),
    area_levels=_paired(_LEVELS),
)
"""What ``GET /catalogue`` answers."""
