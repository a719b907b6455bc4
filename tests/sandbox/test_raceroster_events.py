"""Race Roster's events with their sub-events."""

from __future__ import annotations

import pytest

from p88console.domain.model import Provider
from p88console.sandbox.raceroster import RaceRosterServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World

from .rig import HandClock
from .roster import Roster


async def test_an_event_looks_as_seen_by_clients(roster: Roster) -> None:
    page = await roster.body("/events")
    assert page.keys() == {"data"}
    (event,) = page["data"]
    assert event["eventId"] == int(roster.event_id)
    assert event["startDate"] == "2026-10-17T12:30:00+00:00"
    assert event["timeZone"] == "America/Chicago"
    sub_events = event["subEvents"]["data"]
    assert [one["name"] for one in sub_events] == [race.name for race in roster.world.races]
    assert [one["customSubEventDate"] for one in sub_events] == [
        None,
        "2026-10-17T12:45:00+00:00",
        "2026-10-17T13:00:00+00:00",
    ]
    assert sub_events[0]["subEventDistance"]["inMeters"] == "21097"
    assert isinstance(sub_events[0]["subEventId"], int)


async def test_one_event_comes_alone_or_in_a_list(roster: Roster) -> None:
    path = f"/events/{roster.event_id}"
    event = (await roster.body(path))["data"]
    assert event["eventId"] == roster.event_id
    await roster.control("/ways", {"event_data_as_list": True, "sub_events_bare": True})
    (again,) = (await roster.body(path))["data"]
    assert again["subEvents"] == event["subEvents"]["data"]


async def test_events_come_in_pages_sorted_and_narrowed(roster: Roster) -> None:
    await roster.control("/ways", {"other_events": 6, "largest_page": 4})
    ordered: list[str] = []
    while page := (await roster.body("/events", offset=len(ordered), limit=500))["data"]:
        assert len(page) <= 4
        ordered += [event["startDate"] for event in page]
    assert len(ordered) == 7
    assert ordered == sorted(ordered)
    newest = (await roster.body("/events", sort="startDate", order="desc", limit=1))["data"][0]
    assert newest["startDate"] == ordered[-1]
    assert newest["subEvents"] == {"data": []}
    path = f"/events/{newest['eventId']}/participants"
    assert await roster.body(path) == {"data": [], "metadata": {"totalResults": 0}}

    async def count(**query: object) -> int:
        return len((await roster.body("/events", **query))["data"])

    assert await count(eventDateFrom=ordered[1], eventDateTo=ordered[2]) == 2
    assert await count(eventId=f"{roster.event_id},{newest['eventId']},7") == 2
    assert await count(lastModifiedDate=newest["lastModifiedDate"]) == 1
    assert await count(lastModifiedDate="2030-01-01T00:00:00Z") == 0


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "shoeSize"},
        {"order": "down"},
        {"offset": "two"},
        {"limit": "0"},
        {"eventDateFrom": "soon"},
        {"eventDateFrom": "2026-10-17T00:00:00 00:00"},
    ],
)
async def test_what_cannot_be_read_is_a_bad_request(roster: Roster, query: dict[str, str]) -> None:
    assert (await roster.call("/events", **query)).status_code == 400


async def test_drafts_and_past_events_are_not_listed(roster: Roster) -> None:
    await roster.control("/ways", {"event_type": "DRAFT"})
    assert (await roster.body("/events"))["data"] == []
    assert (await roster.body(f"/events/{roster.event_id}"))["data"]["type"] == "DRAFT"
    await roster.control("/ways", {"event_type": "PRIVATE"})
    roster.clock.set(roster.world.day.over)
    assert len((await roster.body("/events"))["data"]) == 1
    roster.wait(40_000)
    await roster.sign_in()
    assert len((await roster.body("/events"))["data"]) == 1  # the night after is still its day
    roster.wait(60_000)
    await roster.sign_in()
    assert (await roster.body("/events"))["data"] == []


async def test_the_event_is_there_though_nobody_registers(world: World, clock: HandClock) -> None:
    server = RaceRosterServer(world, clock)
    async with Sandbox(world, clock, servers=[server]) as sandbox:
        roster = Roster(sandbox, server, clock)
        async with roster.http:
            await roster.sign_in()
            assert world.registered_at(Provider.RACEROSTER) == ()
            assert len((await roster.body("/events"))["data"]) == 1
            assert await roster.people() == []
