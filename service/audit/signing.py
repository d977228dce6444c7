"""The office's signing key: Ed25519 (RFC 8032), made at the first start, kept beside the data, read by its owner only.

The folder holds ``signing.pem``, the private key, and ``<key id>.pub.pem`` for each key that ever signed here. To begin
with a new key, take ``signing.pem`` away and start again; what the old one signed can still be checked.
"""

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PRIVATE = "signing.pem"
PUBLIC_SUFFIX = ".pub.pem"


class KeyFileError(RuntimeError):
    """A key file cannot be used."""


def key_id(public: Ed25519PublicKey) -> str:
    """The name of a key: the first 16 hex digits of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def public_pem(public: Ed25519PublicKey) -> str:
    """A public key as PEM text (SubjectPublicKeyInfo, RFC 8410), as OpenSSL and the offline check read it."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form).decode()


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private key of an office, and its name."""

    private: Ed25519PrivateKey
    id: str

    @property
    def public(self) -> Ed25519PublicKey:
        """The key that signatures are checked with."""
        return self.private.public_key()

    def sign(self, content: bytes) -> str:
        """The signature of some bytes: 64 bytes as hex."""
        return self.private.sign(content).hex()


def is_signed(public: Ed25519PublicKey, signature: str, content: bytes) -> bool:
    """Whether a signature in hex is that of a key over some bytes."""
    try:
        public.verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def prepare_key(folder: Path) -> tuple[SigningKey, bool]:
    """The key of a folder, made where there is none; answers whether it was made just now. Safe to repeat.

    Raises:
        KeyFileError: where the file holds no Ed25519 key, or others may read it.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / PRIVATE
    is_new = not path.exists() and _create(path)
    key = load_key(folder)
    public = folder / f"{key.id}{PUBLIC_SUFFIX}"
    if not public.exists():
        public.write_text(public_pem(key.public), encoding="ascii")
    return key, is_new


def load_key(folder: Path) -> SigningKey:
    """The private key of a folder.

    Raises:
        KeyFileError: where there is none, it holds no Ed25519 key, or others may read it.
    """
    path = folder / PRIVATE
    try:
        mode = path.stat().st_mode & 0o777
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise KeyFileError(f"{path}: there is no signing key: start the office once, or restore the file") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path}: is no private PEM key: restore it, or take it away for a new one") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyFileError(f"{path}: is no Ed25519 key: restore it, or take it away for a new one")
    if mode & 0o077:
        raise KeyFileError(f"{path}: others may read the signing key (mode {mode:o}): chmod 600 it")
    return SigningKey(private, key_id(private.public_key()))


def public_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """Every public key that ever signed here, by its name.

    Raises:
        KeyFileError: where a file holds another key than its name says.
    """
    keys = {}
    for path in sorted(folder.glob(f"*{PUBLIC_SUFFIX}")):
        try:
            public = serialization.load_pem_public_key(path.read_bytes())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise KeyFileError(f"{path}: is no public key in PEM form") from error
        if not isinstance(public, Ed25519PublicKey) or key_id(public) != path.name.removesuffix(PUBLIC_SUFFIX):
            raise KeyFileError(f"{path}: is not the key that its name says")
        keys[key_id(public)] = public
    return keys


def _create(path: Path) -> bool:
    """Make a private key; answers whether this process made it: another one may be as fast."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    beside = path.with_name(f".{secrets.token_hex(8)}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)  # unlike a rename, it never replaces a key
            return True
        return False
    finally:
        beside.unlink()
