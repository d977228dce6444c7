import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detector.cli import app
from detector.detections import ObjectClass
from detector.simulation import Faults, Outcome, Report, Results, Share, Tally, agreement, random_street, run_trial
from detector.simulation.report import street_seed
from detector.simulation.trial import judge
from detector.simulation.truth import truth_of
from tests.detector.simulation.streets import actor, layout, street


def test_a_tally_says_how_good_a_rule_is() -> None:
    tally = Tally(found=90, missed=10, false=10, repeated=9)
    assert (tally.precision.value, tally.recall.value, tally.duplicates.value) == (0.9, 0.9, 9 / 99)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        pytest.param(98, 100, 0.930, 0.994, id="nearly all"),
        pytest.param(100, 100, 0.963, 1.0, id="all: still not sure"),
        pytest.param(0, 10, 0.0, 0.278, id="none"),
        pytest.param(0, 0, 0.0, 1.0, id="nothing tried"),
    ],
)
def test_a_share_says_how_sure_it_is(hits: int, of: int, low: float, high: float) -> None:
    assert Share(hits, of).interval == pytest.approx((low, high), abs=5e-4)  # Wilson's, from published tables


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


@pytest.mark.parametrize("seed", [*range(6), 17, 23, 31])
def test_on_random_streets_every_report_is_right(seed: int) -> None:
    trial = run_trial(random_street(seed, 100), Faults(), 5)
    assert [v.json_line() for v in trial.false] == []
    assert [v.json_line() for v in trial.repeated] == []
    assert trial.missed == []


@pytest.mark.parametrize(
    ("seed", "number", "kind"),
    [
        pytest.param(3, 99, "illegal_parking", id="first seen as a sliver behind a car"),
        pytest.param(3, 47, "garbage", id="a sliver that was reported, and then the whole"),
        pytest.param(3, 32, "garbage", id="an old sack half hidden by what is hidden itself"),
        pytest.param(6, 43, "garbage", id="an old sack of which a sliver is seen now and then"),
        pytest.param(5, 110, "garbage", id="a fifth of an old sack"),
        pytest.param(2, 202, "cigarette_butt", id="butts that join a patch that is overlooked"),
        pytest.param(3, 151, "jaywalking", id="somebody passes before one who stands"),
        pytest.param(6, 39, "jaywalking", id="a cyclist passes behind one who stands"),
    ],
)
def test_streets_once_judged_wrongly_stay_right(seed: int, number: int, kind: str) -> None:
    trial = run_trial(random_street(street_seed(seed, number)), Faults(), 5)
    assert [v.json_line() for v in [*trial.false, *trial.repeated] if v.kind == kind] == []
    assert any(offence.kind == kind for offence, _ in trial.found)


def test_the_command_prints_the_same_report_for_the_same_seed() -> None:
    words = ["simulate", "--report", "--hours", "0.025", "--length", "90", "--fps", "1", "--compared", "0", "--json"]
    first, second = (CliRunner().invoke(app, words) for _ in range(2))
    assert first.exit_code == 0
    reports = [json.loads(run.stdout.splitlines()[-1]) for run in (first, second)]
    assert reports[0]["rules"] == reports[1]["rules"]
    assert reports[0]["streets"] == 1
    assert set(reports[0]["rules"]) == {"cigarette_butt", "garbage", "illegal_parking", "jaywalking"}


def test_a_report_adds_streets_up() -> None:
    report = Report(5.0, 0)
    trial = run_trial(street(actor(ObjectClass.PERSON, (10, 2, 10), (20, 2, 21)), seconds=36), Faults(), 5)
    report.add(Outcome.of(trial))
    report.add(Outcome.of(trial))
    assert report.hours == pytest.approx(0.02)
    assert report.rules["jaywalking"].found == 2 * len(trial.found)
    assert report.frames == 2 * trial.frames
    table = "\n".join(report.lines())
    assert "jaywalking" in table


def test_a_simulation_in_pieces_gives_what_one_run_gives(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    words = ["simulate", "--report", "--fps", "1", "--compared", "0", "--json", "--seed", "3", "--length", "90"]
    pieces = [CliRunner().invoke(app, [*words, "--hours", h, "--results", str(file)]) for h in ("0.025", "0.05")]
    assert [run.exit_code for run in pieces] == [0, 0]
    assert len(file.read_text().splitlines()) == 2  # the first street was not run again
    whole = CliRunner().invoke(app, [*words, "--hours", "0.05"])
    in_pieces, at_once = (json.loads(run.stdout.splitlines()[-1]) for run in (pieces[1], whole))
    assert in_pieces["rules"] == at_once["rules"]


def test_results_of_other_simulations_and_cut_off_lines_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    kept = Results(file, seed=1, fps=5.0, length=600.0)
    kept.add(4, Outcome({"garbage": Tally(found=2)}, 600.0, 3000, 9.0))
    with file.open("a") as lines:
        lines.write(file.read_text().replace('"seed": 1', '"seed": 2'))
        lines.write('{"seed": 1, "fps": 5.0, "str')
    again = Results(file, seed=1, fps=5.0, length=600.0)
    assert again.done == kept.done
    assert again.others == 1


def test_a_results_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    words = [
        "simulate",
        "--hours",
        "0.1",
        "--length",
        "360",
        "--fps",
        "1",
        "--results",
        str(tmp_path / "none" / "results.jsonl"),
    ]
    run = CliRunner().invoke(app, words)
    assert run.exit_code == 1
    assert "No such file or directory" in run.stderr.replace("\n", " ")


@pytest.mark.parametrize("seed", [2, 20])
def test_any_frame_rate_and_half_of_the_frames_give_the_same_violations(seed: int) -> None:
    """5, 10 and 25 frames a second, and half of them dropped: kind, place and time within a second."""
    rates = agreement(range(1), seed=seed, faults=Faults(), seconds=60)
    assert len(rates) == 4
    assert {rate: [k for k, share in kinds.items() if share.hits < share.of] for rate, kinds in rates.items()} == {
        rate: [] for rate in rates
    }
    assert sum(share.of for kinds in rates.values() for share in kinds.values()) > 0
