"""The alert that holidays are not entered yet."""

from datetime import UTC, date, datetime

import pytest

from service.calendars.holidays import ALERT, look_for_missing_holidays, missing_years
from tests.service.cases.people import Json
from tests.service.office import Desk

KNOWN = [date(2026, 1, 1), date(2026, 10, 1), date(2027, 1, 1)]


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2026, 11, 30), []),
        (date(2026, 12, 1), [2027]),
        (date(2027, 1, 2), [2027]),
        (date(2027, 12, 1), [2027, 2028]),
    ],
)
def test_a_year_is_missed_from_december_on(today: date, missing: list[int]) -> None:
    assert missing_years(KNOWN, today) == missing


async def test_administrators_are_told_until_they_enter_them(desk: Desk) -> None:
    admin = await desk.administrator()

    async def told(moment: datetime) -> list[Json]:
        await look_for_missing_holidays(desk.office, moment)
        return [alert for alert in (await admin.get("/system")).json()["alerts"] if alert["code"] == ALERT]

    # Half past midnight on the first of December in the district.
    december = datetime(2030, 11, 30, 16, 30, tzinfo=UTC)
    calendar: Json = (await admin.get("/calendars/office")).json()
    change = {name: calendar[name] for name in ("name", "week", "days")}
    for day in ("2030-01-01", "2030-10-01"):
        change["days"].append({"day": day, "working": False, "name": "节日"})
    assert (await admin.put("/calendars/office", json=change)).status_code == 200
    assert await told(datetime(2030, 11, 30, 15, 30, tzinfo=UTC)) == []
    (alert,) = await told(december)
    assert alert["severity"] == "warning"
    assert "2031 (机关工作时间)" in alert["message"]
    assert [(await told(december))[0]["since"]] == [alert["since"]], "it is told once"
    for day in ("2031-01-01", "2031-02-05"):
        change["days"].append({"day": day, "working": False, "name": "节日"})
    assert (await admin.put("/calendars/office", json=change)).status_code == 200
    assert await told(december) == []
    # A calendar without any holiday works on every day, and misses none.
    assert (await admin.put("/calendars/office", json=change | {"days": []})).status_code == 200
    assert await told(december) == []
