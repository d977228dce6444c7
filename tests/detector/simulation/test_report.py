import json

import pytest
from typer.testing import CliRunner

from detector.cli import app
from detector.detections import ObjectClass
from detector.simulation import Faults, Report, random_street, run_trial
from detector.simulation.report import Tally
from detector.simulation.trial import judge
from detector.simulation.truth import truth_of
from tests.detector.simulation.streets import actor, layout, street


def test_a_tally_says_how_good_a_rule_is() -> None:
    tally = Tally(found=90, missed=10, false=10, repeated=9)
    assert (tally.precision, tally.recall, tally.duplicates) == (0.9, 0.9, 0.1)


def test_reports_are_judged_one_to_one() -> None:
    place = street(
        actor(ObjectClass.PERSON, (10, 2, 10), (20, 2, 21)),
        actor(ObjectClass.PERSON, (40, -3, 10), (50, -3, 21.5), look=1),
        place=layout(),
        seconds=60,
    )
    trial = run_trial(place, Faults(missed=0, jitter=1, false_alarms=0, clock_jumps=0, stalls=0), 5)
    assert [o.actors for o, _ in trial.found] == [(0,)]
    assert not trial.missed
    assert not trial.false
    reports = [report for _, report in trial.found]
    twice = judge(truth_of(place), [*reports, *reports])
    assert (len(twice.found), len(twice.repeated)) == (1, 1)
    nothing = judge(truth_of(place), [])
    assert [o.actors for o in nothing.missed] == [(0,)]
    elsewhere = reports[0].model_copy(update={"box": (10.0, 10.0, 20.0, 30.0)})
    assert len(judge(truth_of(place), [elsewhere]).false) == 1


@pytest.mark.parametrize("seed", range(6))
def test_on_random_streets_every_report_is_right(seed: int) -> None:
    trial = run_trial(random_street(seed, 100), Faults(), 5)
    assert [v.json_line() for v in trial.false] == []
    assert [v.json_line() for v in trial.repeated] == []
    assert trial.missed == []


def test_the_command_prints_the_same_report_for_the_same_seed() -> None:
    words = ["simulate", "--report", "--hours", "0.1", "--fps", "1", "--compared", "0", "--json"]
    first, second = (CliRunner().invoke(app, words) for _ in range(2))
    assert first.exit_code == 0
    reports = [json.loads(run.stdout.splitlines()[-1]) for run in (first, second)]
    assert reports[0]["rules"] == reports[1]["rules"]
    assert set(reports[0]["rules"]) == {"cigarette_butt", "garbage", "illegal_parking", "jaywalking"}


def test_a_report_adds_streets_up() -> None:
    report = Report(0.0, 5.0, 0)
    trial = run_trial(street(actor(ObjectClass.PERSON, (10, 2, 10), (20, 2, 21)), seconds=36), Faults(), 5)
    report.add(trial)
    report.add(trial)
    assert report.hours == pytest.approx(0.02)
    assert report.rules["jaywalking"].found == 2 * len(trial.found)
    assert report.frames == 2 * trial.frames
    table = "\n".join(report.lines())
    assert "jaywalking" in table
