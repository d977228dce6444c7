"""Null characters: nothing that people write holds one, PostgreSQL cannot keep it, and C libraries end a text there."""

import re

from fastapi import Request

from service.errors import invalid

_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""``\\u0000`` as JSON writes it; a backslash that is escaped itself begins no escape."""
MESSAGE = "holds a null character: leave it out"


def in_json(content: bytes) -> bool:
    """Whether a text of a JSON document holds a null character; a bare one makes it no JSON."""
    return _ESCAPED.search(content) is not None


async def refuse_null_characters(request: Request) -> None:
    """That neither address nor JSON body of a request holds a null character; uploads look at their own fields.

    Raises:
        ProblemError: 422 that says where it is.
    """
    if "\0" in request.url.path or any("\0" in value for value in request.path_params.values()):
        raise invalid("path", MESSAGE)
    for name, value in request.query_params.multi_items():
        if "\0" in name or "\0" in value:
            raise invalid(name.replace("\0", ""), MESSAGE)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/json" and in_json(await request.body()):
        raise invalid("body", MESSAGE)
