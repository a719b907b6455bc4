"""A spreadsheet shows what people typed and never computes it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.spreadsheet import BOM, NUMBER, csv_text, safe_cell


@pytest.mark.parametrize(
    "typed",
    [
        "=1+1",
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        '=HYPERLINK("http://far.example","x")',
    ],
)
def test_what_would_be_computed_is_preceded_by_an_apostrophe(typed: str) -> None:
    assert safe_cell(typed) == f"'{typed}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [("0007", "0007"), (-12, "-12"), ("+13035550100", "+13035550100"), (None, ""), ("A=B", "A=B")],
)
def test_bibs_numbers_and_phones_stay_as_they_are(value: object, cell: str) -> None:
    assert safe_cell(value) == cell


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_every_cell_comes_back_and_none_begins_a_formula(typed: list[str]) -> None:
    columns = [f"c{number}" for number in range(len(typed))]
    sheet = csv_text(columns, [dict(zip(columns, typed, strict=True))], bom=True)
    assert sheet.startswith(BOM)
    rows = list(csv.reader(io.StringIO(sheet.removeprefix(BOM), newline="")))
    cells = rows[1] if typed else []
    assert [cell.removeprefix("'") for cell in cells] == [text.removeprefix("'") for text in typed]
    assert not [cell for cell in cells if cell[:1] in {*"=+-@\t\r"} and not NUMBER.fullmatch(cell)]
