"""Copernico: takes people for scoring, is read back, and gives results.

Confirmed in vendor pages or production clients: the envelope with codes 0 and 1 for success, the
preset export and its columns, athletes in full, `POST /race-registrations/{race UUID}` with an
array. One weak source: `GET …/athletes` (a list of athletes or of bare ids). Assumed: that a
registration with a known `id` updates that athlete, and that the given `id` comes back as the
athlete's id; read-back finds out, by bib and name where the far side chose an id of its own.
Assumed too: that a preset without ranking columns is ranked by official time, as the live
rankings are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from p88console.domain.errors import Forbidden, ProviderFault, Rejected, RowFault
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
    Entry,
    Page,
    PageRequest,
    PushTraits,
    Scope,
    ScoringTarget,
    Seen,
    TestAnswer,
)
from p88console.providers.copernico import people as copernico_people
from p88console.providers.copernico import results as copernico_results
from p88console.providers.copernico.standings import Standings
from p88console.providers.copernico.wire import (
    BASE_URL,
    FORMS,
    LIMITS,
    REGISTRATIONS_BASE_URL,
    check,
    data_of,
)
from p88console.providers.http import Door, not_theirs
from p88console.providers.reading import (
    Reader,
    as_dict,
    instant,
    mended,
    rows_of,
    whole,
    zone_or_utc,
)
from p88console.providers.wire import Wire

__all__ = ["FORMS", "LIMITS", "Copernico", "check", "open_adapter"]

ABSENT_STATUSES = (200, 404)
"""Answers that mean "no such athlete": not found, or a result code inside a 200."""

log = logging.getLogger(__name__)

UNTOLD = "untold"
"""Under this key a listed race says why it is not told."""

FEW = 100
"""Up to this many people are read back one by one, more by listing everybody."""


UUID_HINT = (
    "tell it the race's UUID: p88console event link EVENT --account ACCOUNT --remote RACE"
    " --option race_uuid=UUID"
)


def open_adapter(access: AccountAccess) -> Copernico:
    """The adapter for one account."""
    return Copernico(access)


class Copernico:
    """One Copernico key: events, people in and read back, results."""

    provider = Provider.COPERNICO
    id_field = "id"
    has_since_filter = False
    absence_removes = True
    push_traits = PushTraits(
        fields=("first_name", "last_name", "gender", "birth_date", "bib", "race"),
        batch_size=200,
    )

    def __init__(self, access: AccountAccess) -> None:
        base = access.base_url or BASE_URL
        registrations = access.options.get("registrations_base_url")
        registrations = registrations or access.base_url or REGISTRATIONS_BASE_URL
        key = {"x-api-key": access.secrets["api_key"]}
        self._options, self._wire = access.options, Wire(FORMS, access.wire)
        limits, budget = access.limited(LIMITS), access.budget
        self._door = Door(self.provider, base, limits, headers=key, budget=budget)
        # the export and the registrations are documented without a key, so they get none
        self._open_door = Door(self.provider, base, limits, budget=budget)
        self._registrations = Door(self.provider, registrations, limits, budget=budget)
        self._standings = Standings(self._door, self._open_door, self._wire, self._options)

    async def close(self) -> None:
        """Let go of connections."""
        for door in (self._door, self._open_door, self._registrations):
            await door.close()

    async def test(self) -> TestAnswer:
        """List the races that the key may see."""
        answer = await self._door.get(self._wire["races"])
        races = data_of(answer)
        count = len(races) if isinstance(races, list) else 0
        return TestAnswer(
            f"the key is accepted, {count} race{'' if count == 1 else 's'}", answer.server_time
        )

    async def events(self, since: datetime) -> AsyncIterator[Page]:
        """All races of the key, each asked for in full."""
        del since  # the listing has no filter
        answer = await self._door.get(self._wire["races"])
        listed = data_of(answer)
        if not isinstance(listed, list):
            raise not_theirs(answer.call, "no list of races")
        key = self._wire["race_slug"]
        slugs = [row.get(key) if isinstance(row, dict) else row for row in listed]
        rows = [await self._listed(str(slug)) for slug in slugs if slug]
        yield Page(rows, {}, answer.server_time, total=len(listed))

    async def _listed(self, slug: str) -> RawRow:
        """A listed race in full; one that is not told to this key stands with the reason."""
        try:
            return await self._race(slug)
        except (Rejected, Forbidden) as fault:
            return {"id": slug, UNTOLD: str(fault)}

    async def _race(self, slug: str) -> RawRow:
        """A race by the slug that its calls go by, which need not be the id it says it has."""
        answer = await self._door.get(self._wire.path("race", race=slug))
        data = data_of(answer)
        if not isinstance(data, dict):
            raise not_theirs(answer.call, f"no race {slug!r} in the answer")
        return {**data, "id": slug}

    async def find_event(self, provider_event_id: str) -> EventRecord:
        """Ask for one race by its slug."""
        return self.event(await self._race(provider_event_id))

    def event(self, raw: RawRow) -> EventRecord:
        """Translate a race; its events are addressed by name, sent to by id."""
        reader = Reader(raw)
        slug = reader.text("id")
        if slug is None:
            raise RowFault("id", "a race without an id")
        if UNTOLD in raw:
            raise RowFault("id", f"{slug}: {raw[UNTOLD]}")
        races = tuple(_race_record(row) for row in rows_of(raw.get("events"), "events"))
        return EventRecord(
            provider_event_id=slug,
            name=mended(reader.text("name")) or slug,
            timezone=zone_or_utc(reader.text(self._wire["race_timezone"])).key,
            starts_at=min((race.starts_at for race in races if race.starts_at), default=None),
            races=races,
            raw={key: value for key, value in raw.items() if key != "events"},
        )

    async def participants(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Everybody at the scoring event, as one page: the listing has no paging and no filter."""
        del request
        race = scope.provider_event_id
        rows: list[RawRow] = []
        for athlete in await self._athletes(race):
            whole = athlete
            if copernico_people.is_bare(athlete):
                whole = await self._whole(race, copernico_people.bare_id(athlete))
            rows += copernico_people.entries(whole)
        if rows:
            yield Page(rows, {"done": True}, total=len(rows))

    def participant(self, raw: RawRow) -> ParticipantRecord:
        """Translate one athlete in one event."""
        return copernico_people.participant(raw)

    def doubt(self, options: Mapping[str, str]) -> tuple[str, str] | None:
        """Whether people would be sent under the slug, which no public page says is taken."""
        if options.get("race_uuid") or self._options.get("race_uuid"):
            return None
        return "no race UUID is set, so people are sent under the race's own id", UUID_HINT

    async def send(self, target: ScoringTarget, entries: Sequence[Entry]) -> None:
        """Send people as registrations; what became of them is learned by reading back."""
        race_uuid = (
            target.options.get("race_uuid")
            or self._options.get("race_uuid")
            or target.remote_event_id
        )
        path = self._wire.path("registrations", race=race_uuid)
        rows = [_registration(entry, race_uuid, target) for entry in entries]
        try:
            answer = await self._registrations.post_json(path, rows)
        except Rejected as fault:
            if self.doubt(target.options):
                fault.hint = UUID_HINT
            raise
        if isinstance(answer.body, dict) and "code" in as_dict(answer.body.get("result")):
            data_of(answer)  # what is answered is not documented; an envelope may refuse

    async def read_back(
        self, target: ScoringTarget, entries: Iterable[Entry]
    ) -> AsyncIterator[Seen]:
        """Read these people: few one by one, many (or any not found so) from the whole list."""
        wanted = {entry.our_id: entry for entry in entries}
        if len(wanted) <= FEW:
            found, unread = await self._one_by_one(target, list(wanted.values()))
            for entry, seen in found:
                del wanted[entry.our_id]
                yield seen
            if unread is not None:
                log.info("some athletes could not be read one by one, all are listed: %s", unread)
        if not wanted:
            return
        try:
            there = await self._everybody(target)
        except Rejected:  # the list is known from one weak source only
            found, unread = await self._one_by_one(target, list(wanted.values()))
            for _entry, seen in found:
                yield seen
            if unread is not None:
                raise unread from None
            return
        for seen in await asyncio.to_thread(copernico_people.among, there, wanted):
            yield seen

    async def _one_by_one(
        self, target: ScoringTarget, entries: Sequence[Entry]
    ) -> tuple[list[tuple[Entry, Seen]], ProviderFault | None]:
        """Whoever is there, and the first fault that kept others from being read."""
        asked = (self._athlete(target, entry.remote_id or entry.our_id) for entry in entries)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        there = [
            (entry, replace(answer, our_id=entry.our_id))
            for entry, answer in zip(entries, answers, strict=True)
            if isinstance(answer, Seen)
        ]
        faults = [answer for answer in answers if isinstance(answer, BaseException)]
        for fault in faults:
            if not isinstance(fault, ProviderFault):
                raise fault
        return there, next((fault for fault in faults if isinstance(fault, ProviderFault)), None)

    async def _everybody(self, target: ScoringTarget) -> list[Seen]:
        rows = await self._athletes(target.remote_event_id)
        whole = await asyncio.to_thread(copernico_people.all_seen, rows, target)
        bare = [
            self._athlete(target, copernico_people.bare_id(row))
            for row in rows
            if copernico_people.is_bare(row)
        ]
        return whole + [seen for seen in await asyncio.gather(*bare) if seen is not None]

    async def _athletes(self, race: str) -> list[Any]:
        """The listed athletes, whole rows or bare ids as the far side likes."""
        answer = await self._door.get(self._wire.path("athletes", race=race))
        rows = data_of(answer)
        if not isinstance(rows, list):
            raise not_theirs(answer.call, "no list of athletes")
        return rows

    async def _whole(self, race: str, its_id: str) -> Any:
        path = self._wire.path("athlete", race=race, athlete=its_id)
        return data_of(await self._door.get(path))

    async def _athlete(self, target: ScoringTarget, its_id: str) -> Seen | None:
        try:
            data = await self._whole(target.remote_event_id, its_id)
        except Rejected as fault:
            if fault.call.status not in ABSENT_STATUSES:
                raise
            return None
        if not isinstance(data, dict) or not data:
            return None
        return copernico_people.seen({"id": its_id, **data}, target)

    def results(self, target: ScoringTarget) -> AsyncIterator[Page]:
        """The standings of every linked race, by the cheapest way that answers."""
        return self._standings.read(target)

    def warnings(self, today: date) -> Sequence[str]:
        """A preset that is set and was not there when results were last read."""
        del today
        preset = self._standings.missing_preset
        told = f"Copernico has no export {preset!r}: each athlete costs a call instead"
        return [told] if preset else []

    def result(self, raw: RawRow) -> ResultRecord:
        """Translate one row of the export, or one athlete in one event."""
        return copernico_results.result(raw)


def _race_record(row: RawRow) -> RaceRecord:
    reader = Reader(row)
    name = mended(reader.text("event") or reader.text("name"))
    if name is None:
        raise RowFault("event", "an event without a name")
    distance = whole(row.get("distance"))
    return RaceRecord(
        provider_race_id=reader.text("id") or name,
        name=name,
        starts_at=instant(reader.text("startTime"), zone_or_utc("UTC")),
        distance_m=float(distance) if distance else None,
        raw=row,
    )


def _registration(entry: Entry, race_uuid: str, target: ScoringTarget) -> dict[str, Any]:
    values = entry.values
    event_id, _name = target.races[values.get("race") or ""]
    return {
        "id": entry.our_id,
        "name": values.get("first_name"),
        "surname": values.get("last_name"),
        "birthdate": values.get("birth_date"),
        "dorsal": values.get("bib"),
        "gender": copernico_people.GENDER_WORDS.get(values.get("gender") or ""),
        "raceId": race_uuid,
        "eventId": event_id,
    }
