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
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from p88console.domain.errors import (
    Malformed,
    ProviderFault,
    Rejected,
    RowFault,
    Transient,
    UsageFault,
)
from p88console.domain.folding import folded
from p88console.domain.model import (
    EventRecord,
    ParticipantRecord,
    Provider,
    RaceRecord,
    RawRow,
    ResultRecord,
)
from p88console.providers import copernico_people, copernico_results
from p88console.providers.base import (
    AccountAccess,
    CallLimits,
    Entry,
    Page,
    PageRequest,
    PushTraits,
    Scope,
    ScoringTarget,
    Seen,
    TestAnswer,
)
from p88console.providers.http import Answer, Door, not_theirs
from p88console.providers.reading import Reader, instant, mended, zone_or_utc
from p88console.providers.wire import Form, Mark, Wire

BASE_URL = "https://public-api.copernico.cloud"
REGISTRATIONS_BASE_URL = "https://api.copernico.cloud"
log = logging.getLogger(__name__)

LIMITS = CallLimits(concurrent=10, per_second=50.0)

FORMS = {
    "races": Form("/api/races", Mark.ONE_SOURCE),
    "race": Form("/api/races/{race}"),
    "athletes": Form("/api/races/{race}/athletes", Mark.ONE_SOURCE),
    "athlete": Form("/api/races/{race}/athlete/{athlete}/full"),
    "preset": Form("/api/races/{race}/preset/{login}:::{preset}/{event}"),
    "registrations": Form("/race-registrations/{race}"),
}

OPTIONS = frozenset({"registrations_base_url", "preset_login", "preset_name", "race_uuid"})
SUCCESS_CODES = (0, 1)
ABSENT_STATUSES = (200, 404)
"""Answers that mean "no such athlete": not found, or a result code inside a 200."""

TOO_BIG = (413, 500, 502, 504)
"""Statuses of an export that grew above 6 MB (that it fails is confirmed, how is assumed)."""

FEW = 100
"""Up to this many people are read back one by one, more by listing everybody."""


def check(access: AccountAccess) -> None:
    """Say what is missing or unknown. Raises `UsageFault`."""
    unknown = sorted(set(access.secrets) - {"api_key"})
    if unknown:
        raise UsageFault("unknown secret names", ", ".join(unknown), "known: api_key")
    if not access.secrets.get("api_key"):
        raise UsageFault("Copernico needs an api_key")
    if not access.secrets["api_key"].isascii():
        raise UsageFault("a Copernico key holds letters and digits only", "paste it again")
    strange = sorted(set(access.options) - OPTIONS)
    if strange:
        raise UsageFault(
            "unknown options", ", ".join(strange), f"known: {', '.join(sorted(OPTIONS))}"
        )
    Wire(FORMS, access.wire)


def open_adapter(access: AccountAccess) -> Copernico:
    """The adapter for one account."""
    return Copernico(access)


class Copernico:
    """One Copernico key: events, people in and read back, results."""

    provider = Provider.COPERNICO
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

    async def close(self) -> None:
        """Let go of connections."""
        for door in (self._door, self._open_door, self._registrations):
            await door.close()

    async def test(self) -> TestAnswer:
        """List the races that the key may see."""
        answer = await self._door.get(self._wire["races"])
        races = _data(answer)
        count = len(races) if isinstance(races, list) else 0
        return TestAnswer(f"the key is accepted, {count} races", answer.server_time)

    async def events(self, since: datetime) -> AsyncIterator[Page]:
        """All races of the key, each asked for in full."""
        del since  # the listing has no filter
        answer = await self._door.get(self._wire["races"])
        listed = _data(answer)
        if not isinstance(listed, list):
            raise not_theirs(answer.call, "no list of races")
        slugs = [row.get("id") if isinstance(row, dict) else row for row in listed]
        rows = [await self._race(str(slug)) for slug in slugs if slug]
        yield Page(rows, {}, answer.server_time, total=len(listed))

    async def _race(self, race: str) -> RawRow:
        answer = await self._door.get(self._wire.path("race", race=race))
        data = _data(answer)
        if not isinstance(data, dict):
            raise not_theirs(answer.call, f"no race {race!r} in the answer")
        return data

    async def find_event(self, provider_event_id: str) -> EventRecord:
        """Ask for one race by its slug."""
        raw = await self._race(provider_event_id)
        return self.event({"id": provider_event_id, **raw})

    def event(self, raw: RawRow) -> EventRecord:
        """Translate a race; its events are addressed by name, sent to by id."""
        reader = Reader(raw)
        slug = reader.text("id")
        if slug is None:
            raise RowFault("id", "a race without an id")
        races = tuple(_race_record(row) for row in raw.get("events") or [])
        return EventRecord(
            provider_event_id=slug,
            name=mended(reader.text("name")) or slug,
            timezone=reader.text("timezone") or "UTC",
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

    async def send(self, target: ScoringTarget, entries: Sequence[Entry]) -> None:
        """Send people as registrations; what became of them is learned by reading back."""
        race_uuid = (
            target.options.get("race_uuid")
            or self._options.get("race_uuid")
            or target.remote_event_id
        )
        path = self._wire.path("registrations", race=race_uuid)
        rows = [_registration(entry, race_uuid, target) for entry in entries]
        answer = await self._registrations.post_json(path, rows)
        if isinstance(answer.body, dict) and "result" in answer.body:
            _data(answer)

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
                raise unread
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
        by_id = {seen.remote_id: seen for seen in there}
        strangers = copernico_people.strangers(there)
        for our_id, entry in wanted.items():
            known = by_id.get(entry.remote_id or our_id)
            one = known or strangers.get(copernico_people.person(entry.values))
            if one is not None:
                yield replace(one, our_id=our_id)

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
        rows = _data(answer)
        if not isinstance(rows, list):
            raise not_theirs(answer.call, "no list of athletes")
        return rows

    async def _whole(self, race: str, its_id: str) -> Any:
        path = self._wire.path("athlete", race=race, athlete=its_id)
        return _data(await self._door.get(path))

    async def _athlete(self, target: ScoringTarget, its_id: str) -> Seen | None:
        try:
            data = await self._whole(target.remote_event_id, its_id)
        except Rejected as fault:
            if fault.call.status not in ABSENT_STATUSES:
                raise
            return None
        return (
            copernico_people.seen(data, target)
            if isinstance(data, dict) and data.get("id")
            else None
        )

    async def results(self, target: ScoringTarget) -> AsyncIterator[Page]:
        """One page a race from the preset export; athletes in full where none is set or answers."""
        events = list(dict.fromkeys(name for _remote_id, name in target.races.values()))
        left, given = list[str](), 0
        for name in events:
            page = await self._exported(target.remote_event_id, name)
            if page is None:
                left.append(name)
            else:
                given += len(page.rows)
                yield page
        if left:
            rows = await self._in_full(target.remote_event_id)
            wanted = {folded(name) for name in left}
            rows = [row for row in rows if len(left) == len(events) or _event(row) in wanted]
            yield Page(rows, {}, total=given + len(rows))

    async def _exported(self, race: str, event: str) -> Page | None:
        """One event's export; None where none is set, or where it has grown too big to be had."""
        login, preset = self._options.get("preset_login"), self._options.get("preset_name")
        if not login or not preset:
            return None
        path = self._wire.path("preset", race=race, login=login, preset=preset, event=event)
        try:
            answer = await self._open_door.get(path)
            rows = copernico_results.preset_rows(answer, event)
        except ProviderFault as fault:
            if not _is_too_big(fault):
                raise
            log.warning("the export of %s fails, its athletes are read in full: %s", event, fault)
            return None
        return Page(rows, {"race": event}, answer.server_time)

    async def _in_full(self, race: str) -> list[RawRow]:
        rows: list[RawRow] = []
        for athlete in await self._athletes(race):
            whole = athlete
            if not copernico_results.is_whole(athlete):
                whole = await self._whole(race, copernico_people.bare_id(athlete))
            rows += copernico_results.athlete_rows(whole)
        return rows

    def result(self, raw: RawRow) -> ResultRecord:
        """Translate one row of the export, or one athlete in one event."""
        return copernico_results.result(raw)


def _is_too_big(fault: ProviderFault) -> bool:
    """Whether an export failed in a way that a too big one does: refused, or cut off."""
    cut_off = isinstance(fault, Transient) and fault.call.status is None
    return fault.call.status in TOO_BIG or cut_off or type(fault) is Malformed


def _event(row: RawRow) -> str:
    return folded(mended(Reader(row).text("event")))


def _data(answer: Answer) -> Any:
    """What the envelope carries. Raises `Rejected` on any code but 0 and 1."""
    body = answer.body
    result = body.get("result") if isinstance(body, dict) else None
    if not isinstance(result, dict) or "code" not in result:
        raise not_theirs(answer.call, "no result code in the answer")
    if result["code"] not in SUCCESS_CODES:
        said = result.get("message") or f"code {result['code']}"
        raise Rejected(answer.call, f"Copernico says: {said}", f"{answer.call}: {said}")
    return body.get("data")


def _race_record(row: RawRow) -> RaceRecord:
    reader = Reader(row)
    name = mended(reader.text("event") or reader.text("name"))
    if name is None:
        raise RowFault("event", "an event without a name")
    distance = row.get("distance")
    return RaceRecord(
        provider_race_id=reader.text("id") or name,
        name=name,
        starts_at=instant(reader.text("startTime"), zone_or_utc("UTC")),
        distance_m=float(distance) if isinstance(distance, int | float) else None,
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
