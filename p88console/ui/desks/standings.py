"""What the Results room asks: standings, the finish, single results, and publications."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from p88console.store.windows.result_rows import (
    Finish,
    LeadingGroup,
    PublishWish,
    RaceChoice,
    RaceDraft,
    ResultFacet,
    ResultQuery,
    ResultRow,
    StandingStory,
    VersionRow,
)


class StandingsDesk(Protocol):
    """Results of one event."""

    async def races(self, event_id: int) -> Sequence[RaceChoice]:
        """The event's races by gun time."""
        ...

    async def count(self, query: ResultQuery) -> int:
        """How many standings match."""
        ...

    async def page(self, query: ResultQuery, offset: int, limit: int) -> Sequence[ResultRow]:
        """Standings race by race and by place."""
        ...

    async def place(self, query: ResultQuery, result_id: int) -> int | None:
        """Where a result stands in the list; None when it is not in it."""
        ...

    async def facet_counts(
        self, event_id: int, since: datetime | None
    ) -> Mapping[ResultFacet, int]:
        """How many standings each facet holds, over all races."""
        ...

    async def finish(self, event_id: int, race_id: int | None) -> Finish:
        """How the finish of an event or one of its races goes on."""
        ...

    async def leaders(self, event_id: int, race_id: int | None, top: int) -> Sequence[LeadingGroup]:
        """The first `top` of each race: everybody, then by sex, then by category."""
        ...

    async def result(self, result_id: int) -> StandingStory:
        """One result whole."""
        ...

    async def versions(self, event_id: int) -> Sequence[VersionRow]:
        """What was published of the event, the newest first."""
        ...

    async def drafts(self, wish: PublishWish) -> Sequence[RaceDraft]:
        """What publishing would mean at this moment, and what the guard says; nothing is sent.

        Empty where there are no results, no earlier version, or nothing is public.
        """
        ...

    async def publish(self, wish: PublishWish, accepted: Collection[str]) -> str:
        """Publish as wished, past the stops that were accepted; says what it did."""
        ...
