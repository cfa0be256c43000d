"""Lists as CSV files for a spreadsheet, written as they are read."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice

from django.http import StreamingHttpResponse

AT_ONCE = 500  # rows in one piece of the answer
# A cell that begins with one of these is a formula to a spreadsheet.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | datetime | None


class _Line:
    """What csv writes into: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """The file: numbers in plain figures that a sheet adds up, moments in ISO 8601 and UTC.

    A text that a sheet would take for a formula has an apostrophe before it. The rows are read
    while the file is on its way.
    """
    response = StreamingHttpResponse(_pieces(heads, rows), content_type="text/csv; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def _pieces(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    # Spreadsheets take a file for UTF-8 only if it says so.
    yield "\ufeff"
    write = csv.writer(_Line()).writerow
    lines = (write([_cell(cell) for cell in row]) for row in chain([heads], rows))
    while piece := "".join(islice(lines, AT_ONCE)):
        yield piece


def _cell(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell
