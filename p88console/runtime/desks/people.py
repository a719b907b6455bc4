"""People for the console: the Roster's windows and one person's story, from the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from p88console.domain.errors import StoreLost, UsageFault
from p88console.domain.jobs import Operator
from p88console.runtime import operators
from p88console.runtime.desks.remembered import Remembered
from p88console.runtime.runtime import Runtime
from p88console.store.people import story
from p88console.store.people.edits import Done
from p88console.store.tenancy import events
from p88console.store.windows import roster
from p88console.store.windows.roster_rows import (
    EventChoice,
    PersonStory,
    RosterFacet,
    RosterOrder,
    RosterQuery,
    RosterRow,
)

MOST_ALIKE = 200
"""Rows looked at for the one who wears a bib."""


class RuntimePeople:
    """Participants, of one event or of all."""

    def __init__(self, runtime: Runtime, operator: Operator) -> None:
        self._runtime = runtime
        self._operator = operator
        self._db = runtime.db
        self._remembered = Remembered()

    async def events(self) -> Sequence[EventChoice]:
        """The events to choose from, by their start."""
        return await self._db.read(roster.events)

    async def count(self, query: RosterQuery, at_most: int | None = None) -> int:
        """How many people match; where they are more than `at_most`, one more than that."""
        return await self._db.read(roster.count, query, at_most)

    async def page(self, query: RosterQuery, offset: int, limit: int) -> Sequence[RosterRow]:
        """People in the query's order."""
        rows = await self._db.read(roster.page, query, offset, limit)
        self._remembered.keep_rows(rows)
        return rows

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
        found = await self._db.read(story.person, participant_id)
        self._remembered.keep_story(found)
        return found

    def remembered(self, participant_id: int) -> PersonStory | None:
        """One person as last read, while the database is away; None if they never were."""
        return self._remembered.person(participant_id)

    async def races(self, event_id: int) -> Sequence[str]:
        """The names of an event's races; those seen before while the database is away."""
        try:
            event = await self._db.read(events.event, event_id)
        except StoreLost:
            return self._remembered.races(event_id)
        names = [race.name for race in event.races]
        self._remembered.keep_races(event_id, names)
        return names

    async def edit(
        self, participant_id: int, texts: Mapping[str, str], seen: datetime | int
    ) -> str:
        """Set fields of one person as typed, over nothing that came later; says what it did."""
        one = operators.edit(self._runtime, self._operator, participant_id, texts, seen)
        return _told(await one)

    async def add(self, event_id: int, texts: Mapping[str, str]) -> str:
        """Register a walk-up; says what it did."""
        return _told(await operators.add(self._runtime, self._operator, event_id, texts))

    async def swap(self, first_id: int, second_id: int) -> str:
        """Let two people wear each other's bib; says what it did."""
        return _told(await operators.swap_bibs(self._runtime, self._operator, first_id, second_id))

    async def wearer(self, participant_id: int, bib: str) -> int:
        """Who else wears this bib in the same event, as far as can be seen.

        Raises `UsageFault` unless it is one.
        """
        try:
            person = await self._db.read(story.person, participant_id)
            query = RosterQuery(person.event_id, text=bib, order=RosterOrder.BIB)
            found = await self._db.read(roster.page, query, 0, MOST_ALIKE)
        except StoreLost:
            known = self._remembered.person(participant_id)
            if known is None:
                raise
            found = self._remembered.of_event(known.event_id)
        worn = [
            row.id
            for row in found
            if row.bib == bib and row.status == "active" and row.id != participant_id
        ]
        if len(worn) != 1:
            who = "nobody else wears" if not worn else f"{len(worn)} people wear"
            raise UsageFault(f"{who} {bib}", hint="mark both people, then swap")
        return worn[0]


def _told(done: Done) -> str:
    """What was done, and what is left for a person."""
    return "; ".join([done.summary, *(f"✗ {reason}" for reason in done.doubled)])
