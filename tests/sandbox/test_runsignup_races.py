"""RunSignUp's race calls."""

from __future__ import annotations

from datetime import timedelta

import httpx

from p88console.sandbox.runsignup import RunSignUpServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World

from .rig import HandClock, Practice

RACE_KEYS = {
    "race_id",
    "name",
    "last_date",
    "last_end_date",
    "next_date",
    "next_end_date",
    "is_draft_race",
    "is_registration_open",
    "created",
    "last_modified",
    "url",
    "address",
    "timezone",
}


async def test_the_race_is_listed_with_its_events(practice: Practice) -> None:
    listed = (await practice.rsu("/rest/races", events="T"))["races"]
    race = listed[0]["race"]
    assert race.keys() >= RACE_KEYS
    assert (race["next_date"], race["last_date"]) == ("10/17/2026", None)
    assert [event["name"] for event in race["events"]] == ["Half Marathon", "10K", "5K"]
    assert race["events"][0]["start_time"] == "10/17/2026 07:30"
    assert race["events"][0]["distance"] == "13.1 Miles"
    assert race["events"][0]["registration_opens"] == "6/19/2026 08:30"
    assert race == (await practice.rsu(practice.race_path))["race"]
    assert "events" not in (await practice.rsu("/rest/races"))["races"][0]["race"]


async def test_a_page_out_of_range_is_empty(practice: Practice) -> None:
    assert await practice.rsu("/rest/races", page=2) == {"races": []}


async def test_date_filters_are_honoured(practice: Practice) -> None:
    async def count(**query: object) -> int:
        return len((await practice.rsu("/rest/races", **query))["races"])

    assert await count(start_date="2026-10-17", end_date="2026-10-17") == 1
    assert await count(start_date="today", end_date="tomorrow") == 1
    assert await count(start_date="2026-11-01") == 0
    assert await count(start_date="2026-01-01", end_date="2026-10-16") == 0
    practice.clock.set(practice.world.day.over + timedelta(days=3))
    assert await count() == 0
    race = (await practice.rsu(practice.race_path))["race"]
    assert (race["next_date"], race["last_date"]) == (None, "10/17/2026")
    assert race["is_registration_open"] == "F"


async def test_last_years_events_can_still_be_there(world: World, clock: HandClock) -> None:
    server = RunSignUpServer(world, clock, past_events=True)
    query = {**server.credentials.v1, "format": "json"}
    async with Sandbox(world, clock, servers=[server]) as sandbox, httpx.AsyncClient() as http:
        url = f"{sandbox.base_url(server.provider)}/rest/race/{server.catalog.race_id}"
        events = (await http.get(url, params=query)).json()["race"]["events"]
        assert len(events) == 6
        assert events[0]["start_time"] == "10/18/2025 07:30"
        coming = {**query, "future_events_only": "T"}
        assert len((await http.get(url, params=coming)).json()["race"]["events"]) == 3
        old = {**query, "event_id": str(events[0]["event_id"])}
        answer = (await http.get(f"{url}/participants", params=old)).json()
        assert answer[0]["participants"] == []
