"""Code: a digest of the programs that run here, so that machines with different versions do not mix unnoticed."""

import hashlib
from functools import cache
from pathlib import Path

import detector
import service


@cache
def code_digest() -> str:
    """Twelve hexadecimal digits that change with any line of detector or service."""
    digest = hashlib.sha256()
    for package in (detector, service):
        folder = Path(package.__path__[0])
        for file in sorted(folder.rglob("*.py")):
            if "node_modules" not in file.parts:
                digest.update(file.relative_to(folder).as_posix().encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
