"""Rows that a request names."""

from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from service.database import Base
from service.errors import not_found

Row = TypeVar("Row", bound=Base)


async def load(session: AsyncSession, table: type[Row], key: object, what: str, *, lock: bool = False) -> Row:
    """The row with this primary key; ``lock`` keeps others from changing it until the transaction ends.

    Raises:
        ProblemError: 404 where there is none; it says that there is no such ``what``.
    """
    row = await session.get(table, key, with_for_update=lock)
    if row is None:
        raise not_found(what)
    return row
