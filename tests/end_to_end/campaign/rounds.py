"""What people do every day: review, put right, check, urge. Each looks at the own list and takes what is there."""

from itertools import cycle

from tests.end_to_end.campaign.fates import Fate
from tests.end_to_end.campaign.town import Json, Town, Worker
from tests.end_to_end.campaign.watch import local

REASONS = cycle(
    ("not_an_offence", "wrong_object", "poor_evidence", "already_settled", "duplicate", "authorised", "other")
)
OUTCOMES = cycle(("talk", "warning", "fine", "handed_over", "not_found"))
SANITATION = ("clean-west", "clean-east")
ALL_UNITS = (*SANITATION, "traffic", "city")


async def review(town: Town) -> None:
    """The operators decide about what has come in and send out what is filed; Bo takes the East, Mei the rest."""
    for operator in (town["bo"], town["mei"]):
        for case in await operator.sees("pending"):
            await decide(town, operator, case)
        for case in await operator.sees("filed"):
            await send_out(town, operator, case)


async def decide(town: Town, operator: Worker, case: Json) -> None:
    """What an operator makes of a pending case."""
    fate = town.fate(case)
    if fate is Fate.LEFT:
        return
    if fate is Fate.DISMISSED:
        reason = next(REASONS)
        note = {"note": "树影"} if reason == "other" else {}
        await operator.step(case, "dismiss", reason=reason, **note)
        return
    if fate is Fate.DOUBLE:
        await operator.step(case, "merge", into=town.account.ids[town.first_reports[case["number"]]])
        return
    if fate is Fate.MISTAKEN:
        case = await operator.step(case, "dismiss", reason="wrong_object")
        case = await operator.step(case, "undo")
    if fate is Fate.WRONGLY_MERGED:
        town.fates[case["number"]] = Fate.SMOOTH
        others = [o for o in town.account.standing("dispatched", "in_progress") if o.kind == case["kind"]]
        wrong = next((other for other in others if operator.may_see(other)), None)
        if wrong is not None:
            merged = await operator.step(case, "merge", into=town.account.ids[wrong.number])
            case = await operator.step(merged, "split", note="不是同一处")
    await operator.step(case, "confirm")


async def send_out(town: Town, operator: Worker, case: Json) -> None:
    """What an operator does with a filed case."""
    fate = town.fate(case)
    if fate is Fate.WAITING:
        return
    if fate is Fate.ON_THE_SPOT:
        await operator.step(case, "close")
        return
    elsewhere = {}
    if fate is Fate.MISDIRECTED and case["returns"]:
        returned_by = town.account.of(case["id"]).unit
        elsewhere = {"unit": "clean-west" if returned_by == "city" else "city"}
    urgent = {"grade": "urgent"} if case["number"].endswith(("3", "7")) and not case["returns"] else {}
    await operator.step(case, "dispatch", **elsewhere, **urgent)


async def put_right(town: Town, *units: str) -> None:
    """The units' handlers take up what is theirs, return what is not, and put right what they have."""
    for handler in town.handlers(*units):
        for case in await handler.sees("dispatched"):
            fate = town.fate(case)
            if fate is Fate.IGNORED:
                continue
            if fate in (Fate.RETURNED, Fate.MISDIRECTED) and not case["returns"]:
                await handler.step(case, "return", note="不属于本单位")
            else:
                await handler.step(case, "accept")
        for case in await handler.sees("in_progress"):
            await settle(town, handler, case)


async def settle(town: Town, handler: Worker, case: Json) -> None:
    """A person's offence has an outcome, a thing a photo that shows how the place looks now."""
    fate = town.fate(case)
    if fate is Fate.STUCK or (fate is Fate.LATE and case["escalated_at"] is None):
        return
    if case["kind"] == "jaywalking":
        await handler.step(case, "rectify", outcome=next(OUTCOMES))
        return
    await handler.photograph(case, town.pictures.afterwards[case["reworks"]])
    await handler.step(case, "rectify")


async def check(town: Town) -> None:
    """Bo checks the East, the supervisor the rest: closed, or sent back."""
    for checker in (town["bo"], town["shen"]):
        for case in await checker.sees("rectified"):
            if town.fate(case) is Fate.REWORKED and not case["reworks"]:
                await checker.step(case, "rework", note="仍有残留")
            else:
                await checker.step(case, "close")


async def urge(town: Town) -> None:
    """The supervisor urges units on that have not even taken up what is overdue (督办)."""
    supervisor = town["shen"]
    overdue = await supervisor.sees("dispatched", "in_progress", overdue=True)
    now = town.watch.now()
    late = {case.number for case in town.account.standing("dispatched", "in_progress") if case.is_late(now)}
    assert {case["number"] for case in overdue} == late
    for case in overdue:
        if town.fate(case) is Fate.IGNORED and case["number"] not in town.urged:
            town.urged.add(case["number"])
            await supervisor.step(case, "escalate", note="请立即处理")


async def archive(town: Town, before: str) -> None:
    """What was closed by then goes into the archive."""
    supervisor = town["shen"]
    for case in await supervisor.sees("closed"):
        closed_at = town.account.of(case["id"]).closed_at
        if closed_at is not None and closed_at < local(before):
            await supervisor.step(case, "archive")
