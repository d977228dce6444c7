"""From counts to a score: computed by hand."""

import itertools
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from service.errors import ProblemError
from service.figures.schemas import Bucket, Weights
from service.figures.scores import Sums, most_found, ranks, scored
from service.figures.spans import MOST_STEPS, steps, week_of, week_span

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("sums", "most", "weights", "score"),
    [
        # 10·10/10 + 30·4/5 + 40·3/5 + 10·(1-2/10) + 10·(1-1/10) = 10 + 24 + 24 + 8 + 9 of 100
        (Sums(found=10, due=5, settled=4, on_time=3, late=2, sent_back=2, relapses=1), 10, Weights(), 75.0),
        # 10·2/8 + 30 + 40 + 10 + 10 of 100
        (Sums(found=2, due=2, settled=2, on_time=2), 8, Weights(), 92.5),
        # Only being on time counts: 1 of 3.
        (
            Sums(found=4, due=3, settled=3, on_time=1, late=2),
            4,
            Weights(found=0, settled=0, on_time=5, sent_back=0, relapse=0),
            33.33,
        ),
        # More relapses than cases are no less than nothing.
        (Sums(found=1, due=1, settled=1, on_time=1, relapses=3), 1, Weights(), 90.0),
        (Sums(found=3), 3, Weights(), None),
        (Sums(), 0, Weights(), None),
        (Sums(found=1, due=1), 1, Weights(found=0, settled=0, on_time=0, sent_back=0, relapse=0), None),
    ],
)
def test_scores(sums: Sums, most: int, weights: Weights, score: float | None) -> None:
    counts = scored(sums, most, weights)
    assert counts.score == score
    assert (counts.found, counts.due, counts.relapses) == (sums.found, sums.due, sums.relapses)


def test_ranks() -> None:
    assert ranks([70.0, None, 90.0, 70.0, 50.0]) == [2, None, 1, 2, 4]
    assert most_found([Sums(found=2), Sums(found=5)]) == 5
    assert most_found([]) == 0


def test_weeks_begin_on_monday_of_the_districts_zone() -> None:
    since, until = week_span("2026-W48", SHANGHAI)
    assert (since.isoformat(), until.isoformat()) == ("2026-11-23T00:00:00+08:00", "2026-11-30T00:00:00+08:00")
    assert week_of(datetime(2026, 11, 22, 16, 30, tzinfo=ZoneInfo("UTC")), SHANGHAI) == "2026-W48"
    assert week_of(datetime(2027, 1, 1, tzinfo=SHANGHAI), SHANGHAI) == "2026-W53"


@pytest.mark.parametrize("week", ["2026-W54", "2026-W00", "0000-W01", "9999-W53", "2026-48"])
def test_weeks_that_there_are_not(week: str) -> None:
    with pytest.raises(ProblemError, match="week"):
        week_span(week, SHANGHAI)


def test_steps_are_whole_days_also_when_the_clocks_change() -> None:
    days = steps(
        datetime(2026, 3, 28, 12, tzinfo=BERLIN), datetime(2026, 3, 30, 0, 1, tzinfo=BERLIN), Bucket.DAY, BERLIN
    )
    assert [since.day for since, _ in days] == [28, 29, 30]
    assert [(until.timestamp() - since.timestamp()) / 3600 for since, until in days] == [24, 23, 24]


@pytest.mark.parametrize(("bucket", "first"), [(Bucket.WEEK, "2026-12-28"), (Bucket.MONTH, "2027-01-01")])
def test_weeks_and_months_are_whole(bucket: Bucket, first: str) -> None:
    spans = steps(datetime(2027, 1, 2, tzinfo=SHANGHAI), datetime(2027, 2, 5, tzinfo=SHANGHAI), bucket, SHANGHAI)
    assert f"{spans[0][0]:%Y-%m-%d}" == first
    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))
    assert spans[-1][1] >= datetime(2027, 2, 5, tzinfo=SHANGHAI)


def test_a_trend_has_an_end() -> None:
    with pytest.raises(ProblemError, match=str(MOST_STEPS)):
        steps(datetime(2020, 1, 1, tzinfo=SHANGHAI), datetime(2026, 1, 1, tzinfo=SHANGHAI), Bucket.DAY, SHANGHAI)
