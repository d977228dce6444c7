"""Cursor pages: a list continues after the last row that was seen, so that new rows never shift it."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from service.errors import ProblemError, invalid

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(description="pass it as cursor to get the next page; null on the last one")


Limit = Annotated[int, Query(ge=1, le=200, description="rows on a page")]
Cursor = Annotated[str | None, Query(max_length=500, description="next_cursor of the page before")]


def encode_cursor(*position: str) -> str:
    """A cursor that names the sort key of the last row of a page."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, parts: int) -> list[str]:
    """The sort key that a cursor names.

    Raises:
        ProblemError: 422 where the cursor was not made by `encode_cursor` with as many parts.
    """
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise bad_cursor() from error
    if not isinstance(position, list) or len(position) != parts:
        raise bad_cursor()
    if not all(isinstance(part, str) and "\0" not in part for part in position):
        raise bad_cursor()
    return position


def decode_time_cursor(cursor: str) -> tuple[datetime, UUID]:
    """The time, in UTC, and the id that the cursor of a list by time names.

    Raises:
        ProblemError: 422 where no page of such a list gave it out.
    """
    at, row_id = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(row_id)
    except (ValueError, OverflowError) as error:
        raise bad_cursor() from error


def bad_cursor() -> ProblemError:
    """A 422 for a cursor that no page gave out."""
    return invalid("cursor", "is not one that a page of this list gave; start again without it")
