"""Shared place: what must outlive a machine — checkpoints, violations that wait, and who runs which camera.

A bucket, or a folder that all machines see. Each camera has one owner at a time, told by a term that grows with each
move; who has been overtaken, an engine on a machine that was taken for dead say, writes nothing any more.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

DOCUMENT: Final = "violation.json"
"""Written last and removed first: files without it are no parcel."""


class SharedPlaceError(OSError):
    """The shared place does not answer or refuses; the same may succeed later."""


class OvertakenError(OSError):
    """Another engine has taken this camera over."""


class SharedPlace:
    """Checkpoints and parcels in an object store. May be used by several threads at once.

    All methods raise :class:`SharedPlaceError` where the place cannot be reached.

    Args:
        url: ``s3://bucket/folder`` (``AWS_*`` variables say how it is reached) or a folder's path.
    """

    def __init__(self, url: str) -> None:
        self._store = _open(url)

    def claim(self, shelf: str, term: int) -> None:
        """Become the owner of a shelf.

        Raises:
            OvertakenError: another engine has done so with a later term.
        """
        self.check_owner(shelf, term)
        with _reached():
            obstore.put(self._store, f"owners/{shelf}", str(term).encode())

    def check_owner(self, shelf: str, term: int) -> None:
        """Make sure that nobody has overtaken the owner of this term.

        Raises:
            OvertakenError: somebody has.
        """
        with _reached():
            try:
                owner = int(bytes(obstore.get(self._store, f"owners/{shelf}").bytes()))
            except FileNotFoundError:
                return
        if owner > term:
            raise OvertakenError(f"{shelf}: another engine has taken it over")

    def read_checkpoint(self, shelf: str) -> bytes:
        """The newest checkpoint.

        Raises:
            FileNotFoundError: there is none.
        """
        with _reached():
            return bytes(obstore.get(self._store, f"checkpoints/{shelf}.json").bytes())

    def write_checkpoint(self, shelf: str, content: str) -> None:
        """Replace the checkpoint as a whole."""
        with _reached():
            obstore.put(self._store, f"checkpoints/{shelf}.json", content.encode())

    def put_parcel(self, shelf: str, violation: UUID, document: str, files: Iterable[Path]) -> None:
        """Keep a violation's files and then its document; one that is there is replaced."""
        with _reached():
            for file in files:
                obstore.put(self._store, f"{_folder(shelf, violation)}/{file.name}", file)
            obstore.put(self._store, f"{_folder(shelf, violation)}/{DOCUMENT}", document.encode())

    def parcels(self, shelf: str) -> list[UUID]:
        """Violations that wait, oldest first."""
        with _reached():
            listed = [entry["path"] for page in obstore.list(self._store, f"outbox/{shelf}") for entry in page]
        return sorted(UUID(path.split("/")[-2]) for path in listed if path.endswith(f"/{DOCUMENT}"))

    def read(self, shelf: str, violation: UUID, name: str) -> bytes:
        """A file of a parcel.

        Raises:
            FileNotFoundError: it is not there, or not any more.
        """
        with _reached():
            return bytes(obstore.get(self._store, f"{_folder(shelf, violation)}/{name}").bytes())

    def remove_parcel(self, shelf: str, violation: UUID) -> None:
        """Forget a violation; one that is not there is forgotten already."""
        with _reached():
            for name in self._names(shelf, violation):
                obstore.delete(self._store, f"{_folder(shelf, violation)}/{name}")

    def set_aside(self, shelf: str, violation: UUID, reason: str) -> None:
        """Keep a violation that the office will never take under ``refused``, for people to look at."""
        folder = f"refused/{shelf}/{violation}"
        with _reached():
            obstore.put(self._store, f"{folder}/reason.txt", reason.encode())
            for name in self._names(shelf, violation):
                obstore.rename(self._store, f"{_folder(shelf, violation)}/{name}", f"{folder}/{name}")

    def _names(self, shelf: str, violation: UUID) -> list[str]:
        """Names of a parcel's files, the document first."""
        listed = [e["path"] for page in obstore.list(self._store, _folder(shelf, violation)) for e in page]
        return sorted((path.split("/")[-1] for path in listed), key=lambda name: name != DOCUMENT)


def camera_shelf(camera: str) -> str:
    """The shelf of a camera."""
    return f"camera-{camera}"


PHOTOS: Final = "photos"
"""The shelf of what uploaded photos show."""


def _folder(shelf: str, violation: UUID) -> str:
    return f"outbox/{shelf}/{violation}"


def _open(url: str) -> ObjectStore:
    if "://" not in url:
        return LocalStore(Path(url).resolve(), mkdir=True)
    # The library's own patience, three minutes, would hold up a camera's rules, which try again themselves.
    return from_url(
        url,
        client_options={"connect_timeout": "2s", "timeout": "20s", "allow_http": True},
        retry_config={
            "max_retries": 1,
            "retry_timeout": timedelta(seconds=2),
            "backoff": {
                "base": 2,
                "init_backoff": timedelta(milliseconds=100),
                "max_backoff": timedelta(milliseconds=500),
            },
        },
    )


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError) as error:
        # The library's text goes on with pages about its own insides.
        raise SharedPlaceError(f"the shared place: {str(error).partition(chr(10))[0]}") from error
