"""RunSignUp: registrations by REST, errors inside HTTP 200, two calls at a time.

Confirmed in vendor documentation or in clients that run against it: paths, `format=json`, the four
credential kinds, keyset paging, the inclusive `modified_after_timestamp`, removals on a list of
their own, rows beside an always empty `event.participants`, dates. Second-hand: the limit of two
concurrent calls, and the caller registration pair that is required from 2027-01-01.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from p88console.domain.errors import (
    RowFault,
    UsageFault,
)
from p88console.domain.model import (
    EventRecord,
    Gender,
    ParticipantRecord,
    ParticipantStatus,
    Provider,
    RaceRecord,
    RawRow,
    RemovalRecord,
)
from p88console.providers.base import (
    AccountAccess,
    CallLimits,
    Page,
    PageRequest,
    Scope,
    TestAnswer,
)
from p88console.providers.distances import metres
from p88console.providers.http import Answer, Door, not_theirs
from p88console.providers.reading import Reader, as_dict, wall_time, zone_or_utc
from p88console.providers.runsignup_faults import fault_inside
from p88console.providers.runsignup_results import ResultSets

BASE_URL = "https://api.runsignup.com"
LIMITS = CallLimits(concurrent=2, per_second=10.0)
EASTERN: Final = ZoneInfo("America/New_York")
"""The zone of every RunSignUp stamp that is not an event's start or end."""

PARTICIPANTS_PER_PAGE = 2500
RACES_PER_PAGE = 1000

KEY_KINDS = (("api_key", "api_secret"), ("rsu_api_key", "rsu_api_secret"))
OAUTH_KEYS = frozenset({"oauth_client_id", "oauth_client_secret", "access_token", "refresh_token"})
REGISTRATION_PAIR = ("rsu_api_reg", "rsu_api_reg_secret")

GENDERS = {"f": Gender.FEMALE, "m": Gender.MALE, "x": Gender.NONBINARY}
REMOVED_REASONS = {
    "removed": ParticipantStatus.REMOVED,
    "cleared": ParticipantStatus.REMOVED,
    "transferred": ParticipantStatus.TRANSFERRED,
    "deferred": ParticipantStatus.DEFERRED,
}

EDITION = timedelta(days=7)
"""A race id is reused each year: distances this long before the next date are past ones."""


def check(access: AccountAccess) -> None:
    """Say what is missing in the secrets. Raises `UsageFault`."""
    known = {name for pair in KEY_KINDS for name in pair} | OAUTH_KEYS | {*REGISTRATION_PAIR}
    unknown = sorted(set(access.secrets) - known)
    if unknown:
        raise UsageFault(
            "unknown secret names", ", ".join(unknown), f"known: {', '.join(sorted(known))}"
        )
    if not all(value.isascii() for value in access.secrets.values()):
        raise UsageFault("a RunSignUp key holds letters and digits only", "paste it again")
    complete = any(all(access.secrets.get(name) for name in pair) for pair in KEY_KINDS)
    if not complete and not access.secrets.get("access_token"):
        raise UsageFault(
            "RunSignUp needs a key",
            "api_key with api_secret, or rsu_api_key with rsu_api_secret, or access_token",
        )
    if sum(bool(access.secrets.get(name)) for name in REGISTRATION_PAIR) == 1:
        raise UsageFault("rsu_api_reg and rsu_api_reg_secret come as a pair")


def credentials(secrets: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The query parameters and headers that sign a call."""
    params: dict[str, str] = {}
    headers: dict[str, str] = {}
    if secrets.get("api_key"):
        params |= {"api_key": secrets["api_key"], "api_secret": secrets["api_secret"]}
    elif secrets.get("rsu_api_key"):
        params["rsu_api_key"] = secrets["rsu_api_key"]
        headers["X-RSU-API-SECRET"] = secrets["rsu_api_secret"]
    else:
        headers["Authorization"] = f"Bearer {secrets['access_token']}"
    if secrets.get("rsu_api_reg"):
        params["rsu_api_reg"] = secrets["rsu_api_reg"]
        headers["X-RSU-API-REG-SECRET"] = secrets["rsu_api_reg_secret"]
    return params, headers


def open_adapter(access: AccountAccess) -> RunSignUp:
    """The adapter for one account."""
    return RunSignUp(access)


class RunSignUp(ResultSets):
    """One RunSignUp account: discovery, participants, removals, and the results it shows."""

    provider = Provider.RUNSIGNUP
    has_since_filter = True
    absence_removes = False

    def __init__(self, access: AccountAccess) -> None:
        params, headers = credentials(access.secrets)
        door = Door(
            self.provider,
            access.base_url or BASE_URL,
            access.limited(LIMITS),
            params={**params, "format": "json"},
            headers=headers,
            budget=access.budget,
            fault_inside=fault_inside,
        )
        super().__init__(door)

    async def close(self) -> None:
        """Let go of connections."""
        await self._door.close()

    async def test(self) -> TestAnswer:
        """List one race: harmless, and it needs the key."""
        answer = await self._door.get(
            "/rest/races", {"page": "1", "results_per_page": "1", "only_partner_races": "T"}
        )
        _listed(answer, "races")
        return TestAnswer("the key is accepted", answer.server_time)

    async def events(self, since: datetime) -> AsyncIterator[Page]:
        """Page through the account's races, each with its distances."""
        page, listed = 1, set[str]()
        while True:
            params = {
                "page": str(page),
                "results_per_page": str(RACES_PER_PAGE),
                "events": "T",
                "only_partner_races": "T",
                "start_date": since.date().isoformat(),
                "sort": "date ASC",
            }
            answer = await self._door.get("/rest/races", params)
            races = [_inner_race(answer, row) for row in _listed(answer, "races")]
            new = {str(race.get("race_id")) for race in races} - listed
            if not new:
                return  # an empty page, or the last one once more
            listed |= new
            detailed = [race if "events" in race else await self._race(race) for race in races]
            page += 1
            yield Page(detailed, {"page": page}, answer.server_time)

    async def _race(self, listed: RawRow) -> RawRow:
        answer = await self._door.get(f"/rest/race/{listed['race_id']}", {})
        return _inner_race(answer, answer.body)

    async def find_event(self, provider_event_id: str) -> EventRecord:
        """Ask for one race by its id."""
        answer = await self._door.get(f"/rest/race/{provider_event_id}", {})
        return self.event(_inner_race(answer, answer.body))

    def event(self, raw: RawRow) -> EventRecord:
        """Translate a race; its distances of past years are left out."""
        reader = Reader(raw)
        race_id, name = reader.text("race_id"), reader.text("name")
        if race_id is None:
            raise RowFault("race_id", "a race without an id")
        zone = zone_or_utc(raw.get("timezone") or EASTERN.key)
        races = [_distance(row, zone) for row in raw.get("events") or []]
        anchor = wall_time(reader.text("next_date") or reader.text("last_date"), zone, "%m/%d/%Y")
        starts = [race.starts_at for race in races if race.starts_at]
        edge = min(filter(None, (anchor, max(starts, default=None))), default=None)
        current = [
            race
            for race in races
            if edge is None or race.starts_at is None or race.starts_at >= edge - EDITION
        ]
        return EventRecord(
            provider_event_id=race_id,
            name=name or f"race {race_id}",
            timezone=zone.key,
            starts_at=min((race.starts_at for race in current if race.starts_at), default=anchor),
            races=tuple(current),
            raw={key: value for key, value in raw.items() if key != "events"},
        )

    async def participants(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Page through registrations, one distance after the other, by rising registration id."""
        filters = {"supports_nb": "T", **_since(request)}
        start, after = request.checkpoint.get("race", 0), request.checkpoint.get("after", 0)
        for position, race_id in enumerate(scope.provider_race_ids):
            if position < start:
                continue
            seen = after if position == start else 0
            path = f"/rest/race/{scope.provider_event_id}/participants"
            async for answer, rows, last in self._by_registration_id(path, race_id, filters, seen):
                yield Page(rows, {"race": position, "after": last}, answer.server_time)

    async def removals(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Page through registrations that no longer stand; their rows lie inside `event`."""
        path = f"/rest/race/{scope.provider_event_id}/removed-participants"
        races = ",".join(scope.provider_race_ids)
        async for answer, rows, last in self._by_registration_id(path, races, _since(request), 0):
            yield Page(rows, {"after": last}, answer.server_time)

    async def _by_registration_id(
        self, path: str, event_ids: str, filters: Mapping[str, str], after: int
    ) -> AsyncIterator[tuple[Answer, Sequence[RawRow], int]]:
        while True:
            params = {
                **filters,
                "event_id": event_ids,
                "results_per_page": str(PARTICIPANTS_PER_PAGE),
                "sort": "registration_id ASC",
            }
            if after:
                params["after_registration_id"] = str(after)
            answer = await self._door.get(path, params)
            rows = _people(answer)
            if not rows:
                return
            last = max((_registration_id(row) for row in rows), default=0)
            if last <= after and last:
                raise not_theirs(answer.call, f"the listing repeats itself after {after}")
            yield answer, rows, last
            if not last:
                return  # rows without ids cannot be paged past
            after = last

    def participant(self, raw: RawRow) -> ParticipantRecord:
        """Translate one registration."""
        reader, user = Reader(raw), Reader(as_dict(raw.get("user")))
        address = Reader(as_dict(user.row.get("address")))
        race_id = reader.text("event_id")
        if race_id is None:
            raise RowFault("event_id", "a registration that names no distance")
        registered = wall_time(reader.text("registration_date"), EASTERN, "%m/%d/%Y %H:%M")
        return ParticipantRecord(
            provider_id=reader.text("registration_id"),
            provider_race_id=race_id,
            bib=reader.text("bib_num"),
            chip=reader.text("chip_num"),
            first_name=user.text("first_name"),
            last_name=user.text("last_name"),
            gender=user.gender("gender", GENDERS),
            birth_date=user.day("dob"),
            email=user.text("email"),
            phone=user.text("phone"),
            city=address.text("city"),
            region=address.text("state"),
            country=address.text("country_code"),
            team=reader.text("team_name"),
            registered_at=registered,
            modified_at=reader.unix("last_modified"),
            flags=(*reader.flags, *user.flags, *address.flags),
            raw=raw,
        )

    def removal(self, raw: RawRow) -> RemovalRecord:
        """Translate one removed registration; an unknown reason counts as removed."""
        reader = Reader(raw)
        registration_id = reader.text("registration_id")
        if registration_id is None:
            raise RowFault("registration_id", "a removal that names nobody")
        reason = reader.text("removed_reason") or "removed"
        return RemovalRecord(
            provider_id=registration_id,
            status=REMOVED_REASONS.get(reason.casefold(), ParticipantStatus.REMOVED),
            moved_to=reader.text("new_registration_id"),
            raw=raw,
        )


def _listed(answer: Answer, key: str) -> list[Any]:
    """The list under `key`; a missing envelope is never an empty list."""
    body = answer.body
    if not isinstance(body, dict) or not isinstance(body.get(key), list):
        raise not_theirs(answer.call, f"no list named {key!r} in the answer")
    rows: list[Any] = body[key]
    return rows


def _inner_race(answer: Answer, row: Any) -> RawRow:
    race = row.get("race") if isinstance(row, dict) else None
    if not isinstance(race, dict):
        raise not_theirs(answer.call, "no 'race' in the answer")
    return race


def _people(answer: Answer) -> list[RawRow]:
    """All rows of a participants or removed-participants answer, over all its elements."""
    if not isinstance(answer.body, list):
        raise not_theirs(answer.call, "not a list of events")
    rows: list[RawRow] = []
    for element in answer.body:
        if not isinstance(element, dict) or not {"event", "participants"} & set(element):
            raise not_theirs(answer.call, "an element without an event")
        for people in (
            element.get("participants"),
            as_dict(element.get("event")).get("participants"),
        ):
            rows += people if isinstance(people, list) else []
    return rows


def _registration_id(row: RawRow) -> int:
    value = str(row.get("registration_id", "")) if isinstance(row, dict) else ""
    return int(value) if value.isdecimal() else 0


def _since(request: PageRequest) -> dict[str, str]:
    if request.modified_since is None:
        return {}
    return {"modified_after_timestamp": str(int(request.modified_since.timestamp()))}


def _distance(row: RawRow, zone: ZoneInfo) -> RaceRecord:
    reader = Reader(row)
    race_id = reader.text("event_id")
    if race_id is None:
        raise RowFault("event_id", "a distance without an id")
    return RaceRecord(
        provider_race_id=race_id,
        name=reader.text("name") or f"race {race_id}",
        starts_at=wall_time(reader.text("start_time"), zone, "%m/%d/%Y %H:%M"),
        distance_m=metres(reader.text("distance")),
        raw=row,
    )
