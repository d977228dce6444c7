"""What a password must be: long, not among those that everybody tries, not the person's own name.

As NIST SP 800-63B advises: no demands on kinds of characters, which only make passwords alike.
"""

import functools
import itertools
from importlib import resources

LEAST_LENGTH = 10
LEAST_DIFFERENT = 5
"""Different characters; fewer are a pattern."""

_SHORTEST_NAME = 4


def fault_of(password: str, *names: str) -> str | None:
    """What is wrong with a password of somebody with these names; none where nothing is."""
    plain = password.strip().lower()
    if len(password) < LEAST_LENGTH:
        return f"must have {LEAST_LENGTH} characters or more"
    if plain in _common():
        return "is one that everybody tries: choose another"
    if len(set(plain)) < LEAST_DIFFERENT:
        return f"must have {LEAST_DIFFERENT} different characters or more"
    if _is_sequence(plain):
        return "is a row of characters: choose another"
    for name in names:
        if len(name) >= _SHORTEST_NAME and name.lower() in plain:
            return "must not hold your name"
    return None


def _is_sequence(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(text)}
    return steps in ({1}, {-1})


@functools.cache
def _common() -> frozenset[str]:
    text = resources.files("service.users").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
