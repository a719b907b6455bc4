"""People for the console: the Roster's windows and one person's story, from the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from p88console.store import roster, story
from p88console.store.db import Database
from p88console.store.roster_rows import (
    EventChoice,
    PersonStory,
    RosterFacet,
    RosterQuery,
    RosterRow,
)


class RuntimePeople:
    """Participants, of one event or of all."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def events(self) -> Sequence[EventChoice]:
        """The events to choose from, by their start."""
        return await self._db.read(roster.events)

    async def count(self, query: RosterQuery) -> int:
        """How many people match."""
        return await self._db.read(roster.count, query)

    async def page(self, query: RosterQuery, offset: int, limit: int) -> Sequence[RosterRow]:
        """People in the query's order."""
        return await self._db.read(roster.page, query, offset, limit)

    async def place(self, query: RosterQuery, participant_id: int) -> int | None:
        """Where a person stands in the list; None when they are not in it."""
        return await self._db.read(roster.place, query, participant_id)

    async def facet_counts(
        self, event_id: int | None, since: datetime | None
    ) -> Mapping[RosterFacet, int]:
        """How many people each facet holds."""
        return await self._db.read(roster.facet_counts, event_id, since)

    async def story(self, participant_id: int) -> PersonStory:
        """Everything known of one person."""
        return await self._db.read(story.person, participant_id)
