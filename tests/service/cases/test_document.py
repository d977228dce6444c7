"""The document of how cases move is the table's."""

from pathlib import Path

from service.cases.document import document
from service.cases.transitions import TRANSITIONS


def test_the_document_is_up_to_date() -> None:
    written = (Path(__file__).resolve().parents[3] / "docs" / "cases.md").read_text(encoding="utf-8")
    assert written == document(), "run: python -m service.cases.document > docs/cases.md"


def test_the_document_has_every_step() -> None:
    rows = [line for line in document().splitlines() if line.startswith("| ")]
    assert len(rows) == len(TRANSITIONS) + 2
