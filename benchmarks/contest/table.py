"""The table: one row a measure, in Markdown, and its place in RESULTS.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

BEGIN: Final = "<!-- make bench writes from here -->"
END: Final = "<!-- to here -->"


@dataclass(frozen=True, slots=True)
class Row:
    """One measure.

    Attributes:
        measure: what is measured.
        wanted: the figure that it must reach.
        measured: the figure; None where there is none, and ``how`` says why.
        unit: of both.
        at_most: whether less is better.
        recall: what was found beside that speed, ours and theirs.
        same: whether what was found is as much, or as fresh, as it must be; a speed that loses it has reached nothing.
        how: what was compared with what, in one line.
    """

    measure: str
    wanted: float
    measured: float | None
    how: str
    unit: str = "×"
    at_most: bool = False
    recall: str = "–"
    same: bool = True

    @property
    def reached(self) -> str:
        """``yes``, ``no``, ``no: finds less or too late``, or ``not measured``."""
        if self.measured is None:
            return "not measured"
        enough = self.measured <= self.wanted if self.at_most else self.measured >= self.wanted
        if not enough:
            return "no"
        return "**yes**" if self.same else "no: finds less or too late"

    def line(self) -> str:
        """The row in Markdown."""
        bound = "≤" if self.at_most else "≥"
        measured = "–" if self.measured is None else self._figure(self.measured)
        cells = [self.measure, f"{bound} {self._figure(self.wanted)}", measured, self.reached, self.recall, self.how]
        return "| " + " | ".join(cell.replace("|", "/").replace("\n", " ") for cell in cells) + " |"

    def _figure(self, value: float) -> str:
        number = f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10 else f"{value:.1f}".removesuffix(".0")
        return f"{number} {self.unit}".rstrip()


def render(heading: str, rows: Sequence[Row], note: str) -> str:
    """The whole answer in Markdown."""
    lines = [
        heading,
        "",
        "| measure | wanted | measured | reached | recall, ours / theirs | how |",
        "| --- | --- | --- | --- | --- | --- |",
        *(row.line() for row in rows),
        "",
        note,
    ]
    return "\n".join(lines)


def written_into(page: str, answer: str) -> str:
    """A page with the answer between its markers.

    Raises:
        ValueError: the page has no markers, or not in this order.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"needs the lines {BEGIN} and {END}, in this order")
    return f"{before}{BEGIN}\n{answer.strip()}\n{END}{after}"
