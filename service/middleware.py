"""What happens around every request: an identifier, security headers, limits, the access log, timing, last resort."""

import re
import time
from secrets import token_hex

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.database import is_away
from service.errors import ProblemError, disk_full, put_off, respond
from service.evidence.room import REFUSED, is_full_disk, note_full_disk
from service.evidence.store import StoreAwayError
from service.office import Office

log = structlog.get_logger("service.access")

API = "/api/v1"
HEADERS_LIMIT = 32 * 1024
"""Bytes of a request's headers; browsers send less than one kilobyte."""
_TRY_AGAIN = frozenset({"40001", "40P01", "55P03"})
"""SQLSTATE of transactions that lost against another one: serialization failure, deadlock, lock not available."""

_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")

_SOURCES = {
    "default-src": "'self'",
    "script-src": "'self'",
    # Ant Design writes its styles into <style> elements at run time.
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{directive} {sources}" for directive, sources in _SOURCES.items())

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}


class RequestEnvelope:
    """Names each request, secures and logs each answer, and turns what nobody caught into a 500 problem."""

    def __init__(self, app: ASGIApp) -> None:
        """Wraps the whole app."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent_id = Headers(scope=scope).get("x-request-id", "")
        request_id = sent_id if _REQUEST_ID.match(sent_id) else token_hex(8)
        scope["request_id"] = request_id
        office: Office = scope["app"].state.office
        started = time.perf_counter()
        status = 0

        async def send_secured(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
                _measure(office, scope, status, time.perf_counter() - started)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                headers_size = sum(len(name) + len(value) for name, value in scope["headers"])
                app = self.app if headers_size <= HEADERS_LIMIT else _too_large_headers
                await app(scope, _limited(scope, receive, office.settings.json_limit), send_secured)
            except Exception as error:
                if status:
                    raise
                problem = _away(error)
                if isinstance(error, OSError | OperationalError) and is_full_disk(error):
                    log.warning("disk is full", method=scope["method"], path=scope["path"], error=str(error))
                    await note_full_disk(office)
                    problem = disk_full(REFUSED)
                elif problem is not None:
                    log.warning("request put off", method=scope["method"], path=scope["path"], error=str(error))
                else:
                    # The last resort: whatever it is, it is logged with its traceback and the client gets a problem.
                    log.exception("request failed", method=scope["method"], path=scope["path"], error=repr(error))
                    problem = ProblemError(500, f"Something went wrong here; the log has it under {request_id}.")
                await respond(problem, scope)(scope, receive, send_secured)
            _log(scope, status, time.perf_counter() - started)


async def _too_large_headers(scope: Scope, receive: Receive, send: Send) -> None:
    error = ProblemError(431, f"The headers are too large: {HEADERS_LIMIT} bytes are the limit.", kind="too-large")
    await respond(error, scope)(scope, receive, send)


def _away(error: Exception) -> ProblemError | None:
    """A 503 where database or store do not answer now, or another transaction was in the way: it may go well later."""
    if isinstance(error, StoreAwayError):
        return put_off("The store of evidence does not answer.", "store-away")
    if isinstance(error, DBAPIError):
        if getattr(error.orig, "sqlstate", None) in _TRY_AGAIN:
            return put_off("Others changed the same at the same time.", "busy")
        if is_away(error):
            return put_off("The database does not answer.", "database-away")
    return None


def _measure(office: Office, scope: Scope, status: int, seconds: float) -> None:
    route = str(getattr(scope.get("route"), "path", "other"))
    if scope["path"].startswith(API) and not route.startswith(API):
        route = API + route  # FastAPI tells the path within the router
    office.metrics.requests.labels(scope["method"], route, str(status)).observe(seconds)


def _log(scope: Scope, status: int, seconds: float) -> None:
    client = scope.get("client")
    # The engine asks several times a second: what went well is for debugging, figures are in /metrics.
    say = log.debug if 0 < status < 400 else log.info
    say(
        "request",
        method=scope["method"],
        path=scope["path"],
        status=status or "client gone",
        ms=round(seconds * 1000, 1),
        client=client[0] if client else None,
    )


def _limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """``receive`` that refuses a JSON body above ``limit`` bytes; uploads have limits of their own."""
    headers = Headers(scope=scope)
    media_type = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type.startswith(("multipart/", "image/")) or media_type == "application/geo+json":
        return receive
    size = 0

    async def receive_limited() -> Message:
        nonlocal size
        message = await receive()
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            if size > limit:
                raise ProblemError(413, f"The body is too large: {limit} bytes are the limit.", kind="too-large")
        return message

    return receive_limited


class Compression:
    """gzip for text; pictures, clips and streams go as they are.

    The session's answer is left out too: it holds the CSRF token beside text that a stranger may choose (BREACH).
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wraps the app."""
        self.app = app
        self.compressed = GZipMiddleware(
            app,
            minimum_size=1000,
            compresslevel=6,
            exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, "image/heic", "multipart/x-mixed-replace"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        plain = scope["type"] != "http" or scope["path"].startswith("/api/v1/session")
        await (self.app if plain else self.compressed)(scope, receive, send)
