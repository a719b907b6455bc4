"""ChronoTrack: ways to sign in, events, and entries page by page, whatever the pages do."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from p88console.domain.errors import Malformed, ProviderFault, RowFault, Transient, UsageFault
from p88console.domain.model import ParticipantStatus, Provider
from p88console.providers.base import (
    AccountAccess,
    HoldsToken,
    Page,
    PageRequest,
    ReadsResults,
    Scope,
    ScoringTarget,
    TakesFiles,
    TakesParticipants,
    Withdraws,
)
from p88console.providers.chronotrack.adapter import ChronoTrackPush, check
from p88console.providers.chronotrack.pages import PAGE_SIZE
from p88console.providers.chronotrack.wire import FORMS
from p88console.providers.registry import open_adapter
from p88console.providers.wire import assumed
from p88console.sandbox.chronotrack import ChronoTrackServer
from p88console.sandbox.serve import Sandbox
from tests.providers.practice import (
    CANARY,
    SECRETS,
    Practice,
    bare,
    chronotrack_at,
    opened,
    rows_of,
)
from tests.providers.wire import Answering, Line, Request, Say, say_json

CT = Provider.CHRONOTRACK
ADA: dict[str, Any] = {
    "entry_id": "3000001",
    "entry_external_id": "runsignup-700001",
    "entry_type": "IND",
    "entry_status": "CONF",
    "entry_bib": "0501",
    "entry_name": "Ada Example",
    "entry_race_age": "41",
    "athlete_id": "4000001",
    "athlete_first_name": "Ada",
    "athlete_last_name": "Example",
    "athlete_sex": "F",
    "athlete_birthdate": "1984-02-03",
    "athlete_email": "ada@example.com",
    "location_city": "Springfield",
    "location_region": "NJ",
    "location_country": "US",
    "race_id": "60101",
    "race_name": "Half Marathon",
    "team_name": None,
}
SCOPE = Scope("90001", ("60101",), "America/New_York")


@pytest.fixture
async def adapter(practice: Practice) -> AsyncIterator[ChronoTrackPush]:
    async with chronotrack_at(practice.access(CT)) as opened_one:
        yield opened_one


@asynccontextmanager
async def told(answer: Say | Answering) -> AsyncIterator[tuple[ChronoTrackPush, Line]]:
    async with Line(answer) as line, chronotrack_at(bare(CT, line.url)) as adapter:
        yield adapter, line


def entry(number: int, **changes: Any) -> dict[str, Any]:
    return {**ADA, "entry_id": str(number), "entry_bib": str(number), **changes}


# Signing in


@pytest.mark.parametrize("mode", ["oauth", "basic", "simple", None])
async def test_every_way_to_sign_in_is_accepted(practice: Practice, mode: str | None) -> None:
    options = {"auth": mode} if mode else {}
    async with chronotrack_at(practice.access(CT, options=options)) as adapter:
        answer = await adapter.test()
        until = adapter.token_until
    assert answer.detail == "the sign-in is accepted, 1 events"
    assert (until is not None) == (mode in ("oauth", None))
    if until is not None:
        assert timedelta(days=2) < until - practice.clock.now() < timedelta(days=4)


async def test_without_a_client_secret_basic_is_the_way(practice: Practice) -> None:
    access = practice.access(CT, options={})
    secrets = {name: held for name, held in access.secrets.items() if name != "client_secret"}
    async with chronotrack_at(replace(access, secrets=secrets)) as adapter:
        await adapter.test()
    assert practice.chronotrack.calls == {"GET /api/event": 1}


async def test_the_client_id_and_the_format_ride_in_every_call() -> None:
    for mode in ("basic", "simple"):
        async with Line(say_json({"event": []})) as line:
            access = AccountAccess(CT, SECRETS[CT], line.url, {"auth": mode})
            async with opened(access) as adapter:
                await adapter.test()
        (request,) = line.requests
        assert request.query["client_id"] == f"{CANARY}-client"
        assert request.query["format"] == "json"
        if mode == "simple":
            assert request.query["user_pass"] == hashlib.sha1(CANARY.encode()).hexdigest()  # noqa: S324  # the vendor's own
            assert request.query["user_id"] == f"{CANARY}@example.org"
            assert "authorization" not in request.headers
        else:
            signed = base64.b64decode(request.headers["authorization"].split()[1]).decode()
            assert signed == f"{CANARY}@example.org:{CANARY}"
            assert "user_pass" not in request.query


async def test_a_token_is_asked_for_by_get_with_the_client_as_basic() -> None:
    def answer(request: Request) -> Say:
        if request.path == "/oauth2/token":
            return say_json({"access_token": "t1", "token_type": "bearer", "expires_in": 259199})
        return say_json({"event": []})

    async with Line(answer) as line:
        access = AccountAccess(CT, SECRETS[CT], line.url, {"auth": "oauth"})
        async with opened(access) as adapter:
            await adapter.test()
            await adapter.test()
    asked, first, second = line.requests
    assert asked.method == "GET"
    assert asked.query["grant_type"] == "password"
    assert asked.query["username"] == f"{CANARY}@example.org"
    client = base64.b64decode(asked.headers["authorization"].split()[1]).decode()
    assert client == f"{CANARY}-client:{CANARY}-client-secret"
    for request in (asked, first, second):
        assert request.query["client_id"] == f"{CANARY}-client"
    assert first.headers["authorization"] == second.headers["authorization"] == "Bearer t1"


@pytest.mark.parametrize("refresh_tokens", [False, True])
async def test_a_token_that_lapses_in_mid_listing_is_renewed_once_and_the_listing_goes_on(
    practice: Practice, *, refresh_tokens: bool
) -> None:
    server = ChronoTrackServer(practice.world, practice.clock, largest_page=25)
    async with Sandbox(practice.world, practice.clock, servers=[server]) as sandbox:
        told = sandbox.description()["chronotrack"]
        access = AccountAccess(CT, told["secrets"], told["base_url"], told["options"])
        async with chronotrack_at(access) as adapter:
            target = practice_target(practice, server)
            await adapter.send(target, [practice.entry(one) for one in practice.world.runners])
            rows: list[Any] = []
            async for page in adapter.participants(Scope(server.catalog.event_id), PageRequest()):
                rows += page.rows
                server.credentials.revoke(refresh_tokens=refresh_tokens)
    assert len({row["entry_id"] for row in rows}) == len(practice.world.runners)
    # the grant at first, then after each of the two lapses one call, or two where a refresh fails
    assert server.calls["GET /oauth2/token"] == 1 + 2 * (2 if refresh_tokens else 1)


def practice_target(practice: Practice, server: ChronoTrackServer) -> ScoringTarget:
    races = {
        str(race.number): (server.catalog.race_ids[race.number], race.name)
        for race in practice.world.races
    }
    return ScoringTarget(server.catalog.event_id, {}, races)


SIGNED_WAYS = [{"auth": way} for way in ("oauth", "basic", "simple")]


@pytest.mark.parametrize("options", SIGNED_WAYS)
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
async def test_no_secret_shows_even_when_the_far_side_echoes_the_call(
    options: dict[str, str], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")

    def echo(request: Request) -> Say:
        signed = request.headers.get("authorization", "").split(" ")[-1]
        plain = base64.b64decode(signed + "==").decode("utf-8", "replace") if signed else ""
        return say_json({"error": f"{plain} {request.query} {request.headers}"}, status)

    async with (
        Line(echo) as line,
        opened(AccountAccess(CT, SECRETS[CT], line.url, options)) as adapter,
    ):
        with pytest.raises(ProviderFault) as caught:
            await adapter.test()
    said = f"{caught.value!r} {caught.value} {caught.value.as_dict()}"
    digest = hashlib.sha1(CANARY.encode()).hexdigest()  # noqa: S324  # the vendor's own
    for text in (said, caplog.text):
        assert CANARY not in text
        assert digest not in text


@pytest.mark.parametrize(
    ("secrets", "options", "named"),
    [
        ({}, {}, "client_id, user_id, password"),
        ({"client_id": "c", "user_id": "u"}, {}, "password"),
        ({"client_id": "c", "user_id": "u", "password": "p"}, {"auth": "oauth"}, "client_secret"),
        ({"client_id": "c", "user_id": "u", "password": "p", "key": "k"}, {}, "unknown secret"),
        ({"client_id": "c", "user_id": "u", "password": "p"}, {"auth": "sha256"}, "auth cannot be"),
        ({"client_id": "c", "user_id": "u", "password": "p"}, {"entry": "csv"}, "unknown options"),
        (
            {"client_id": "c", "user_id": "u", "password": "p"},
            {"entry_push": "no"},
            "entry_push cannot be",
        ),
    ],
)
def test_what_is_missing_or_unknown_is_named(
    secrets: dict[str, str], options: dict[str, str], named: str
) -> None:
    with pytest.raises(UsageFault, match=named):
        check(AccountAccess(CT, secrets, None, options))


def test_people_are_pushed_or_go_by_file_as_the_account_says() -> None:
    by_api, by_file = open_adapter(bare(CT)), open_adapter(bare(CT, entry_push="csv"))
    assert isinstance(by_api, TakesParticipants)
    assert isinstance(by_api, Withdraws)
    assert not isinstance(by_file, TakesParticipants | Withdraws)
    for adapter in (by_api, by_file):
        assert isinstance(adapter, TakesFiles)
        assert isinstance(adapter, ReadsResults)
        assert isinstance(adapter, HoldsToken)


def test_everything_written_is_said_to_be_assumed() -> None:
    written = {name for name in FORMS if name.startswith(("send_", "create_", "update_"))}
    assert written | {"withdrawn_status"} <= set(assumed(FORMS))


def test_a_verb_that_writes_nothing_is_refused() -> None:
    with pytest.raises(UsageFault, match="create_verb"):
        open_adapter(replace(bare(CT), wire={"create_verb": "GET"}))


# Events


async def test_the_event_and_its_races_are_read_as_they_are(
    practice: Practice, adapter: ChronoTrackPush
) -> None:
    event = await adapter.find_event(practice.event_id(CT))
    assert event.timezone == practice.world.options.timezone
    assert {race.name: race.distance_m for race in event.races} == {
        race.name: float(race.course.distance_m) for race in practice.world.races
    }
    assert event.raw["location_city"] == "Chicago"


async def test_events_of_long_ago_are_not_asked_for_one_by_one(
    practice: Practice, adapter: ChronoTrackPush
) -> None:
    after = max(race.starts_at for race in practice.world.races) + timedelta(days=1)
    assert await rows_of(adapter.events(after)) == []
    assert "GET /api/event/{event_id}" not in practice.chronotrack.calls


async def test_an_event_that_cannot_be_opened_is_told_as_it_is_listed() -> None:
    head = {"event_id": "90001", "event_name": "Example City Marathon", "event_start_time": "2e9"}

    def answer(request: Request) -> Say:
        if request.path == "/api/event":
            return say_json({"event": [head]})
        return say_json({"error": {}}, 404)

    async with told(answer) as (adapter, _):
        (row,) = await rows_of(adapter.events(datetime(2026, 1, 1, tzinfo=UTC)))
    event = adapter.event(row)
    assert (event.name, event.races, event.timezone) == ("Example City Marathon", (), "UTC")


def test_an_event_in_an_unknown_zone_with_strange_times_is_still_an_event() -> None:
    raw = {
        "event_id": "7",
        "event_name": None,
        "location_time_zone": "Springfield Time",
        "event_start_time": "soon",
        "races": [{"race_id": "1", "race_course_distance": "far", "race_planned_start_time": ""}],
    }
    adapter = open_adapter(bare(CT))
    assert isinstance(adapter, ChronoTrackPush)
    event = adapter.event(raw)
    assert (event.name, event.timezone, event.starts_at) == ("event 7", "UTC", None)
    assert (event.races[0].name, event.races[0].distance_m) == ("race 1", None)


# Entries and pages


class Roster:
    """Entries in pages, as the far side pleases: clamped, uncounted, cut short, shifting."""

    def __init__(self, count: int, size: int, **ways: Any) -> None:
        self.rows = [entry(number) for number in range(1, count + 1)]
        self.size, self.ways = size, ways
        self.before_page: Callable[[int], None] = lambda _number: None

    def __call__(self, request: Request) -> Say:
        number = int(request.query["page"])
        self.before_page(number)
        pages = max(1, -(-len(self.rows) // self.size))
        shown = min(number, pages)  # beyond the end the last page comes again
        rows = self.rows[(shown - 1) * self.size : shown * self.size]
        headers: dict[str, str] = {
            "X-Ctlive-Row-Count": str(self.ways.get("row_count", len(self.rows))),
            "X-Ctlive-Page-Count": str(self.ways.get("page_count", pages)),
        }
        for name in self.ways.get("without", ()):
            del headers[name]
        return Say(200, json.dumps({"event_entry": rows}).encode(), headers)


async def pulled(roster: Answering) -> tuple[list[Page], list[Request]]:
    async with told(roster) as (adapter, line):
        pages = [page async for page in adapter.participants(SCOPE, PageRequest())]
    return pages, line.requests


@pytest.mark.parametrize(
    "without",
    [
        (),
        ("X-Ctlive-Row-Count",),
        ("X-Ctlive-Page-Count",),
        ("X-Ctlive-Row-Count", "X-Ctlive-Page-Count"),
    ],
)
@pytest.mark.parametrize(("count", "size"), [(1, 50), (50, 50), (51, 50), (130, 50), (0, 50)])
async def test_a_clamped_listing_is_read_to_its_end_with_or_without_totals(
    count: int, size: int, without: tuple[str, ...]
) -> None:
    pages, requests = await pulled(Roster(count, size, without=without))
    ids = [row["entry_id"] for page in pages for row in page.rows]
    assert ids == [str(number) for number in range(1, count + 1)]
    assert pages[-1].total == (None if "X-Ctlive-Row-Count" in without else count)
    assert requests[0].query["size"] == str(PAGE_SIZE)
    # without a page count only a page that brings nothing new says that the listing has ended
    uncounted = "X-Ctlive-Page-Count" in without
    assert len(requests) == max(1, -(-count // size)) + (uncounted and count > 0)


async def test_a_page_count_that_is_too_small_does_not_end_a_listing_that_lacks_rows() -> None:
    pages, _ = await pulled(Roster(130, 50, page_count=1))
    assert sum(len(page.rows) for page in pages) == 130


async def test_a_page_count_that_is_too_large_brings_nobody_twice() -> None:
    pages, requests = await pulled(Roster(60, 50, page_count=6))
    assert sum(len(page.rows) for page in pages) == 60
    assert len(requests) == 6


async def test_rows_that_shift_between_pages_leave_the_listing_short_of_its_total() -> None:
    roster = Roster(100, 50)

    def remove_the_first(number: int) -> None:
        if number == 2:
            del roster.rows[0]

    roster.before_page = remove_the_first
    pages, _ = await pulled(roster)
    assert sum(len(page.rows) for page in pages) == 99  # whoever moved over the border is unseen
    assert pages[-1].total == 100


async def test_a_listing_goes_on_after_its_checkpoint() -> None:
    async with told(Roster(130, 50)) as (adapter, line):
        first = await anext(adapter.participants(SCOPE, PageRequest()))
        rest = [page async for page in adapter.participants(SCOPE, PageRequest(first.checkpoint))]
    assert [row["entry_id"] for page in rest for row in page.rows] == [
        str(number) for number in range(51, 131)
    ]
    assert [request.query["page"] for request in line.requests] == ["1", "2", "3"]


@pytest.mark.parametrize("bad", [Say(503), Say(cut=True), say_json({"event_entry": {}})])
async def test_a_middle_page_that_fails_ends_the_listing_with_its_fault(bad: Say) -> None:
    roster = Roster(130, 50)

    def answer(request: Request) -> Say:
        return bad if request.query["page"] == "2" else roster(request)

    async with told(answer) as (adapter, _):
        pages = adapter.participants(SCOPE, PageRequest())
        assert len((await anext(pages)).rows) == 50
        with pytest.raises((Transient, Malformed)):
            await anext(pages)


def test_an_entry_is_read_field_by_field() -> None:
    adapter = open_adapter(bare(CT))
    assert isinstance(adapter, ChronoTrackPush)
    person = adapter.participant(ADA)
    assert (person.provider_id, person.provider_race_id) == ("3000001", "60101")
    assert (person.bib, person.gender, person.birth_date) == ("0501", "F", date(1984, 2, 3))
    assert (person.first_name, person.last_name) == ("Ada", "Example")
    assert (person.city, person.region, person.country) == ("Springfield", "NJ", "US")
    assert (person.status, person.flags, person.raw) == (ParticipantStatus.ACTIVE, (), ADA)


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"entry_bib": None}, "bib", None),
        ({"entry_bib": ""}, "bib", None),
        ({"entry_bib": "A12"}, "bib", "A12"),
        ({"athlete_sex": "N"}, "gender", "N"),
        ({"athlete_birthdate": "03/02/1984"}, "birth_date", None),
        ({"athlete_first_name": None, "athlete_last_name": ""}, "first_name", "Ada Example"),
        ({"entry_status": "WD"}, "status", ParticipantStatus.WITHDRAWN),
        ({"entry_status": "SOMETHING"}, "status", ParticipantStatus.ACTIVE),
        ({"athlete_home_phone": "555-0100"}, "phone", "555-0100"),
        ({"entry_id": None}, "provider_id", None),
    ],
)
def test_odd_entries_are_kept(changes: dict[str, Any], field: str, value: object) -> None:
    adapter = open_adapter(bare(CT))
    assert isinstance(adapter, ChronoTrackPush)
    person = adapter.participant({**ADA, **changes})
    assert getattr(person, field) == value
    assert person.flags == {"gender": ("athlete_sex",), "birth_date": ("athlete_birthdate",)}.get(
        field, ()
    )


def test_an_entry_in_no_race_is_set_aside() -> None:
    adapter = open_adapter(bare(CT))
    assert isinstance(adapter, ChronoTrackPush)
    with pytest.raises(RowFault, match="race_id"):
        adapter.participant({**ADA, "race_id": None})
