"""The outbox: whole parcels or none, whatever happens in between."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from detector.outbox import Outbox, OutboxError
from detector.violations import EvidenceFile, Violation, ViolationKind

WHEN = datetime(2026, 11, 24, tzinfo=UTC)


def violation(*files: str) -> Violation:
    return Violation(
        kind=ViolationKind.GARBAGE, camera="gate-1", started_at=WHEN, ended_at=WHEN, confidence=0.8,
        box=(0, 0, 10, 10), width=100, height=100,
        evidence=tuple(EvidenceFile(file=name, sha256="0" * 64, role="context") for name in files),
    )  # fmt: skip


def put(outbox: Outbox, *files: str) -> Violation:
    made = violation(*files)
    folder = outbox.stage(made.id)
    for name in files:
        (folder / name).write_bytes(b"picture")
    outbox.commit(made)
    return made


def test_parcels_wait_in_order_and_survive_a_restart(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    made = [put(outbox, "a.jpg"), put(outbox, "b.jpg"), put(outbox)]
    again = Outbox(tmp_path)
    assert len(again) == 3
    assert [p.violation for p in again.pending()] == made
    for parcel in list(again.pending()):
        assert all((parcel.folder / e.file).read_bytes() == b"picture" for e in parcel.violation.evidence)
        again.delivered(parcel)
    assert len(Outbox(tmp_path)) == 0


def test_what_was_half_written_is_gone_after_a_kill(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    kept = put(outbox, "a.jpg")
    folder = outbox.stage(violation().id)
    (folder / "half.jpg").write_bytes(b"pic")
    document = outbox.stage(violation().id) / "violation.json"  # killed before the rename
    document.write_text(violation().model_dump_json())
    again = Outbox(tmp_path)
    assert [p.violation.id for p in again.pending()] == [kept.id]
    assert list((tmp_path / "writing").iterdir()) == []


def test_what_was_half_forgotten_is_gone_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = Outbox(tmp_path)
    put(outbox, "a.jpg", "b.jpg")

    def killed(folder: Path) -> None:
        next(iter(sorted(Path(folder).iterdir()))).unlink()
        raise SystemExit

    monkeypatch.setattr(shutil, "rmtree", killed)
    with pytest.raises(SystemExit):
        outbox.delivered(next(outbox.pending()))
    monkeypatch.undo()
    again = Outbox(tmp_path)
    assert list(again.pending()) == []
    assert list((tmp_path / "refused").iterdir()) == []


def test_the_same_violation_twice_is_one_parcel(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    made = put(outbox, "a.jpg")
    folder = outbox.stage(made.id)
    (folder / "a.jpg").write_bytes(b"another")
    outbox.commit(made)
    (parcel,) = outbox.pending()
    assert (parcel.folder / "a.jpg").read_bytes() == b"picture"
    assert list((tmp_path / "writing").iterdir()) == []


@pytest.mark.parametrize("damage", ["text", "empty", "no document", "no evidence", "a file"])
def test_a_damaged_parcel_does_not_hold_up_the_rest(tmp_path: Path, damage: str) -> None:
    outbox = Outbox(tmp_path)
    bad, good = put(outbox, "a.jpg"), put(outbox, "b.jpg")
    folder = tmp_path / "ready" / str(bad.id)
    match damage:
        case "text":
            (folder / "violation.json").write_text("{")
        case "empty":
            (folder / "violation.json").write_text("")
        case "no document":
            (folder / "violation.json").unlink()
        case "no evidence":
            (folder / "a.jpg").unlink()
        case _:
            shutil.rmtree(folder)
            folder.write_text("what is this")
    with structlog.testing.capture_logs() as logs:
        assert [p.violation.id for p in outbox.pending()] == [good.id]
    assert [entry["event"] for entry in logs] == ["violation refused"]
    assert (tmp_path / "refused" / folder.name).exists()


def test_a_refused_parcel_is_kept_with_the_reason(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    made = put(outbox, "a.jpg")
    (parcel,) = outbox.pending()
    outbox.refuse(parcel.folder, "422 no such camera")
    kept = tmp_path / "refused" / str(made.id)
    assert json.loads((kept / "reason.json").read_text())["reason"] == "422 no such camera"
    assert (kept / "a.jpg").exists()
    assert len(outbox) == 0


def test_discarded_evidence_is_gone(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    made = violation()
    (outbox.stage(made.id) / "a.jpg").write_bytes(b"picture")
    outbox.discard(made.id)
    outbox.discard(made.id)
    assert list((tmp_path / "writing").iterdir()) == []


def test_a_violation_that_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    made = violation()
    folder = outbox.stage(made.id)
    shutil.rmtree(folder)
    with pytest.raises(OutboxError, match="violation cannot be kept"):
        outbox.commit(made)


def test_a_removed_folder_is_made_again(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    shutil.rmtree(tmp_path / "writing")
    put(outbox, "a.jpg")
    assert len(outbox) == 1


def test_a_held_violation_waits_for_its_films(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    made = violation("a.jpg")
    (outbox.stage(made.id) / "a.jpg").write_bytes(b"picture")
    held = outbox.hold(made)
    assert held is not None
    assert (len(outbox), list(outbox.pending())) == (1, [])
    (held / "clip.mp4").write_bytes(b"film")
    clip = EvidenceFile(file="clip.mp4", sha256="0" * 64, role="clip", media_type="video/mp4")
    outbox.commit(made.model_copy(update={"evidence": (*made.evidence, clip)}))
    (parcel,) = outbox.pending()
    assert [e.file for e in parcel.violation.evidence] == ["a.jpg", "clip.mp4"]
    assert (parcel.folder / "clip.mp4").read_bytes() == b"film"


def test_a_held_violation_goes_without_films_after_a_kill(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    made = violation("a.jpg")
    (outbox.stage(made.id) / "a.jpg").write_bytes(b"picture")
    held = outbox.hold(made)
    assert held is not None
    (held / "clip.mp4").write_bytes(b"fi")  # killed while it was written
    again = Outbox(tmp_path)
    (parcel,) = again.pending()
    assert parcel.violation == made
    again.stage(made.id)
    assert again.hold(made) is None  # found again
    assert len(again) == 1
    again.delivered(parcel)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
