"""What an account can read at ChronoTrack: events with their races, entries, results."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from p88console.domain.errors import Call, Rejected, RowFault
from p88console.domain.model import (
    EventRecord,
    ParticipantRecord,
    Provider,
    RaceRecord,
    RawRow,
    ResultRecord,
)
from p88console.providers.base import (
    AccountAccess,
    CallLimits,
    Page,
    PageRequest,
    Scope,
    ScoringTarget,
    TestAnswer,
)
from p88console.providers.chronotrack import entries as chronotrack_entries
from p88console.providers.chronotrack import results as chronotrack_results
from p88console.providers.chronotrack import standings as chronotrack_standings
from p88console.providers.chronotrack.pages import (
    by,
    listed,
    one,
    row_count,
    sheets,
    whole_listing,
)
from p88console.providers.chronotrack.wire import SignIn
from p88console.providers.reading import Reader, rows_of, zone_or_utc

LIMITS = CallLimits(concurrent=10, per_second=20.0)
"""The vendor names no limit; a live client makes 50 calls at once every 600 ms."""


class ChronoTrack:
    """One ChronoTrack user: events, entries, results."""

    provider = Provider.CHRONOTRACK
    id_field = "entry_id"
    has_since_filter = False
    absence_removes = True
    file_command = "p88console export chronotrack-entries --event ID -o entries.csv"

    def __init__(self, access: AccountAccess) -> None:
        self._sign_in = SignIn(access, access.limited(LIMITS))
        self._door, self._wire = self._sign_in.door, self._sign_in.wire

    @property
    def token_until(self) -> datetime | None:
        """When the token in use lapses; None where no token signs the calls."""
        signer = self._sign_in.signer
        return signer.until if signer else None

    async def close(self) -> None:
        """Let go of connections."""
        await self._sign_in.close()

    async def test(self) -> TestAnswer:
        """Ask for one event and read from a header how many there are."""
        answer = await self._door.get(self._wire["events"], {"size": "1"})
        rows, count = listed(answer, "event"), row_count(answer)
        told = len(rows) if count is None else count
        return TestAnswer(f"the sign-in is accepted, {told} events", answer.server_time)

    async def events(self, since: datetime) -> AsyncIterator[Page]:
        """Page through the account's events; each recent one is asked for with its races."""
        path, identity = self._wire["events"], by("event_id")
        async for sheet in sheets(self._door, path, "event", identity):
            recent = [row for row in sheet.rows if _starts_after(row, since)]
            rows = [await self._with_races(row) for row in recent]
            yield Page(rows, {"page": sheet.number + 1}, sheet.answer.server_time)

    async def _with_races(self, listed_row: RawRow) -> RawRow:
        event_id = Reader(listed_row).text("event_id")
        if event_id is None:
            return listed_row
        try:
            return {**listed_row, **await self._event(event_id)}
        except Rejected:  # listed, and not to be opened: what the list tells is all there is
            return listed_row

    async def _event(self, event_id: str) -> RawRow:
        answer = await self._door.get(self._wire.path("event", event=event_id))
        event = one(answer, "event")
        if not isinstance(event, dict):
            raise _no_event(answer.call, event_id)
        return {**event, "races": await self._races(event_id)}

    async def _races(self, event_id: str) -> list[Any]:
        """The event's races, those without results too: people may be registered in them."""
        listing = await whole_listing(
            self._door,
            self._wire.path("races", event=event_id),
            "event_race",
            by("race_id"),
            {"include_not_wants_results": "true"},
        )
        return list(listing.complete())

    async def find_event(self, provider_event_id: str) -> EventRecord:
        """Ask for one event by its id; an unknown one is answered by a list."""
        return self.event(await self._event(provider_event_id))

    def event(self, raw: RawRow) -> EventRecord:
        """Translate an event with its races."""
        reader = Reader(raw)
        event_id = reader.text("event_id")
        if event_id is None:
            raise RowFault("event_id", "an event without an id")
        races = tuple(_race(row) for row in rows_of(raw.get("races"), "races"))
        starts = [race.starts_at for race in races if race.starts_at]
        return EventRecord(
            provider_event_id=event_id,
            name=reader.text("event_name") or f"event {event_id}",
            timezone=zone_or_utc(raw.get(self._wire["event_timezone"])).key,
            starts_at=min(starts, default=reader.unix("event_start_time")),
            races=races,
            raw={key: value for key, value in raw.items() if key != "races"},
        )

    async def participants(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Page through the event's entries; the listing knows no filter but has a row count."""
        path = self._wire.path("entries", event=scope.provider_event_id)
        first = request.checkpoint.get("page", 1)
        async for sheet in sheets(self._door, path, "event_entry", by("entry_id"), first=first):
            checkpoint = {"page": sheet.number + 1}
            yield Page(sheet.rows, checkpoint, sheet.answer.server_time, sheet.total)

    def participant(self, raw: RawRow) -> ParticipantRecord:
        """Translate one entry."""
        return chronotrack_entries.participant(raw, self._wire)

    async def results(self, target: ScoringTarget) -> AsyncIterator[Page]:
        """One row for each entry of every linked race, put together from several listings."""
        async for page in chronotrack_results.pages(self._door, self._wire, target, self._races):
            yield page

    def result(self, raw: RawRow) -> ResultRecord:
        """Translate one entry's standing."""
        return chronotrack_standings.result(raw)


def _starts_after(row: RawRow, since: datetime) -> bool:
    starts_at = Reader(row).unix("event_start_time")
    return starts_at is None or starts_at >= since


def _no_event(call: Call, event_id: str) -> Rejected:
    return Rejected(
        call, f"ChronoTrack has no event {event_id!r}", f"{call}: no event in the answer"
    )


def _race(row: RawRow) -> RaceRecord:
    reader = Reader(row)
    race_id = reader.text("race_id")
    if race_id is None:
        raise RowFault("race_id", "a race without an id")
    return RaceRecord(
        provider_race_id=race_id,
        name=reader.text("race_name") or f"race {race_id}",
        starts_at=reader.unix("race_planned_start_time") or reader.unix("race_actual_start_time"),
        distance_m=chronotrack_standings.number(row.get("race_course_distance")),
        raw=row,
    )
