"""Results for the console: standings from the database, publications through the guard."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from p88console.domain.errors import NothingToPublish, P88Error
from p88console.domain.jobs import JobState, Operator, Trigger
from p88console.domain.publication import Mode
from p88console.runtime import publishing, syncs
from p88console.runtime.runtime import Runtime
from p88console.store.results.drafts import Draft, Wish
from p88console.store.windows import finishers
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

FUSE_S = 10.0
"""Machine seconds in which what was published by a wrong key can still be cancelled."""


class RuntimeStandings:
    """Results of one event."""

    def __init__(self, runtime: Runtime, operator: Operator) -> None:
        self._runtime = runtime
        self._db = runtime.db
        self._operator = operator

    async def races(self, event_id: int) -> Sequence[RaceChoice]:
        """The event's races by gun time."""
        return await self._db.read(finishers.races, event_id)

    async def count(self, query: ResultQuery) -> int:
        """How many standings match."""
        return await self._db.read(finishers.count, query)

    async def page(self, query: ResultQuery, offset: int, limit: int) -> Sequence[ResultRow]:
        """Standings race by race and by place."""
        return await self._db.read(finishers.page, query, offset, limit)

    async def place(self, query: ResultQuery, result_id: int) -> int | None:
        """Where a result stands in the list; None when it is not in it."""
        return await self._db.read(finishers.place, query, result_id)

    async def facet_counts(
        self, event_id: int, since: datetime | None
    ) -> Mapping[ResultFacet, int]:
        """How many standings each facet holds, over all races."""
        return await self._db.read(finishers.facet_counts, event_id, since)

    async def finish(self, event_id: int, race_id: int | None) -> Finish:
        """How the finish of an event or one of its races goes on."""
        return await self._db.read(finishers.finish, event_id, race_id)

    async def leaders(self, event_id: int, race_id: int | None, top: int) -> Sequence[LeadingGroup]:
        """The first `top` of each race: everybody, then by sex, then by category."""
        return await self._db.read(finishers.leaders, event_id, race_id, top)

    async def result(self, result_id: int) -> StandingStory:
        """One result whole."""
        return await self._db.read(finishers.result, result_id)

    async def versions(self, event_id: int) -> Sequence[VersionRow]:
        """What was published of the event, the newest first."""
        return await self._db.read(finishers.versions, event_id)

    async def drafts(self, wish: PublishWish) -> Sequence[RaceDraft]:
        """What publishing would mean at this moment, and what the guard says; nothing is sent."""
        try:
            return [_in_words(draft) for draft in await self._prepared(wish)]
        except NothingToPublish:
            return []

    async def publish(self, wish: PublishWish, accepted: Collection[str]) -> str:
        """Publish as wished, past the stops that were accepted; says what it did.

        Raises `P88Error` for a stop that nobody has accepted: something moved since it was shown.
        """
        event = await syncs.event_of(self._runtime, wish.event_id)
        made = await self._prepared(wish)
        stops = publishing.stops(made, accepted)
        if stops:
            raise P88Error(
                f"the guard stops it: {stops[0].text}",
                hint="look at the findings again: something has moved",
            )
        queued = await publishing.publish(
            self._runtime, event, made, Trigger.OPERATOR, self._operator, fuse_s=FUSE_S
        )
        if queued is None:
            return "nothing differs from what is shown"
        if queued.state is JobState.RUNNING:
            return f"publishing as soon as #{queued.job_id} is through with what it sends now"
        return f"publishing as #{queued.job_id} in {FUSE_S:.0f} s; x on the Board cancels it"

    async def _prepared(self, wish: PublishWish) -> list[Draft]:
        event = await syncs.event_of(self._runtime, wish.event_id)
        wished = Wish(wish.official, wish.notify, wish.full, wish.previous, wish.unpublish)
        return await publishing.prepare(self._runtime, event, wished, wish.race_id)


def _in_words(draft: Draft) -> RaceDraft:
    if draft.mode is Mode.WITHDRAW:
        return RaceDraft(draft.race.name, "all of it is taken from the public", draft.findings)
    if draft.idle:
        return RaceDraft(draft.race.name, "nothing differs from what is shown", draft.findings)
    new = sum(change.before is None for change in draft.comparison.changes)
    told = [
        f"{count:,} {word}"
        for word, count in (
            ("new", new),
            ("changed", len(draft.comparison.changes) - new),
            ("withdrawn", len(draft.comparison.left_over)),
            ("unchanged", len(draft.comparison.unchanged)),
        )
        if count
    ]
    return RaceDraft(draft.race.name, f"{', '.join(told)} · {draft.mode.value}", draft.findings)
