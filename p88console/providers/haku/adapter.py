"""Haku: registrations in short rows, each person's detail by a call of its own; read-only.

Confirmed by a client that ran against live organisations: hosts, the Basic token call, the raw
token without `Bearer`, the bare arrays, the detail call and its fields. One source: the fields of
an event row, `{"events": […]}` and `{"participants": […]}` around the arrays. Assumed: the single
event call, that a stamp without zone means UTC, that an event's races are its categories and start
with it. No zone of an event is known: the account's option `timezone` names it. What may be assumed
otherwise stands in `FORMS`.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from p88console.domain.errors import Rejected, RowFault
from p88console.domain.model import (
    EventRecord,
    Gender,
    ParticipantRecord,
    ParticipantStatus,
    Provider,
    RaceRecord,
    RawRow,
)
from p88console.providers.base import (
    AccountAccess,
    CallLimits,
    Page,
    PageRequest,
    Scope,
    TestAnswer,
)
from p88console.providers.checking import refuse_unknown, want
from p88console.providers.distances import metres
from p88console.providers.http import Answer, Door, not_theirs
from p88console.providers.reading import Reader, as_dict, mended, start_or_day, zone_or_utc
from p88console.providers.signing import Signature
from p88console.providers.tokens import Token, TokenSigner, fetched
from p88console.providers.wire import Form, Mark, Wire

BASE_URL = "https://api.hakuapp.com"
AUTH_URL = "https://prod-auth.hakuapp.com"
LIMITS = CallLimits(concurrent=2, per_second=2.0, per_hour=500)
"""No vendor figure is known; 500 an hour is what a live client kept to."""

FORMS = {
    "token": Form("/oauth2/token"),
    "events": Form("/events"),
    "event": Form("/events/{event}", Mark.ASSUMED),
    "participants": Form("/events/{event}/participants"),
    "registration": Form("/events/{event}/registrations/{registration}"),
    "page": Form("page"),
    "per_page": Form("per_page"),
    "page_size": Form("25", Mark.ONE_SOURCE),
    "token_prefix": Form(""),
    "events_key": Form("events", Mark.ONE_SOURCE),
    "participants_key": Form("participants", Mark.ONE_SOURCE),
    "categories_key": Form("event_categories", Mark.ASSUMED),
    "event_timezone": Form("time_zone", Mark.ASSUMED),
}

OPTIONS = frozenset({"auth_url", "timezone"})
SECRETS = ("client_id", "client_secret")
GENDERS = {
    "female": Gender.FEMALE,
    "f": Gender.FEMALE,
    "male": Gender.MALE,
    "m": Gender.MALE,
    "non-binary": Gender.NONBINARY,
    "nonbinary": Gender.NONBINARY,
    "x": Gender.NONBINARY,
}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

DETAIL, CATEGORY, PLACE = "detail", "event_category", "event_category_place"
"""Keys under which a short row carries its detail, one of the detail's categories, and which."""


def check(access: AccountAccess) -> None:
    """Say what is missing or unknown. Raises `UsageFault`."""
    refuse_unknown(access, SECRETS, OPTIONS)
    want(access, SECRETS)
    Wire(FORMS, access.wire)


def open_adapter(access: AccountAccess) -> Haku:
    """The adapter for one account."""
    return Haku(access)


class Haku:
    """One Haku organisation: discovery and registrations; nothing can be written."""

    provider = Provider.HAKU
    id_field = "registration_number"
    has_since_filter = False
    absence_removes = False  # whoever cancels stays in the listing and says so

    def __init__(self, access: AccountAccess) -> None:
        self.limits = access.limited(LIMITS)
        self._wire = Wire(FORMS, access.wire)
        self._timezone = access.options.get("timezone", "UTC")
        auth = access.options.get("auth_url") or access.base_url or AUTH_URL
        pair = f"{access.secrets['client_id']}:{access.secrets['client_secret']}"
        self._basic = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        self._auth = Door(self.provider, auth, self.limits, budget=access.budget)
        self._signer = TokenSigner(self._fetch, self._sign)
        self._door = Door(
            self.provider,
            access.base_url or BASE_URL,
            self.limits,
            signer=self._signer,
            budget=access.budget,
        )

    async def _fetch(self, _old: Token | None) -> Token:
        form = {"grant_type": "client_credentials"}
        return await fetched(self._auth.ask_by_form(self._wire["token"], form, headers=self._basic))

    def _sign(self, token: str) -> Signature:
        return Signature(headers={"Authorization": f"{self._wire['token_prefix']}{token}"})

    @property
    def token_until(self) -> datetime | None:
        """When the token in use lapses, by Haku's clock."""
        return self._signer.until

    async def close(self) -> None:
        """Let go of connections."""
        await self._door.close()
        await self._auth.close()

    async def test(self) -> TestAnswer:
        """List one event: harmless, and it needs the token."""
        answer = await self._door.get(self._wire["events"], self._page(1, "1"))
        self._listed(answer, "events_key")
        return TestAnswer("the client is accepted", answer.server_time)

    async def events(self, since: datetime) -> AsyncIterator[Page]:
        """Page through the organisation's events that are not long over."""
        order = {"sort_column": "event_date", "sort_direction": "desc", "show_inactive": "true"}
        async for number, answer, rows in self._pages("events", "events_key", order, "id", 1):
            recent = [row for row in rows if not _is_before(row, since)]
            yield Page(recent, {"page": number}, answer.server_time)

    async def find_event(self, provider_event_id: str) -> EventRecord:
        """Ask for one event by its id, or look for it in the list where there is no such call."""
        try:
            answer = await self._door.get(self._wire.path("event", event=provider_event_id))
        except Rejected as fault:
            async for page in self.events(LONG_AGO):
                for row in page.rows:
                    if Reader(row).text("id") == provider_event_id:
                        return self.event(row)
            raise Rejected(fault.call, f"Haku knows no event {provider_event_id!r}") from None
        if not isinstance(answer.body, dict) or "id" not in answer.body:
            raise not_theirs(answer.call, "no event in the answer")
        return self.event(answer.body)

    def event(self, raw: RawRow) -> EventRecord:
        """Translate an event; its categories are its races, where it lists them."""
        reader = Reader(raw)
        event_id = reader.text("id")
        if event_id is None:
            raise RowFault("id", "an event without an id")
        zone = zone_or_utc(raw.get(self._wire["event_timezone"]) or self._timezone)
        starts_at, race_day = start_or_day(reader.text("event_date"), zone)
        listed = raw.get(self._wire["categories_key"])
        races = [_race(row, starts_at) for row in (listed if isinstance(listed, list) else [])]
        return EventRecord(
            provider_event_id=event_id,
            name=reader.text("name") or f"event {event_id}",
            timezone=zone.key,
            starts_at=starts_at,
            races=tuple(races),
            raw=raw,
            race_day=race_day,
        )

    async def participants(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Page through short rows, the newest change first."""
        path = self._wire.path("participants", event=scope.provider_event_id)
        order = {"sort_column": "updated_at", "sort_direction": "desc"}
        first = int(request.checkpoint.get("page", 0)) + 1
        pages = self._pages(path, "participants_key", order, "registration_number", first)
        async for number, answer, rows in pages:
            yield Page(rows, {"page": number}, answer.server_time)

    def listed_id(self, raw: RawRow) -> str | None:
        """The registration number."""
        return Reader(raw).text("registration_number")

    async def details(self, scope: Scope, raw: RawRow) -> Sequence[RawRow]:
        """The registration whole, once for each category in force."""
        number = self.listed_id(raw) or ""
        path = self._wire.path("registration", event=scope.provider_event_id, registration=number)
        answer = await self._door.get(path)
        detail = answer.body
        if not isinstance(detail, dict) or "registration_number" not in detail:
            raise not_theirs(answer.call, "no registration in the answer")
        listed = detail.get("event_categories")
        categories = [as_dict(one) for one in (listed if isinstance(listed, list) else [])]
        standing = [one for one in categories if one.get("is_active") is not False]
        return [
            {**raw, DETAIL: detail, CATEGORY: one, PLACE: place}
            for place, one in enumerate(standing or categories or [{}])
        ]

    def participant(self, raw: RawRow) -> ParticipantRecord:
        """Translate a short row, or one category of a registration with its detail."""
        number = self.listed_id(raw)
        detail = raw.get(DETAIL)
        if isinstance(detail, dict):
            return _detailed(number, raw, detail)
        reader = Reader(raw)
        first, last = _names(mended(reader.text("person_full_name")))
        return ParticipantRecord(
            provider_id=number,
            provider_race_id=reader.text("event_category_info") or "",
            registration=number,
            first_name=first,
            last_name=last,
            gender=reader.gender("gender", GENDERS),
            email=reader.text("email"),
            team=_team(raw),
            status=_status(raw),
            awaits_detail=True,
            registered_at=reader.instant("registered_at", zone_or_utc("UTC")),
            flags=tuple(reader.flags),
            raw=raw,
        )

    def _page(self, number: int, size: str | None = None) -> dict[str, str]:
        wire = self._wire
        return {wire["page"]: str(number), wire["per_page"]: size or wire["page_size"]}

    async def _pages(
        self, path: str, key: str, order: dict[str, str], its_id: str, first: int
    ) -> AsyncIterator[tuple[int, Answer, list[RawRow]]]:
        """Pages until an empty one, or one that brings nobody who was not there before.

        A page may be shorter than asked for: the server clamps its size.
        """
        path = self._wire[path] if path in FORMS else path
        number, seen = first, set[str]()
        while True:
            answer = await self._door.get(path, {**order, **self._page(number)})
            rows = self._listed(answer, key)
            ids = {str(row.get(its_id)) if row.get(its_id) else repr(row) for row in rows}
            if ids <= seen:
                return
            seen |= ids
            yield number, answer, rows
            number += 1

    def _listed(self, answer: Answer, key: str) -> list[RawRow]:
        """The rows of a listing, bare or under their key; anything else is no listing."""
        body = answer.body
        rows = body.get(self._wire[key]) if isinstance(body, dict) else body
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise not_theirs(answer.call, "no list of rows in the answer")
        return rows


def _detailed(number: str | None, raw: RawRow, detail: RawRow) -> ParticipantRecord:
    person = Reader(as_dict(detail.get("participant")))
    address = Reader(as_dict(person.row.get("address")))
    category = Reader(as_dict(raw.get(CATEGORY)))
    own, stamps = Reader(detail), zone_or_utc("UTC")
    race_id = category.text("id") or category.text("name")
    companion = f"{number}:{race_id}" if number is not None and raw.get(PLACE) else number
    status = _status(detail)
    return ParticipantRecord(
        provider_id=companion,
        provider_race_id=race_id or "",
        race_name=category.text("name"),
        registration=number,
        bib=category.text("tag_number"),
        chip=category.text("chip_number"),
        first_name=mended(person.text("first_name")),
        last_name=mended(person.text("last_name")),
        gender=person.gender("gender", GENDERS),
        birth_date=person.day("dob"),
        email=person.text("email"),
        phone=person.text("phone"),
        city=mended(address.text("city")),
        region=address.text("state"),
        country=address.text("country"),
        team=_team(detail) or _team(raw),
        status=status if status is not ParticipantStatus.ACTIVE else _status(raw),
        registered_at=own.instant("created_at", stamps),
        modified_at=own.instant("updated_at", stamps),
        flags=(*own.flags, *person.flags, *address.flags, *category.flags),
        raw=raw,
    )


def _status(row: RawRow) -> ParticipantStatus:
    cancelled = str(row.get("is_cancelled")).casefold() in ("true", "1", "yes")
    return ParticipantStatus.CANCELLED if cancelled else ParticipantStatus.ACTIVE


def _names(full: str | None) -> tuple[str | None, str | None]:
    """First and last name of a full one, for as long as the detail is not read."""
    first, _, last = (full or "").rpartition(" ")
    return (first, last) if first else (full, None)


def _team(row: RawRow) -> str | None:
    team = row.get("team")
    return Reader(team).text("name") if isinstance(team, dict) else Reader(row).text("team")


def _race(row: Any, starts_at: datetime | None) -> RaceRecord:
    reader = Reader(as_dict(row))
    race_id = reader.text("id") or reader.text("name")
    if race_id is None:
        raise RowFault("id", "a category without id and name")
    name = reader.text("name") or f"category {race_id}"
    return RaceRecord(race_id, name, starts_at, metres(name), reader.row)


def _is_before(row: RawRow, since: datetime) -> bool:
    starts_at, day = start_or_day(Reader(row).text("event_date"), zone_or_utc("UTC"))
    if day is not None:
        return day < since.astimezone(UTC).date()
    return starts_at is not None and starts_at < since.astimezone(UTC)
