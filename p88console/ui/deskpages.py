"""Lists of the desk as page sources for tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from p88console.ui.outlook import Outlook
from p88console.ui.widgets.pages import Row

RowT_co = TypeVar("RowT_co", bound=Row, covariant=True)


class DeskPages(Generic[RowT_co]):
    """One list of the desk as a page source; a fault becomes a banner and no rows."""

    def __init__(
        self,
        outlook: Outlook,
        what: str,
        counted: Callable[[str, int | None], Awaitable[int]],
        paged: Callable[[int, int, str], Awaitable[Sequence[RowT_co]]],
        placed: Callable[[int, str], Awaitable[int | None]] | None = None,
    ) -> None:
        self._outlook = outlook
        self._what = what
        self._counted = counted
        self._paged = paged
        self._placed = placed

    async def count(self, text: str, at_most: int | None = None) -> int | None:
        """How many rows match; a desk may stop counting once they are more than `at_most`."""
        source = f"{self._what} count"
        return await self._outlook.read(source, self._what, lambda: self._counted(text, at_most))

    async def page(self, offset: int, limit: int, text: str) -> Sequence[RowT_co] | None:
        """Rows in the desk's order."""
        source = f"{self._what} rows"
        return await self._outlook.read(
            source, self._what, lambda: self._paged(offset, limit, text)
        )

    async def place(self, row_id: int, text: str) -> int | None:
        """Where a row stands, for lists in which it may have gone far."""
        placed = self._placed
        if placed is None:
            return None
        source = f"{self._what} rows"
        return await self._outlook.read(source, self._what, lambda: placed(row_id, text))
