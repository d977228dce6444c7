"""Spreadsheet formula injection: in no export of any of the six ledgers is what people wrote a formula."""

import csv
import io
import zipfile

import openpyxl
import pytest

from service.ledgers.lists import Ledger
from service.spreadsheets import FORMULA_STARTS
from tests.service.cases.conftest import staff as staff  # noqa: PLC0414 (a fixture)
from tests.service.cases.people import Staff, done, step

COMMAND = "=cmd|' /C calc'!A1"


async def _cases(staff: Staff) -> None:
    """Cases in every ledger, whose texts would all be formulas."""
    await staff.admin.patch("/cameras/gate-1", json={"name": COMMAND})
    await staff.admin.patch(f"/units/{staff.unit['id']}", json={"name": COMMAND, "contact": COMMAND})
    await staff.at("closed", zone=COMMAND)
    working = await staff.at("in_progress", zone=COMMAND)
    done(await step(staff.supervisor, working, "escalate", note=COMMAND))


@pytest.mark.parametrize("ledger", Ledger)
async def test_no_formula_in_either_export_of_a_ledger(staff: Staff, ledger: Ledger) -> None:
    await _cases(staff)
    answer = await staff.supervisor.get(f"/ledgers/{ledger}/export", params={"format": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        assert b"<f>" not in zipped.read("xl/worksheets/sheet1.xml")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert COMMAND in [cell.value for cell in cells], "the text is there"
    assert not [cell for cell in cells if cell.data_type == "f"]

    answer = await staff.supervisor.get(f"/ledgers/{ledger}/export", params={"format": "csv"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
    assert rows
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA_STARTS)]
