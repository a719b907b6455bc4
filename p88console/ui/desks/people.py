"""What the Roster asks: people in windows, how many each facet holds, one person whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from p88console.store.windows.roster_rows import (
    EventChoice,
    PersonStory,
    RosterFacet,
    RosterQuery,
    RosterRow,
)


class PeopleDesk(Protocol):
    """Participants, of one event or of all."""

    async def events(self) -> Sequence[EventChoice]:
        """The events to choose from, by their start."""
        ...

    async def count(self, query: RosterQuery, at_most: int | None = None) -> int:
        """How many people match; where they are more than `at_most`, one more than that."""
        ...

    async def page(self, query: RosterQuery, offset: int, limit: int) -> Sequence[RosterRow]:
        """People in the query's order."""
        ...

    async def place(self, query: RosterQuery, participant_id: int) -> int | None:
        """Where a person stands in the list; None when they are not in it."""
        ...

    async def facet_counts(
        self, event_id: int | None, since: datetime | None
    ) -> Mapping[RosterFacet, int]:
        """How many people each facet holds."""
        ...

    async def story(self, participant_id: int) -> PersonStory:
        """Everything known of one person."""
        ...

    def remembered(self, participant_id: int) -> PersonStory | None:
        """One person as last read, while the database is away; None if they never were."""
        ...

    async def races(self, event_id: int) -> Sequence[str]:
        """The names of an event's races."""
        ...

    async def edit(
        self, participant_id: int, texts: Mapping[str, str], seen: datetime | int
    ) -> str:
        """Set fields of one person as typed, by field name; says what it did.

        `seen` is the newest change that the operator saw, by its id or its instant: what came after
        it is not overwritten.
        """
        ...

    async def add(self, event_id: int, texts: Mapping[str, str]) -> str:
        """Register a walk-up; says what it did."""
        ...

    async def swap(self, first_id: int, second_id: int) -> str:
        """Let two people wear each other's bib; says what it did."""
        ...

    async def wearer(self, participant_id: int, bib: str) -> int:
        """Who else wears this bib in the same event."""
        ...
