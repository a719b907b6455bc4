"""Race Roster: registrations from its API, results to it, and from its public site.

Confirmed by vendor pages or several live clients: the token call at the authorize path and its
`data` around the token, the events with nested `subEvents`, the participants' path, their names,
bib, gender code, `isActive`, `profile.email` and `metadata.totalResults`. One source: paging of
events, the refresh grant, one event's answer as an object or a list of one. Assumed: paging of
participants, and where a participant's sub-event, birth date, phone, address and chip stand. What
may be assumed otherwise stands in `FORMS`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from p88console.domain.errors import Rejected, RowFault
from p88console.domain.model import (
    EventRecord,
    Gender,
    ParticipantRecord,
    ParticipantStatus,
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
from p88console.providers.checking import refuse_unknown, want
from p88console.providers.distances import metres
from p88console.providers.http import Answer, Door, not_theirs
from p88console.providers.raceroster import publishing as raceroster_publishing
from p88console.providers.raceroster import results as raceroster_results
from p88console.providers.raceroster.publishing import ResultsDesk, pairs
from p88console.providers.raceroster.results import ResultsSite
from p88console.providers.reading import (
    Reader,
    as_dict,
    mended,
    rows_of,
    start_or_day,
    whole,
    zone_or_utc,
)
from p88console.providers.signing import Signature
from p88console.providers.tokens import Token, TokenSigner, fetched
from p88console.providers.wire import Form, Mark, Wire

BASE_URL = "https://raceroster.com"
RESULTS_BASE_URL = "https://results.raceroster.com"
LIMITS = CallLimits(concurrent=2, per_second=1.0, per_hour=1000)
"""No vendor figure is known; this is what a live client kept to."""

FORMS = {
    "token": Form("/api/oauth/authorize"),
    "token_grant": Form("access_token"),
    "refresh_grant": Form("refresh_token", Mark.ONE_SOURCE),
    "events": Form("/api/v1/events"),
    "event": Form("/api/v1/events/{event}", Mark.ONE_SOURCE),
    "participants": Form("/api/v1/events/{event}/participants"),
    "offset": Form("offset", Mark.ONE_SOURCE),
    "limit": Form("limit", Mark.ONE_SOURCE),
    "events_limit": Form("50", Mark.ONE_SOURCE),
    "participants_limit": Form("100", Mark.ASSUMED),
    "sub_event": Form("subEventId", Mark.ASSUMED),
    "birth_date": Form("dateOfBirth", Mark.ASSUMED),
    "phone": Form("phone", Mark.ASSUMED),
    "chip": Form("chip", Mark.ASSUMED),
    "team": Form("team", Mark.ASSUMED),
    "modified": Form("lastModifiedDate", Mark.ASSUMED),
    **raceroster_results.FORMS,
    **raceroster_publishing.FORMS,
}

SECRETS = ("client_id", "client_secret", "username", "password")
OPTIONS = frozenset({"results_base_url"})
GENDERS = {
    "1": Gender.MALE,
    "male": Gender.MALE,
    "2": Gender.FEMALE,
    "female": Gender.FEMALE,
    "9": Gender.NONBINARY,
    "non-binary": Gender.NONBINARY,
}
"""By code; the words are those of the results site."""
UNDISCLOSED = "0"


def check(access: AccountAccess) -> None:
    """Say what is missing or unknown. Raises `UsageFault`."""
    refuse_unknown(access, SECRETS, OPTIONS)
    want(access, SECRETS)
    Wire(FORMS, access.wire)


def open_adapter(access: AccountAccess) -> RaceRoster:
    """The adapter for one account."""
    return RaceRoster(access)


class RaceRoster(ResultsDesk):
    """One Race Roster user: events, registrations, results posted and results that are public."""

    provider = Provider.RACEROSTER
    id_field = "participantId"
    has_since_filter = False
    absence_removes = True

    def __init__(self, access: AccountAccess) -> None:
        base, limits = access.base_url or BASE_URL, access.limited(LIMITS)
        self._secrets = access.secrets
        self._wire = Wire(FORMS, access.wire)
        self._auth = Door(self.provider, base, limits, budget=access.budget)
        self._signer = TokenSigner(self._fetch, _bearer)
        self._door = Door(self.provider, base, limits, signer=self._signer, budget=access.budget)
        site = access.options.get("results_base_url") or access.base_url or RESULTS_BASE_URL
        self._recalled = set[str]()
        self._site = ResultsSite(site, self._wire, access.limited(raceroster_results.LIMITS))
        super().__init__(self._door, self._wire, self._site, self._code_of)

    async def _fetch(self, old: Token | None) -> Token:
        client = {name: self._secrets[name] for name in ("client_id", "client_secret")}
        if old is not None and old.refresh:
            form = {"grant_type": self._wire["refresh_grant"], "refresh_token": old.refresh}
        else:
            user = {name: self._secrets[name] for name in ("username", "password")}
            form = {"grant_type": self._wire["token_grant"], **user}
        return await fetched(self._auth.ask_by_form(self._wire["token"], {**form, **client}))

    @property
    def token_until(self) -> datetime | None:
        """When the token in use lapses, by Race Roster's clock."""
        return self._signer.until

    async def close(self) -> None:
        """Let go of connections."""
        await self._door.close()
        await self._auth.close()
        await self._site.close()

    async def test(self) -> TestAnswer:
        """List one event: harmless, and it needs the token."""
        answer = await self._door.get(self._wire["events"], self._page(0, "1"))
        _listed(answer)
        return TestAnswer("the user is accepted", answer.server_time)

    async def events(self, since: datetime) -> AsyncIterator[Page]:
        """Page through the events that the account may see."""
        begin = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        order = {"sort": "startDate", "order": "asc", "eventDateFrom": begin}
        limit = self._wire["events_limit"]
        async for page in self._pages(self._wire["events"], limit, 0, "eventId", order):
            yield page

    async def find_event(self, provider_event_id: str) -> EventRecord:
        """Ask for one event by its id."""
        return self.event(await self._event(provider_event_id))

    async def _event(self, event_id: str) -> RawRow:
        answer = await self._door.get(self._wire.path("event", event=event_id))
        if not isinstance(answer.body, dict) or "data" not in answer.body:
            raise not_theirs(answer.call, "no 'data' in the answer")
        data = answer.body["data"]
        found = data[0] if isinstance(data, list) and data else data
        if isinstance(found, list | None):
            raise Rejected(answer.call, f"Race Roster knows no event {event_id!r}")
        if not isinstance(found, dict) or "eventId" not in found:
            raise not_theirs(answer.call, "no event in the answer")
        return found

    def event(self, raw: RawRow) -> EventRecord:
        """Translate an event; its sub-events are its races and start with it unless they say."""
        reader = Reader(raw)
        event_id = reader.text("eventId")
        if event_id is None:
            raise RowFault("eventId", "an event without an id")
        zone = zone_or_utc(raw.get("timeZone"))
        starts_at, race_day = start_or_day(reader.text("startDate"), zone)
        nested = raw.get("subEvents")
        listed = nested.get("data") if isinstance(nested, dict) else nested
        races = [_race(row, starts_at, zone.key) for row in rows_of(listed, "subEvents")]
        return EventRecord(
            provider_event_id=event_id,
            name=reader.text("name") or f"event {event_id}",
            timezone=zone.key,
            starts_at=min((race.starts_at for race in races if race.starts_at), default=starts_at),
            races=tuple(races),
            raw={key: value for key, value in raw.items() if key != "subEvents"},
            race_day=race_day,
        )

    async def participants(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Page through everybody, whoever is no longer active too."""
        path = self._wire.path("participants", event=scope.provider_event_id)
        limit, first = self._wire["participants_limit"], int(request.checkpoint.get("offset", 0))
        async for page in self._pages(path, limit, first, "participantId", {}):
            yield page

    async def _pages(
        self, path: str, limit: str, first: int, its_id: str, order: Mapping[str, str]
    ) -> AsyncIterator[Page]:
        """Pages until all that are said to be there came, an empty one, or one with nobody new."""
        offset, seen = first, set[str]()
        while True:
            answer = await self._door.get(path, {**order, **self._page(offset, limit)})
            rows = _listed(answer)
            ids = {str(row.get(its_id) or row) for row in rows}
            if ids <= seen:
                return
            seen |= ids
            offset += len(rows)
            total = whole(as_dict(answer.body.get("metadata")).get("totalResults"))
            yield Page(rows, {"offset": offset}, answer.server_time, total)
            if total is not None and offset >= total:
                return

    def _page(self, offset: int, limit: str) -> dict[str, str]:
        return {self._wire["offset"]: str(offset), self._wire["limit"]: limit}

    def participant(self, raw: RawRow) -> ParticipantRecord:
        """Translate one registration; what is not on the row is looked for in its profile."""
        profile = as_dict(raw.get("profile"))
        reader, wire, zone = Reader({**profile, **raw}), self._wire, zone_or_utc("UTC")
        active = str(raw.get("isActive", True)).casefold() not in ("false", "0")
        return ParticipantRecord(
            provider_id=reader.text("participantId"),
            provider_race_id=_sub_event(raw, wire["sub_event"]),
            bib=reader.text("bibNumber"),
            chip=reader.text(wire["chip"]),
            first_name=mended(reader.text("firstName")),
            last_name=mended(reader.text("lastName")),
            gender=_gender(reader),
            birth_date=reader.day(wire["birth_date"]),
            email=reader.text("email") or reader.text("emailAddress"),
            phone=reader.text(wire["phone"]),
            city=mended(reader.text("city")),
            region=_code(reader.row.get("provinceState") or reader.row.get("region")),
            country=_code(reader.row.get("country")),
            team=_name(raw.get(wire["team"])),
            status=ParticipantStatus.ACTIVE if active else ParticipantStatus.REMOVED,
            registered_at=reader.instant("registrationDate", zone),
            modified_at=reader.instant(wire["modified"], zone),
            flags=tuple(reader.flags),
            raw=raw,
        )

    async def results(self, target: ScoringTarget) -> AsyncIterator[Page]:
        """Everything that the public site shows of the event, race by race."""
        code = target.options.get("results_code") or await self._code_of(target.remote_event_id)
        if code:
            async for page in self._site.pages(code):
                yield page

    def lacks_results(self, target: ScoringTarget) -> bool:
        """Whether nothing was recalled of this event."""
        return target.remote_event_id not in self._recalled

    def recall_results(self, target: ScoringTarget, rows: Iterable[RawRow]) -> None:
        """Ask for no result by itself again whose line in the listing is as it was."""
        self._recalled.add(target.remote_event_id)
        self._site.recall(rows)

    async def _code_of(self, event_id: str) -> str | None:
        """The code of an event's results page, by setting, else by its address."""
        if told := pairs(self._wire["results_codes"]).get(event_id):
            return told
        raw = await self._event(event_id)
        return raceroster_results.code_in(Reader(raw).text("resultsUrl"))

    def result(self, raw: RawRow) -> ResultRecord:
        """Translate one result as the site shows it."""
        return raceroster_results.result(raw)


def _bearer(token: str) -> Signature:
    return Signature(headers={"Authorization": f"Bearer {token}"})


def _listed(answer: Answer) -> list[RawRow]:
    """The rows under `data`; a missing envelope is never an empty list."""
    rows = answer.body.get("data") if isinstance(answer.body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise not_theirs(answer.call, "no list of rows under 'data'")
    return rows


def _race(row: Any, starts_at: datetime | None, zone: str) -> RaceRecord:
    reader = Reader(as_dict(row))
    race_id = reader.text("subEventId")
    if race_id is None:
        raise RowFault("subEventId", "a sub-event without an id")
    distance = Reader(as_dict(reader.row.get("subEventDistance"))).text("inMeters")
    written = f"{reader.text('distance') or ''} {reader.text('distanceType') or ''}"
    return RaceRecord(
        provider_race_id=race_id,
        name=reader.text("name") or f"race {race_id}",
        starts_at=_race_start(reader.text("customSubEventDate"), starts_at, zone_or_utc(zone)),
        distance_m=float(whole(distance) or 0) or metres(written),
        raw=reader.row,
    )


def _race_start(own: str | None, events: datetime | None, zone: ZoneInfo) -> datetime | None:
    """A race's own start, else its event's; unknown where it names another day and no time."""
    starts_at, day = start_or_day(own, zone)
    if day is not None and events is not None and events.astimezone(zone).date() != day:
        return None
    return starts_at or events


def _gender(reader: Reader) -> str | None:
    """A gender by its code; not disclosed is absent, and a mixed team's is kept and flagged."""
    if reader.text("gender") == UNDISCLOSED:
        return None
    return reader.gender("gender", GENDERS)


def _code(value: Any) -> str | None:
    """A region or country, bare or as an event writes it: its code, else its name."""
    reader = Reader(value if isinstance(value, dict) else {"code": value})
    return reader.text("code") or reader.text("name")


def _sub_event(raw: RawRow, key: str) -> str:
    """The sub-event that a registration is for, on its row or in an object of its own."""
    nested = as_dict(raw.get("subEvent"))
    return Reader(raw).text(key) or Reader(nested).text(key) or Reader(nested).text("id") or ""


def _name(value: Any) -> str | None:
    """A name, bare or in an object."""
    return Reader(value if isinstance(value, dict) else {"name": value}).text("name")
