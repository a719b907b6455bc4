"""RunSignUp: registrations by REST, errors inside HTTP 200, two calls at a time.

Confirmed in vendor documentation or in clients that run against it: the race calls, `format=json`,
dates. Second-hand: the limit of two concurrent calls. The other rooms of this adapter say the same
of theirs; what may be assumed otherwise stands in `runsignup_wire.FORMS`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from p88console.domain.errors import RowFault, UsageFault
from p88console.domain.model import EventRecord, Provider, RaceRecord, RawRow
from p88console.providers.base import AccountAccess, CallLimits, Page, TestAnswer
from p88console.providers.distances import metres
from p88console.providers.http import Answer, not_theirs
from p88console.providers.reading import Reader, mended, rows_of, wall_time, zone_or_utc
from p88console.providers.runsignup.auth import SignIn, check_secrets
from p88console.providers.runsignup.people import EASTERN, People
from p88console.providers.runsignup.results import ResultSets
from p88console.providers.runsignup.standings import Standings
from p88console.providers.runsignup.wire import FORMS
from p88console.providers.wire import Wire

LIMITS = CallLimits(concurrent=2, per_second=10.0)

EDITION = timedelta(days=7)
"""A race id is reused each year: distances this long before the next date are past ones."""


def check(access: AccountAccess) -> None:
    """Say what is missing or unknown. Raises `UsageFault`."""
    check_secrets(access.secrets)
    if access.options:
        raise UsageFault("unknown options", ", ".join(sorted(access.options)), "RunSignUp has none")
    Wire(FORMS, access.wire)


def open_adapter(access: AccountAccess) -> RunSignUp:
    """The adapter for one account."""
    return RunSignUp(access)


class RunSignUp(People, ResultSets, Standings):
    """One RunSignUp account: discovery, registrations, bibs back, results both ways."""

    provider = Provider.RUNSIGNUP

    def __init__(self, access: AccountAccess) -> None:
        wire = Wire(FORMS, access.wire)
        self._sign_in = SignIn(access, wire, access.limited(LIMITS))
        super().__init__(self._sign_in.door, wire)

    @property
    def token_until(self) -> datetime | None:
        """When the OAuth token in use lapses; None for keys."""
        return self._sign_in.token_until

    def warnings(self, today: date) -> Sequence[str]:
        """What works today and will not for long."""
        return self._sign_in.warnings(today)

    async def close(self) -> None:
        """Let go of connections."""
        await self._door.close()

    async def test(self) -> TestAnswer:
        """List one race: harmless, and it needs the key."""
        answer = await self._door.get(
            self._wire["races"],
            {"page": "1", "results_per_page": "1", "only_partner_races": "T"},
        )
        _listed(answer, "races")
        return TestAnswer("the key is accepted", answer.server_time)

    async def events(self, since: datetime) -> AsyncIterator[Page]:
        """Page through the account's races, each with its distances."""
        page, listed = 1, set[str]()
        while True:
            params = {
                "page": str(page),
                "results_per_page": self._wire["races_per_page"],
                "events": "T",
                "only_partner_races": "T",
                "start_date": since.date().isoformat(),
                "sort": "date ASC",
            }
            answer = await self._door.get(self._wire["races"], params)
            races = [_inner_race(answer, row) for row in _listed(answer, "races")]
            new = {str(race.get("race_id")) for race in races} - listed
            if not new:
                return  # an empty page, or the last one once more
            listed |= new
            detailed = [
                race if "events" in race else await self._race(str(race.get("race_id")))
                for race in races
            ]
            page += 1
            yield Page(detailed, {"page": page}, answer.server_time)

    async def _race(self, race_id: str) -> RawRow:
        answer = await self._door.get(self._wire.path("race", race=race_id))
        return _inner_race(answer, answer.body)

    async def find_event(self, provider_event_id: str) -> EventRecord:
        """Ask for one race by its id."""
        return self.event(await self._race(provider_event_id))

    def event(self, raw: RawRow) -> EventRecord:
        """Translate a race; its distances of past years are left out."""
        reader = Reader(raw)
        race_id, name = reader.text("race_id"), reader.text("name")
        if race_id is None:
            raise RowFault("race_id", "a race without an id")
        zone = zone_or_utc(raw.get("timezone") or EASTERN.key)
        races = [_distance(row, zone) for row in rows_of(raw.get("events"), "events")]
        anchor = wall_time(reader.text("next_date") or reader.text("last_date"), zone, "%m/%d/%Y")
        starts = [race.starts_at for race in races if race.starts_at]
        edge = min(filter(None, (anchor, max(starts, default=None))), default=None)
        current = [
            race
            for race in races
            if edge is None or race.starts_at is None or race.starts_at >= edge - EDITION
        ]
        first = min((race.starts_at for race in current if race.starts_at), default=anchor)
        timed = [_with_gun(race, zone) for race in current]
        guns = [race.starts_at for race in timed if race.starts_at]
        return EventRecord(
            provider_event_id=race_id,
            name=mended(name) or f"race {race_id}",
            timezone=zone.key,
            starts_at=min(guns, default=None),
            races=tuple(timed),
            raw={key: value for key, value in raw.items() if key != "events"},
            race_day=first.astimezone(zone).date() if first and not guns else None,
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


def _with_gun(race: RaceRecord, zone: ZoneInfo) -> RaceRecord:
    """A distance whose start is told; midnight stands for a day without a time."""
    at = race.starts_at.astimezone(zone).time() if race.starts_at else None
    return replace(race, starts_at=None) if at == time() else race


def _distance(row: RawRow, zone: ZoneInfo) -> RaceRecord:
    reader = Reader(row)
    race_id = reader.text("event_id")
    if race_id is None:
        raise RowFault("event_id", "a distance without an id")
    return RaceRecord(
        provider_race_id=race_id,
        name=mended(reader.text("name")) or f"race {race_id}",
        starts_at=wall_time(reader.text("start_time"), zone, "%m/%d/%Y %H:%M"),
        distance_m=metres(reader.text("distance")),
        raw=row,
    )
