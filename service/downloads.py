"""Giving out a file that was made for one request."""

import asyncio
from collections.abc import AsyncIterator
from typing import IO

from fastapi.responses import StreamingResponse

from service.evidence.store import CHUNK


def file_answer(*media_types: str) -> dict[int | str, dict[str, object]]:
    """The answer of a route that gives out a file, for its description."""
    content = {name: {"schema": {"type": "string", "format": "binary"}} for name in media_types}
    return {200: {"content": content, "description": "the file"}}


def file_download(file: IO[bytes], name: str, media_type: str) -> StreamingResponse:
    """The answer that gives out an open file from where it stands, and closes it; ``name`` is plain ASCII."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_chunks(file), headers=headers, media_type=media_type)


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
