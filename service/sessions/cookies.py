"""The session cookie, and the CSRF token that belongs to it."""

import hashlib

from fastapi import Response

COOKIE = "streetwarden_session"


def token_hash(token: str) -> str:
    """What the database keeps of a secret of 256 random bits; it needs no salt, and cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """The token that unsafe requests of a session must carry: only who can read the API's answers knows it."""
    return hashlib.sha256(b"csrf:" + token.encode()).hexdigest()


def set_cookie(response: Response, token: str, *, secure: bool) -> None:
    """Give the session to the browser until it is closed; the server decides when it ends."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=secure, path="/")


def remove_cookie(response: Response) -> None:
    """Take the session from the browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", path="/")
