"""Shared folders: an engine's outbox and checkpoints, each written to the shared place before anything relies on it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from uuid import UUID

import structlog

from detector.checkpoint_file import CheckpointFile
from detector.cluster.shared_place import DOCUMENT, PHOTOS, OvertakenError, SharedPlace, SharedPlaceError, camera_shelf
from detector.engine import EngineFolders
from detector.outbox import Outbox, OutboxError, Parcel
from detector.violations import Violation

_log = structlog.get_logger(__name__)


class Terms:
    """Which shelves an engine owns, by the term of each."""

    def __init__(self, place: SharedPlace) -> None:
        self._place = place
        self._terms: dict[str, int] = {}
        self._lost: set[str] = set()
        self._lock = Lock()

    def take(self, shelf: str, term: int) -> None:
        """Become the owner of a shelf.

        Raises:
            OvertakenError: another engine has done so with a later term.
            SharedPlaceError: nobody can say now.
        """
        self._place.claim(shelf, term)
        with self._lock:
            self._terms[shelf] = term
            self._lost.discard(shelf)

    def check(self, shelf: str) -> None:
        """Make sure that the shelf is this engine's still.

        Raises:
            OvertakenError: it never was, or somebody has taken it over.
            SharedPlaceError: nobody can say now.
        """
        with self._lock:
            term = self._terms.get(shelf)
        if term is None:
            raise OvertakenError(f"{shelf}: it does not belong to this engine")
        try:
            self._place.check_owner(shelf, term)
        except OvertakenError:
            with self._lock:
                self._lost.add(shelf)
            raise

    @property
    def lost(self) -> set[str]:
        """Shelves that somebody has taken over."""
        with self._lock:
            return set(self._lost)


class SharedOutbox(Outbox):
    """An outbox whose parcels lie in the shared place too, from the moment that they are held.

    Args:
        folder: on this machine; what another life has left in it counts for nothing.
        place: where parcels outlive this machine.
        terms: of the shelves that this engine owns.
    """

    def __init__(self, folder: Path, place: SharedPlace, terms: Terms) -> None:
        super().__init__(folder)
        self._place = place
        self._terms = terms
        self._stored: dict[str, set[str]] = {}
        """Files that the shared place has, by the violation's id."""
        self._shelves: dict[str, str] = {}

    def hold(self, violation: Violation) -> Path | None:
        """Keep a staged violation to which films will be added, here and in the shared place.

        Raises:
            OutboxError: it could not be written, or another engine has taken the camera over.
        """
        self._store(violation, self.stage(violation.id))
        return super().hold(violation)

    def commit(self, violation: Violation) -> None:
        """Put a staged or held violation among those to be delivered, here and in the shared place.

        Raises:
            OutboxError: it could not be written, or another engine has taken the camera over.
        """
        held = self._held / str(violation.id)
        self._store(violation, held if held.exists() else self.stage(violation.id))
        super().commit(violation)

    def pending(self) -> Iterator[Parcel]:
        """What waits, oldest first, without what now belongs to another engine: that one delivers it."""
        for parcel in super().pending():
            try:
                self._terms.check(_shelf(parcel.violation))
            except OvertakenError:
                super().delivered(parcel)
                self._forget(parcel.folder.name)
                continue
            yield parcel

    def delivered(self, parcel: Parcel) -> None:
        """The other side has it for good: forget it."""
        super().delivered(parcel)
        self._forget(parcel.folder.name)
        try:
            self._place.remove_parcel(_shelf(parcel.violation), parcel.violation.id)
        except SharedPlaceError as error:  # it is delivered once more by whoever owns the shelf next; no harm
            _log.warning("parcel not removed", id=str(parcel.violation.id), reason=str(error))

    def refuse(self, folder: Path, reason: str) -> None:
        """Set a parcel aside that the other side will never take, here and in the shared place."""
        super().refuse(folder, reason)
        shelf = self._forget(folder.name)
        try:
            if shelf is not None:
                self._place.set_aside(shelf, UUID(folder.name), reason)
        except SharedPlaceError as error:
            _log.warning("refused parcel not set aside", id=folder.name, reason=str(error))

    def take_over(self, shelf: str) -> None:
        """Bring what an engine before this one has left on a shelf here.

        Raises:
            SharedPlaceError: it cannot be read now.
            OutboxError: it cannot be written.
        """
        for violation_id in self._place.parcels(shelf):
            folder = self.stage(violation_id)
            try:
                violation = Violation.model_validate_json(self._place.read(shelf, violation_id, DOCUMENT))
                for evidence in violation.evidence:
                    (folder / evidence.file).write_bytes(self._place.read(shelf, violation_id, evidence.file))
            except (FileNotFoundError, ValueError) as error:  # delivered and removed meanwhile, or damaged
                self.discard(violation_id)
                _log.warning("parcel not taken over", id=str(violation_id), reason=str(error))
                continue
            self._note(violation, {evidence.file for evidence in violation.evidence})
            super().commit(violation)

    def _store(self, violation: Violation, folder: Path) -> None:
        stored = self._stored.get(str(violation.id), set())
        fresh = [evidence.file for evidence in violation.evidence if evidence.file not in stored]
        try:
            self._terms.check(_shelf(violation))
            files = [folder / name for name in fresh]
            self._place.put_parcel(_shelf(violation), violation.id, violation.model_dump_json(), files)
        except OSError as error:
            raise OutboxError(str(error)) from error
        self._note(violation, stored.union(fresh))

    def _note(self, violation: Violation, stored: set[str]) -> None:
        self._stored[str(violation.id)] = stored
        self._shelves[str(violation.id)] = _shelf(violation)

    def _forget(self, name: str) -> str | None:
        self._stored.pop(name, None)
        return self._shelves.pop(name, None)


class SharedCheckpoint(CheckpointFile):
    """What one camera's rules remember, in the shared place.

    Args:
        place: where it is kept.
        camera: its id.
        terms: of the shelves that this engine owns.
    """

    def __init__(self, place: SharedPlace, camera: str, terms: Terms) -> None:
        super().__init__(Path(), camera)
        self._place = place
        self._shelf = camera_shelf(camera)
        self._terms = terms

    def _read(self) -> bytes:
        return self._place.read_checkpoint(self._shelf)

    def _write(self, content: str) -> None:
        self._terms.check(self._shelf)
        self._place.write_checkpoint(self._shelf, content)


@dataclass(frozen=True, slots=True)
class SharedFolders(EngineFolders):
    """Where an engine in a cluster keeps what must survive it.

    Attributes:
        place: what outlives this machine.
        terms: of the shelves that this engine owns.
    """

    place: SharedPlace = field(kw_only=True)
    terms: Terms = field(kw_only=True)

    def open_outbox(self) -> SharedOutbox:
        """The outbox, made where it is missing."""
        return SharedOutbox(self.outbox, self.place, self.terms)

    def checkpoint(self, camera: str) -> SharedCheckpoint:
        """Where what the rules of a camera remember is kept."""
        return SharedCheckpoint(self.place, camera, self.terms)


def _shelf(violation: Violation) -> str:
    return camera_shelf(violation.camera) if violation.camera is not None else PHOTOS
