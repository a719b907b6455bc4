"""Columns of a table: which of them a width has room for, and how wide each becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Generic, TypeVar

from p88console.ui.format import Moment
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, cut, fit, say

RowT = TypeVar("RowT")

GUTTER = 1
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class Column(Generic[RowT]):
    """One column: what it shows of a row, and the room it wants."""

    title: str
    cell: Callable[[RowT, Moment], Phrase]
    width: int
    """Its cells; with `grow`, the least of them."""
    grow: int = 0
    """Its share of the cells that are left over."""
    right: bool = False
    """Numbers stand at the right."""
    needs: int = 0
    """The least width of the table at which this column is shown."""
    below: int = 0
    """The width from which it is not needed any more; 0 for never."""

    def belongs(self, width: int) -> bool:
        """Whether a table of this width shows it."""
        return self.needs <= width and (not self.below or width < self.below)


def lay_out(columns: Sequence[Column[RowT]], width: int) -> Sequence[tuple[Column[RowT], int]]:
    """Choose the columns that `width` cells have room for, and share out what is left."""
    shown = [column for column in columns if column.belongs(width)]
    left = width - sum(column.width for column in shown) - GUTTER * max(0, len(shown) - 1)
    shares = sum(column.grow for column in shown)
    laid: list[tuple[Column[RowT], int]] = []
    for column in shown:
        extra = left * column.grow // shares if shares and left > 0 else 0
        left, shares = left - extra, shares - column.grow
        laid.append((column, column.width + extra))
    return laid


@dataclass(frozen=True, slots=True)
class Look(Generic[RowT]):
    """How a table shows its rows, and what it says when it has none."""

    columns: Sequence[Column[RowT]]
    empty: Callable[[str], Phrase]
    """What to say when no row matches the filter text."""
    second: Callable[[RowT, Moment], Phrase] | None = None
    """A second line under each row where the table is narrow."""
    second_below: int = 0
    """The width from which the second line is no longer needed."""
    second_indent: int = 0
    newest_first: bool = False
    """Whether the newest row stands at the top, and is the one to see until a key moves on."""

    def height(self, width: int) -> int:
        """Lines for each row."""
        return 2 if self.second is not None and width < self.second_below else 1

    def heading(self, width: int) -> Phrase:
        """The titles above the columns."""
        return _side_by_side(
            [
                fit(say(column.title, Tone.DIM), cells, right=column.right)
                for column, cells in lay_out(self.columns, width)
            ]
        )

    def line(self, row: RowT, part: int, width: int, moment: Moment) -> Phrase:
        """One line of a row: its cells, or what stands under them."""
        if part and self.second is not None:
            indent = Piece(" " * self.second_indent)
            return (indent, *cut(self.second(row, moment), width - self.second_indent))
        return _side_by_side(
            [
                fit(column.cell(row, moment), cells, right=column.right)
                for column, cells in lay_out(self.columns, width)
            ]
        )


@dataclass(frozen=True, slots=True)
class Line(Generic[RowT]):
    """What stands on one line of a table."""

    row: RowT | None = None
    part: int = 0
    """Which of the row's lines it is."""
    sign: str = " "
    said: Phrase = NOTHING
    """What stands there instead of a row."""
    heading: bool = False
    under: str = ""
    """The colours of the cursor, where it is here."""
    told_at: tuple[datetime, tzinfo] | None = None
    """The minute and the zone that a row is told at; None where none belongs."""


def _side_by_side(cells: Sequence[Phrase]) -> Phrase:
    if not cells:
        return NOTHING
    gap = Piece(" " * GUTTER)
    return tuple(
        piece for index, cell in enumerate(cells) for piece in ((gap, *cell) if index else cell)
    )
