"""The standards of a first start.

Time limits and the form of filing and closing conditions follow district manuals after CJ/T 315-2009: a road that is
not clean 2 working hours, exposed garbage and parking 4, an offence of a person 3 working days.
"""

from detector.violations import KINDS, ViolationKind
from service.standards.schemas import Limits, Standard, TimeLimit


def _hours(amount: float) -> TimeLimit:
    return TimeLimit(amount=amount, unit="hours")


def _days(amount: float) -> TimeLimit:
    return TimeLimit(amount=amount, unit="days")


_THINGS = Limits(ordinary=_hours(4), urgent=_hours(2))
_PEOPLE = Limits(ordinary=_days(3), urgent=_days(1))

_STANDARDS = {
    ViolationKind.CIGARETTE_BUTT: (
        "道路及公共场所地面有散落烟头，影响市容环境卫生。",
        "烟头清扫完毕，地面无残留，有整改后照片。",
        Limits(ordinary=_hours(2), urgent=_hours(1)),
    ),
    ViolationKind.GARBAGE: (
        "垃圾容器以外有乱丢、暴露的垃圾。",
        "垃圾清运完毕，周边地面整洁，有整改后照片。",
        _THINGS,
    ),
    ViolationKind.ILLEGAL_PARKING: (
        "电动三轮车停放在禁停区域，超过规定时间。",
        "车辆驶离或移至指定位置，有整改后照片。",
        _THINGS,
    ),
    ViolationKind.JAYWALKING: (
        "行人不走人行横道横穿车行道、跨越护栏或闯红灯，有影像证据。",
        "当事人已被劝导、教育或依法处罚，有处理结果或现场照片。",
        _PEOPLE,
    ),
}


def default_standard(kind: ViolationKind) -> Standard:
    """The standard of a kind, also of one that was added to the catalogue without one of its own."""
    found = _STANDARDS.get(kind)
    if found is None:
        name = KINDS[kind].chinese
        limits = _PEOPLE if KINDS[kind].about_person else _THINGS
        found = (f"发现{name}，有影像证据。", f"{name}已处理，有处理结果或整改后照片。", limits)
    filing, closing, limits = found
    return Standard(kind=kind, filing=filing, closing=closing, limits=limits)
