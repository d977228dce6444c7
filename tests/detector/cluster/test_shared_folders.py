"""What outlives a machine: two engines, one after the other, with nothing between them but the shared place."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from detector.checkpoint_file import CheckpointFile
from detector.cluster.shared_folders import SharedFolders, SharedOutbox, Terms
from detector.cluster.shared_place import OvertakenError, SharedPlace, SharedPlaceError
from detector.outbox import OutboxError
from detector.pipeline import Checkpoint, Pipeline
from detector.scene import Scene
from detector.violations import EvidenceFile, Violation, ViolationKind
from tests.detector.streets import KERB, THRESHOLDS
from tests.service.s3 import BUCKET, S3Server, s3_server

__all__ = ["s3_server"]

WHEN = datetime(2026, 11, 24, tzinfo=UTC)
SHELF = "camera-gate-1"
Machine = Callable[[], "Engine"]
_TERMS = count(1)


class Engine:
    """The folders of an engine on a machine of its own."""

    def __init__(self, disk: Path, url: str, term: int) -> None:
        self.place = SharedPlace(url)
        self.terms = Terms(self.place)
        self.terms.take(SHELF, term)
        self.folders = SharedFolders(disk / "outbox", disk / "points", place=self.place, terms=self.terms)
        self.outbox: SharedOutbox = self.folders.open_outbox()
        self.outbox.take_over(SHELF)

    @property
    def checkpoint(self) -> CheckpointFile:
        return self.folders.checkpoint("gate-1")

    def find(self, *files: str) -> Violation:
        """Find a violation whose films are still being made."""
        made = violation(*files)
        self._stage(made)
        assert self.outbox.hold(made) is not None
        return made

    def complete(self, held: Violation, film: str) -> Violation:
        whole = violation(*(e.file for e in held.evidence), film, violation_id=held.id)
        (self.outbox.folder / "held" / str(held.id) / film).write_bytes(b"film")
        self.outbox.commit(whole)
        return whole

    def _stage(self, made: Violation) -> None:
        folder = self.outbox.stage(made.id)
        for evidence in made.evidence:
            (folder / evidence.file).write_bytes(b"picture")


@pytest.fixture(scope="module", params=["folder", "bucket"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "folder":
        yield str(tmp_path_factory.mktemp("shared"))
        return
    server: S3Server = request.getfixturevalue("s3_server")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in server.environment.items():
            patch.setenv(name, value)
        yield f"s3://{BUCKET}/engine"


@pytest.fixture
def machine(url: str, tmp_path: Path) -> Iterator[Machine]:
    """Makes engines; what they have left in the shared place is removed at the end."""
    made: list[Engine] = []

    def make() -> Engine:
        made.append(Engine(tmp_path / str(len(made)), url, next(_TERMS)))
        return made[-1]

    yield make
    place = SharedPlace(url)
    for left in place.parcels(SHELF):
        place.remove_parcel(SHELF, left)


def violation(*files: str, violation_id: UUID | None = None) -> Violation:
    made = Violation(
        kind=ViolationKind.GARBAGE, camera="gate-1", started_at=WHEN, ended_at=WHEN, confidence=0.8,
        box=(0, 0, 10, 10), width=100, height=100,
        evidence=tuple(EvidenceFile(file=name, sha256="0" * 64, role="context") for name in files),
    )  # fmt: skip
    return made if violation_id is None else made.model_copy(update={"id": violation_id})


def test_what_a_dead_machine_held_goes_out_from_the_next(machine: Machine) -> None:
    first = machine()
    held, whole = first.find("a.jpg"), first.complete(first.find("b.jpg"), "b.mp4")
    parcels = list(machine().outbox.pending())
    assert [p.violation for p in parcels] == [held, whole]
    assert (parcels[1].folder / "b.mp4").read_bytes() == b"film"


def test_what_was_delivered_is_gone_for_the_next_machine(machine: Machine) -> None:
    first = machine()
    first.complete(first.find("a.jpg"), "a.mp4")
    first.complete(refused := first.find("b.jpg"), "b.mp4")
    delivered, bad = list(first.outbox.pending())
    first.outbox.delivered(delivered)
    first.outbox.refuse(bad.folder, "no such camera")
    assert list(machine().outbox.pending()) == []
    with pytest.raises(FileNotFoundError):
        first.place.read(SHELF, refused.id, "b.jpg")


def test_found_again_from_an_old_checkpoint_it_is_the_same_parcel(machine: Machine) -> None:
    held = machine().find("a.jpg")
    second = machine()
    again = violation("a.jpg", violation_id=held.id)
    (second.outbox.stage(again.id) / "a.jpg").write_bytes(b"picture")
    assert second.outbox.hold(again) is None
    assert [p.violation.id for p in second.outbox.pending()] == [held.id]


def test_who_was_taken_for_dead_writes_and_delivers_nothing_more(machine: Machine) -> None:
    """Its parcels are the next one's, and its memory is out of date."""
    slow = machine()
    slow.complete(slow.find("a.jpg"), "a.mp4")
    taken_over = machine()
    with pytest.raises(OutboxError, match="taken it over"):
        slow.find("b.jpg")
    assert slow.terms.lost == {SHELF}
    assert list(slow.outbox.pending()) == []
    assert len(list(taken_over.outbox.pending())) == 1
    taken_over.checkpoint.save(pipeline())
    before = taken_over.place.read_checkpoint(SHELF)
    slow.checkpoint.save(pipeline(seconds=7))  # said in the log, and nothing else
    assert taken_over.place.read_checkpoint(SHELF) == before
    with pytest.raises(OvertakenError):
        slow.terms.take(SHELF, 0)


def test_a_checkpoint_goes_from_machine_to_machine(machine: Machine) -> None:
    machine().checkpoint.save(pipeline())
    saved = Checkpoint.model_validate_json(machine().place.read_checkpoint(SHELF))
    restored = pipeline()
    machine().checkpoint.restore(restored)
    assert restored.checkpoint() == saved
    assert saved.rules.keys() == {"illegal_parking"}


def test_an_engine_owns_only_what_it_was_given(machine: Machine) -> None:
    engine = machine()
    with pytest.raises(OvertakenError):
        engine.terms.check("camera-gate-2")


@pytest.mark.parametrize("url", ["folder"], indirect=True)
def test_without_the_shared_place_nothing_is_called_kept(machine: Machine, url: str) -> None:
    """The recorder tries again later, as with a full disk."""
    engine = machine()
    away = Path(url).with_name("away")
    Path(url).rename(away)
    Path(url).touch()  # a file where the folder was: as if another thing were mounted there
    with pytest.raises(OutboxError, match="shared place"):
        engine.find("a.jpg")
    Path(url).unlink()
    away.rename(url)
    made = engine.find("b.jpg")
    assert engine.place.parcels(SHELF) == [made.id]


def test_a_bucket_that_does_not_answer_is_said_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        for name, value in {"ENDPOINT": f"http://127.0.0.1:{closed.getsockname()[1]}", "REGION": "us-east-1"}.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
        with pytest.raises(SharedPlaceError, match="the shared place"):
            SharedPlace("s3://evidence/engine").parcels(SHELF)


def pipeline(seconds: float = 180) -> Pipeline:
    rules = {"illegal_parking": {"seconds": seconds}}
    return Pipeline(
        Scene.model_validate({"camera": {"id": "gate-1"}, "zones": [KERB], "rules": rules}), thresholds=THRESHOLDS
    )
