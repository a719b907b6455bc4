"""The part of a table that reads: what is in view, how many rows there are, one read at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from p88console.ui.format import number
from p88console.ui.reading import Reading
from p88console.ui.widgets.canvas import Canvas
from p88console.ui.widgets.pages import (
    FIRST_COUNT,
    PAGE_ROWS,
    Pages,
    PageSource,
    Row,
    read_window,
)

RowT = TypeVar("RowT", bound=Row)


class Paged(Canvas, Generic[RowT], can_focus=False):
    """Rows of an async page source; of those that a text finds, only the first are counted.

    As soon as somebody looks further down than these, all are counted until the text is another.
    """

    def __init__(self, source: PageSource[RowT]) -> None:
        """Make a reader; it reads nothing before `refresh_rows`."""
        super().__init__()
        self._source = source
        self._pages: Pages[RowT] = Pages()
        self._reading = Reading(self, self._read)
        self._stale = False
        self._broken = False
        self._generation = 0
        self._to_the_end = False
        self._cursor_id: int | None = None
        self.cursor = 0
        self.text = ""

    @property
    def total(self) -> int:
        """How many rows there are, as far as they were counted."""
        return self._pages.total

    @property
    def counted(self) -> str:
        """How many rows there are, in words."""
        return f"{number(self.total - 1)}+" if self._pages.more else number(self.total)

    @property
    def busy(self) -> bool:
        """Whether rows are being read."""
        return self._reading.busy

    @property
    def current(self) -> RowT | None:
        """The row under the cursor, if it is at hand."""
        return self._pages.row(self.cursor)

    @property
    def at_hand(self) -> Sequence[RowT]:
        """The rows that have been read, in their order."""
        return tuple(row for _, row in self._pages.rows())

    def refresh_rows(self) -> None:
        """Read anew what is in view; requests during a read fold into one."""
        self._stale = True
        self._broken = False
        self._reading.request()

    def sorted_anew(self) -> None:
        """The same rows in another order; the cursor goes where its row went."""
        self._generation += 1
        self.refresh_rows()

    async def count_now(self) -> int | None:
        """How many rows there would be if they were read now; None when that cannot be read."""
        return await self._source.count(self.text, self._at_most)

    def _in_view(self) -> tuple[int, int]:
        """The first and the last row in view."""
        raise NotImplementedError

    def _settle(self, take: Callable[[], None]) -> None:
        """Take in what was read."""
        raise NotImplementedError

    @property
    def _at_most(self) -> int | None:
        return FIRST_COUNT if self.text and not self._to_the_end else None

    async def _read(self) -> None:
        if self._stale:
            self._stale = False
            await self._read_window()
        while not self._broken and (page := self._pages.missing(*self._in_view())) is not None:
            first, generation = page * PAGE_ROWS, self._generation
            if self._pages.more and first >= FIRST_COUNT:
                await self._count_on()
                continue
            rows = await self._source.page(first, PAGE_ROWS, self.text)
            if generation != self._generation:
                return
            if rows is None:
                self._broken = True
            else:
                self._settle(partial(self._pages.put, page, rows))

    async def _read_window(self) -> None:
        generation, at_most = self._generation, self._at_most
        places = (*self._in_view(), self.cursor)
        window = await read_window(self._source, places, self.text, self._cursor_id, at_most)
        if window is None:
            self._broken = True
        elif generation == self._generation:
            self._settle(partial(self._pages.replace, *window, at_most))

    async def _count_on(self) -> bool:
        """Count what a text finds to the end; False when there is nothing to be said about it."""
        self._to_the_end, generation = True, self._generation
        total = await self._source.count(self.text)
        if generation != self._generation:
            return False
        if total is None:
            self._broken = True
            return False
        self._settle(partial(self._pages.counted, total))
        return True
