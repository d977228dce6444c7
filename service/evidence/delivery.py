"""Answering with a stored file: whole, in part (RFC 9110, section 14), or not at all where the asker has it."""

import re
from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from service.errors import ProblemError
from service.evidence.store import FileStore

CACHE = "private, max-age=31536000, immutable"
SANDBOX = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
"""What somebody uploaded runs nothing, whatever it is and however a browser opens it."""
_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")


@dataclass(frozen=True, slots=True)
class Served:
    """A stored file that somebody may have: its key, its size in bytes, its SHA-256, its media type."""

    key: str
    size: int
    sha256: str
    media_type: str


async def file_response(files: FileStore, served: Served, request: Request) -> Response:
    """The answer to a request for a file.

    Raises:
        ProblemError: 416 where the range lies outside the file, 500 where the file is missing or has another size:
            that must never be hidden.
    """
    etag = f'"{served.sha256}"'
    headers = {"ETag": etag, "Cache-Control": CACHE, "Accept-Ranges": "bytes", "Content-Security-Policy": SANDBOX}
    if etag in (tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    try:
        stored = await files.facts(served.key)
    except FileNotFoundError as error:
        raise ProblemError(
            500, "The file is missing from the store: tell the administrator.", kind="file-lost"
        ) from error
    if stored.size != served.size:
        raise ProblemError(500, "The stored file was altered: tell the administrator.", kind="file-altered")
    start, end, status = 0, served.size, 200
    wanted = _RANGE.match(request.headers.get("range", ""))
    # A range of an older version would be mixed with this one; several ranges at once are answered with the whole.
    if wanted and wanted.groups() != ("", "") and request.headers.get("if-range", etag) == etag:
        start, end = _span(wanted[1], wanted[2], served.size)
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{served.size}"
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(files.stream(served.key, start, end), status, headers, served.media_type)


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """First byte and the one after the last, from the two numbers of a range; ``-n`` means the last n bytes."""
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
    if start >= end:
        raise ProblemError(
            416, f"The file has {size} bytes.", kind="no-such-range", headers={"Content-Range": f"bytes */{size}"}
        )
    return start, end
