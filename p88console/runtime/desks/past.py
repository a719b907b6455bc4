"""The past for the console: the History's windows and single attempts, from the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from p88console.store.database.db import Database
from p88console.store.windows import deeds, past
from p88console.store.windows.board import HistoryRow
from p88console.store.windows.past_rows import AttemptStory, Deed, PastFacet, PastQuery

MOST_DEEDS = 500


class RuntimePast:
    """Everything that was ever tried."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def count(self, query: PastQuery) -> int:
        """How many attempts match."""
        return await self._db.read(past.count, query)

    async def page(self, query: PastQuery, offset: int, limit: int) -> Sequence[HistoryRow]:
        """Attempts, newest first."""
        return await self._db.read(past.page, query, offset, limit)

    async def place(self, query: PastQuery, history_id: int) -> int | None:
        """Where an attempt stands among those that match."""
        return await self._db.read(past.place, query, history_id)

    async def facet_counts(
        self, event_id: int | None, account_id: int | None
    ) -> Mapping[PastFacet, int]:
        """How many attempts the facets hold, as far as that is told."""
        return await self._db.read(past.facet_counts, event_id, account_id)

    async def attempt(self, history_id: int) -> AttemptStory:
        """One attempt whole."""
        return await self._db.read(past.attempt, history_id)

    async def deeds(self) -> Sequence[Deed]:
        """What operators did, newest first."""
        return await self._db.read(deeds.newest, MOST_DEEDS)
