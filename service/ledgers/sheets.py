"""Ledgers as files: XLSX, written row by row so that memory does not grow with the rows, and CSV.

No cell is ever a formula. In XLSX text is stored as text, whatever it begins with. CSV has no types: a spreadsheet that
opens it would run what begins like a formula, so that such text gets an apostrophe before it (OWASP, CSV injection).
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol
from zoneinfo import ZoneInfo

import xlsxwriter

from service.ledgers.columns import Cell, Column, Language
from service.ledgers.rows import LedgerRow

ROWS_OF_A_SHEET = 1_048_576
"""What Excel can show; a longer ledger goes on in another sheet."""
TEXT_OF_A_CELL = 32_767
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Spreadsheets take text that begins so for a formula; some the full-width characters too."""


class Sheet(Protocol):
    """A file that a ledger is written into."""

    def add(self, rows: Sequence[LedgerRow]) -> None:
        """Append rows."""

    def close(self) -> None:
        """Write what is left."""


class ExcelSheet:
    """A ledger as XLSX."""

    def __init__(
        self, target: IO[bytes], name: str, columns: Sequence[Column], language: Language, zone: ZoneInfo, folder: Path
    ) -> None:
        """Begin the first sheet; ``folder`` takes what is under way."""
        self._book = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "tmpdir": str(folder),
            },
        )
        self._title = self._book.add_format({"bold": True, "bg_color": "#F3F5F7", "bottom": 1})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._columns, self._language, self._zone, self._name = columns, language, zone, name
        self._begin()

    def _begin(self) -> None:
        sheets = len(self._book.worksheets())
        self._sheet = self._book.add_worksheet(self._name if sheets == 0 else f"{self._name} {sheets + 1}")
        for position, column in enumerate(self._columns):
            self._sheet.set_column(position, position, column.width)
            self._sheet.write_string(0, position, column.title(self._language), self._title)
        self._sheet.freeze_panes(1, 1)
        self._next = 1

    def add(self, rows: Sequence[LedgerRow]) -> None:
        """Append rows; a full sheet is followed by another."""
        for row in rows:
            if self._next == ROWS_OF_A_SHEET:
                self._begin()
            for position, column in enumerate(self._columns):
                self._write(position, column.cell(row, self._language))
            self._next += 1

    def _write(self, position: int, cell: Cell) -> None:
        if isinstance(cell, str):
            self._sheet.write_string(self._next, position, cell[:TEXT_OF_A_CELL])
        elif isinstance(cell, datetime):
            local = cell.astimezone(self._zone).replace(tzinfo=None)
            self._sheet.write_datetime(self._next, position, local, self._moment)
        elif cell is not None:
            self._sheet.write_number(self._next, position, cell)

    def close(self) -> None:
        """Write the file."""
        self._book.close()


class CsvSheet:
    """A ledger as CSV in UTF-8, with the mark that makes Excel read it so."""

    def __init__(self, target: IO[bytes], columns: Sequence[Column], language: Language, zone: ZoneInfo) -> None:
        """Write the titles."""
        self._text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=False)
        self._csv = csv.writer(self._text)
        self._columns, self._language, self._zone = columns, language, zone
        self._csv.writerow([column.title(language) for column in columns])

    def add(self, rows: Sequence[LedgerRow]) -> None:
        """Append rows."""
        for row in rows:
            self._csv.writerow([self._plain(column.cell(row, self._language)) for column in self._columns])

    def _plain(self, cell: Cell) -> str | int | float | None:
        if isinstance(cell, datetime):
            return f"{cell.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"
        return harmless(cell) if isinstance(cell, str) else cell

    def close(self) -> None:
        """Write what is left; the file stays open."""
        self._text.flush()
        self._text.detach()


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text
