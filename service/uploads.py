"""Uploads: bodies read as they come, with limits, hashed on the way.

Files wait in the folder ``incoming`` under the identifier that they will have in the record. They are removed when
the request is over; what a crash leaves there tells the next start which stored files nobody refers to.
"""

import asyncio
import contextlib
import errno
import hashlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import uuid_utils.compat
from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from service.errors import ProblemError, invalid
from service.null_characters import MESSAGE

CHUNK = 256 * 1024
"""Bytes of a body that are gathered before they are taken apart."""
FIELD_LIMIT = 1024 * 1024
FIELDS = 32
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(slots=True)
class ReceivedFile:
    """A file that was uploaded: where it waits, its size in bytes, the SHA-256 of its bytes.

    With ``content`` it is held in memory, and nothing is at ``path`` before it is stored.
    """

    id: UUID
    field: str
    filename: str
    media_type: str
    path: Path
    size: int = 0
    sha256: str = ""
    content: bytes | None = None

    def read_text(self) -> str:
        """Its text as UTF-8, with marks for what is none. It blocks."""
        content = self.path.read_bytes() if self.content is None else self.content
        return content.decode("utf-8", "replace")


@dataclass(slots=True)
class Form:
    """A form that was uploaded: its text fields and its files."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[ReceivedFile] = field(default_factory=list)


async def read_body(request: Request, limit: int, media_types: tuple[str, ...]) -> bytes:
    """A body that is one file, up to ``limit`` bytes.

    Raises:
        ProblemError: 415 for another media type, 413 for more bytes.
    """
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in media_types:
        raise ProblemError(415, f"The body must be {' or '.join(media_types)}, got {sent or 'no Content-Type'}.")
    _check_announced(request, limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


@contextlib.asynccontextmanager
async def received_form(
    request: Request,
    incoming: Path,
    limit: int,
    max_files: int,
    before_files: Callable[[Mapping[str, str]], Awaitable[None]] | None = None,
    *,
    hold: bool = False,
) -> AsyncIterator[Form]:
    """A multipart form of at most ``limit`` bytes; its files are gone when the block ends.

    With ``hold`` a form below `CHUNK` bytes stays in memory: it was there anyway, and needs no thread to be read.

    ``before_files`` is asked once a file begins, with the fields that came before it: where it raises, hardly any of
    the file is read.

    Raises:
        ProblemError: 415 for another media type, 413 for too many bytes or files, 422 for a form that is cut off or
            broken.
        OSError: where there is no room on the disk (see `service.evidence.room`).
    """
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if media_type != b"multipart/form-data" or not boundary:
        raise ProblemError(415, "The body must be multipart/form-data with a boundary.")
    _check_announced(request, limit)
    reader = _FormReader(incoming, boundary, max_files)
    try:
        size = 0
        pending = bytearray()
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            pending += chunk
            if len(pending) >= CHUNK:
                await asyncio.to_thread(reader.feed, bytes(pending))
                pending.clear()
                if before_files is not None and reader.form.files:
                    await before_files(reader.form.fields)
                    before_files = None
        reader.holds = hold and len(pending) == size
        if reader.holds:
            reader.finish(bytes(pending))
        else:
            await asyncio.to_thread(reader.finish, bytes(pending))
        yield reader.form
    except ClientDisconnect as error:
        raise ProblemError(400, "The connection ended in the middle of the upload.") from error
    finally:
        if not reader.holds:
            await asyncio.to_thread(reader.discard)


def _check_announced(request: Request, limit: int) -> None:
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> ProblemError:
    return ProblemError(413, f"The upload is too large: {limit} bytes are the limit.", kind="too-large")


class _FormReader:
    """Takes a form apart as it comes. Its methods block; they run in a thread, one after the other.

    While ``holds`` is set, files stay in memory and nothing blocks.
    """

    def __init__(self, incoming: Path, boundary: bytes, max_files: int) -> None:
        self.form = Form()
        self.holds = False
        self._incoming = incoming
        self._max_files = max_files
        self._header_field = bytearray()
        self._header_value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._text: bytearray | None = None
        self._file: BinaryIO | io.BytesIO | None = None
        self._digest = hashlib.sha256()
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        try:
            self._parser.write(chunk)
        except MultipartParseError as error:
            raise ProblemError(422, f"The form is broken: {error}", kind="invalid-input") from error

    def finish(self, chunk: bytes) -> None:
        """Take the last bytes of the body."""
        self.feed(chunk)
        if not self._ended:
            raise ProblemError(422, "The form is cut off: its closing boundary is missing.", kind="invalid-input")

    def discard(self) -> None:
        """Remove the files; what was put into the record has another name by now."""
        if self._file is not None:
            self._file.close()
        for file in self.form.files:
            file.path.unlink(missing_ok=True)

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[bytes(self._header_field).lower()] = bytes(self._header_value)
        self._header_field.clear()
        self._header_value.clear()

    def _on_headers_finished(self) -> None:
        disposition, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name")
        if disposition != b"form-data" or name is None:
            raise ProblemError(422, "A part of the form has no name.", kind="invalid-input")
        self._name = name.decode("utf-8", "replace")
        filename = options.get(b"filename")
        if filename is None:
            if len(self.form.fields) >= FIELDS:
                raise ProblemError(413, f"The form has more than {FIELDS} fields.", kind="too-large")
            self._text = bytearray()
            return
        if len(self.form.files) >= self._max_files:
            raise ProblemError(413, f"The form has more than {self._max_files} files.", kind="too-large")
        file_id = uuid_utils.compat.uuid7()
        media_type = self._headers.get(b"content-type", b"application/octet-stream").decode("latin-1")
        received = ReceivedFile(
            file_id, self._name, filename.decode("utf-8", "replace"), media_type, self._incoming / str(file_id)
        )
        self.form.files.append(received)
        self._digest = hashlib.sha256()
        self._file = io.BytesIO() if self.holds else received.path.open("xb")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        part = memoryview(data)[start:end]
        if self._file is not None:
            self._file.write(part)
            self._digest.update(part)
            self.form.files[-1].size += len(part)
        elif self._text is not None:
            self._text += part
            if len(self._text) > FIELD_LIMIT:
                raise ProblemError(413, f"{self._name}: {FIELD_LIMIT} bytes are the limit.", kind="too-large")

    def _on_part_end(self) -> None:
        if self._file is not None:
            if isinstance(self._file, io.BytesIO):
                self.form.files[-1].content = self._file.getvalue()
            self._file.close()
            self._file = None
            self.form.files[-1].sha256 = self._digest.hexdigest()
        elif self._text is not None:
            try:
                text = self._text.decode("utf-8")
            except UnicodeDecodeError as error:
                raise ProblemError(422, f"{self._name}: is not UTF-8.", kind="invalid-input") from error
            if "\0" in text:
                raise invalid(self._name, MESSAGE)
            self.form.fields[self._name] = text
            self._text = None

    def _on_end(self) -> None:
        self._ended = True
