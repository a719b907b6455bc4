"""Tables as CSV that a spreadsheet shows and never obeys."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

BOM = "\ufeff"

FORMULA = re.compile(r"[=+\-@\t\r\n\x00＝＋－＠]")
"""How a cell begins that some spreadsheet would compute instead of show."""

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def safe_cell(value: object) -> str:
    """A value as the text of a cell: what would be a formula is preceded by an apostrophe."""
    text = "" if value is None else str(value)
    if FORMULA.match(text) and not NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_text(
    columns: Sequence[str], rows: Iterable[Mapping[str, object]], *, bom: bool = False
) -> str:
    """Rows under a heading, in the dialect of RFC 4180; absent values are empty cells."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow([safe_cell(name) for name in columns])
    for row in rows:
        writer.writerow([safe_cell(row.get(name)) for name in columns])
    return (BOM if bom else "") + sheet.getvalue()
