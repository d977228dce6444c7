"""Sealing secrets that the database must hold but not tell: whoever steals the database has not the key."""

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

FILE = "sealing.key"


class SealError(RuntimeError):
    """A sealed secret cannot be opened."""


def prepare_sealing(folder: Path) -> None:
    """Make the key of a folder where there is none. Replicas of one office share the folder. Safe to repeat."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key())
        file.flush()
        os.fsync(file.fileno())


def seal(folder: Path, secret: str) -> str:
    """A secret as the database keeps it.

    Raises:
        SealError: where the key is missing or broken.
    """
    return _key(folder).encrypt(secret.encode()).decode()


def unseal(folder: Path, sealed: str) -> str:
    """The secret.

    Raises:
        SealError: where the key is missing, broken or another one.
    """
    try:
        return _key(folder).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealError(f"{folder / FILE} is not the key that sealed this: put the old one back") from error


def _key(folder: Path) -> Fernet:
    try:
        return Fernet((folder / FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise SealError(f"{folder / FILE} cannot be used: {error}") from error
