"""The catalogue: codes of the programs and what people call them."""

from detector.violations import KINDS
from service.cases.transitions import CaseStatus, DismissalReason
from service.security import Role
from service.system.schemas import Catalogue, KindWord, ReasonWord, Word

_REASONS = {
    DismissalReason.NOT_AN_OFFENCE: ("不构成违规", "Not an offence"),
    DismissalReason.WRONG_OBJECT: ("识别错误", "Wrong object"),
    DismissalReason.POOR_EVIDENCE: ("证据不足", "Poor evidence"),
    DismissalReason.ALREADY_SETTLED: ("已处理", "Already settled"),
    DismissalReason.DUPLICATE: ("重复", "Duplicate"),
    DismissalReason.AUTHORISED: ("经批准", "Authorised"),
    DismissalReason.OTHER: ("其他", "Other"),
}
_STATES = {
    CaseStatus.PENDING: ("待审核", "To review"),
    CaseStatus.FILED: ("立案", "Filed"),
    CaseStatus.DISMISSED: ("不予立案", "Dismissed"),
    CaseStatus.CLOSED: ("结案", "Closed"),
}
_ZONES = {
    "carriageway": ("车行道", "Carriageway"),
    "crosswalk": ("人行横道", "Crosswalk"),
    "no_parking": ("禁停区", "No parking"),
    "parking_bay": ("停车位", "Parking bay"),
    "barrier": ("护栏", "Barrier"),
    "bin": ("垃圾桶", "Bin"),
    "ignore": ("忽略区", "Ignore"),
}
_ROLES = {
    Role.INSPECTOR: ("巡查员", "Inspector"),
    Role.OPERATOR: ("审核员", "Operator"),
    Role.ADMINISTRATOR: ("管理员", "Administrator"),
}

CATALOGUE = Catalogue(
    kinds=[
        KindWord(code=kind, chinese=entry.chinese, english=entry.english, about_person=entry.about_person)
        for kind, entry in KINDS.items()
    ],
    dismissal_reasons=[
        ReasonWord(code=code, chinese=chinese, english=english, needs_note=code is DismissalReason.OTHER)
        for code, (chinese, english) in _REASONS.items()
    ],
    case_states=[Word(code=code, chinese=chinese, english=english) for code, (chinese, english) in _STATES.items()],
    zone_kinds=[Word(code=code, chinese=chinese, english=english) for code, (chinese, english) in _ZONES.items()],
    roles=[Word(code=code, chinese=chinese, english=english) for code, (chinese, english) in _ROLES.items()],
)
"""What ``GET /catalogue`` answers."""
