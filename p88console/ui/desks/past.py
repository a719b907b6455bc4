"""What the History asks: attempts in windows, how many each facet holds, one attempt whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from p88console.store.windows.board import HistoryRow
from p88console.store.windows.past_rows import AttemptStory, Deed, PastFacet, PastQuery


class PastDesk(Protocol):
    """Everything that was ever tried."""

    async def count(self, query: PastQuery) -> int:
        """How many attempts match."""
        ...

    async def page(self, query: PastQuery, offset: int, limit: int) -> Sequence[HistoryRow]:
        """Attempts, newest first."""
        ...

    async def place(self, query: PastQuery, history_id: int) -> int | None:
        """Where an attempt stands among those that match."""
        ...

    async def facet_counts(
        self, event_id: int | None, account_id: int | None
    ) -> Mapping[PastFacet, int]:
        """How many attempts the facets hold, as far as that is told."""
        ...

    async def attempt(self, history_id: int) -> AttemptStory:
        """One attempt whole."""
        ...

    async def deeds(self) -> Sequence[Deed]:
        """What operators did, newest first."""
        ...
