"""Rows of a long list, read in pages: only what is looked at is ever in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

PAGE_ROWS = 100
PAGES_KEPT = 24
FIRST_COUNT = 5 * PAGE_ROWS
"""How far rows that a text finds are counted before somebody looks further down."""


class Row(Protocol):
    """What a table knows of its rows: an id that stays while the row moves."""

    @property
    def id(self) -> int:
        """The row's own id."""
        ...


RowT = TypeVar("RowT", bound=Row)
RowT_co = TypeVar("RowT_co", bound=Row, covariant=True)


class PageSource(Protocol[RowT_co]):
    """Where rows come from; `None` says that they could not be read; the table keeps its own."""

    async def count(self, text: str, at_most: int | None = None) -> int | None:
        """How many rows match the filter text; any number above `at_most` says "more"."""
        ...

    async def page(self, offset: int, limit: int, text: str) -> Sequence[RowT_co] | None:
        """Rows in their order, from `offset`."""
        ...

    async def place(self, row_id: int, text: str) -> int | None:
        """Where a row stands in the list; None when it is not there or cannot be told."""
        ...


class Pages(Generic[RowT]):
    """The pages read last, the oldest forgotten first, and how many rows there are in all."""

    def __init__(self) -> None:
        self.total = 0
        self.more = False
        """Whether there may be more than were counted."""
        self._pages: OrderedDict[int, Sequence[RowT]] = OrderedDict()

    def row(self, index: int) -> RowT | None:
        """The row at an index, if its page is at hand."""
        page = self._pages.get(index // PAGE_ROWS)
        place = index % PAGE_ROWS
        return page[place] if page is not None and place < len(page) else None

    def index_of(self, row_id: int) -> int | None:
        """Where a row stands, if its page is at hand."""
        return next((index for index, row in self.rows() if row.id == row_id), None)

    def rows(self) -> Iterator[tuple[int, RowT]]:
        """Every row at hand with its index."""
        for number, page in sorted(self._pages.items()):
            yield from enumerate(page, number * PAGE_ROWS)

    @property
    def complete(self) -> bool:
        """Whether every row is at hand."""
        return sum(len(page) for page in self._pages.values()) >= self.total

    def missing(self, first: int, last: int) -> int | None:
        """The first page between two rows that is not at hand."""
        if not self.total:
            return None
        wanted = range(first // PAGE_ROWS, min(last, self.total - 1) // PAGE_ROWS + 1)
        return next((number for number in wanted if number not in self._pages), None)

    def replace(
        self, total: int, pages: Mapping[int, Sequence[RowT]], at_most: int | None = None
    ) -> None:
        """Forget all that was read before."""
        self.counted(total, at_most)
        self._pages.clear()
        for number, rows in sorted(pages.items()):
            self.put(number, rows)

    def counted(self, total: int, at_most: int | None = None) -> None:
        """Take in how many rows there are, counted to the end or until they were more."""
        self.total = total
        self.more = at_most is not None and total > at_most

    def put(self, number: int, rows: Sequence[RowT]) -> None:
        """Keep one page; a short one says where the list ends now."""
        start = number * PAGE_ROWS
        if rows:
            self._pages[number] = rows
            self._pages.move_to_end(number)
        if len(rows) < PAGE_ROWS:
            self.total = start + len(rows) if rows else min(self.total, start)
            self.more = False
        else:
            self.total = max(self.total, start + len(rows))
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)


async def read_window(
    source: PageSource[RowT],
    places: Iterable[int],
    text: str,
    row_id: int | None = None,
    at_most: int | None = None,
) -> tuple[int, dict[int, Sequence[RowT]]] | None:
    """Read how many rows there are and the pages of some of them; None when one cannot be read.

    A search mostly finds so few that its first page tells their number, too.

    Args:
        source: Where the rows come from.
        places: The rows whose pages are wanted.
        text: The filter text.
        row_id: A row whose page is wanted wherever it stands now.
        at_most: How far to count; all the way where it is None.
    """
    fresh: dict[int, Sequence[RowT]] = {}
    if text:
        found = await source.page(0, PAGE_ROWS, text)
        if found is None or len(found) < PAGE_ROWS:
            return None if found is None else (len(found), {0: found})
        fresh[0] = found
    total = await source.count(text, at_most)
    if total is None:
        return None
    wanted = sorted({place // PAGE_ROWS for place in places if place < total})
    while wanted:
        number = wanted.pop()
        rows = fresh.get(number) or await source.page(number * PAGE_ROWS, PAGE_ROWS, text)
        if rows is None:
            return None
        fresh[number] = rows
        if not wanted and row_id is not None and total > PAGE_ROWS:
            known = any(row.id == row_id for page in fresh.values() for row in page)
            place = None if known else await source.place(row_id, text)
            row_id = None
            if place is not None and place // PAGE_ROWS not in fresh:
                wanted.append(place // PAGE_ROWS)
    return total, fresh
