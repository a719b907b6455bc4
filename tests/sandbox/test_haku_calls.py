"""Haku's manners: raw tokens, a budget by the hour, events."""

from __future__ import annotations

import pytest

from p88console.sandbox.haku import HakuServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World

from .organisation import Organisation
from .rig import HandClock


async def test_a_client_gets_a_token_for_an_hour(haku: Organisation) -> None:
    token = await haku.sign_in()
    assert token.keys() == {"access_token", "expires_in", "token_type"}
    assert token["expires_in"] == 3600
    haku.wait(3599)
    assert (await haku.call("/events")).status_code == 200
    haku.wait(1)
    answer = await haku.call("/events")
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


async def test_the_token_goes_raw_without_bearer(haku: Organisation) -> None:
    for sent in (f"Bearer {haku.token}", "", "nothing"):
        answer = await haku.http.get("/events", headers={"Authorization": sent})
        assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


async def test_a_wrong_sign_in_is_refused(haku: Organisation) -> None:
    answer = await haku.grant("password")
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
    name, word = haku.client
    form = {"grant_type": "client_credentials", "client_id": name, "client_secret": word}
    answer = await haku.http.post("/oauth2/token", data=form)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})
    for wrong in ("Basic !", "Basic bm9ib2R5Onc=", "Bearer abcd"):
        answer = await haku.http.post("/oauth2/token", headers={"Authorization": wrong})
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_client"})


async def test_withdrawn_access_is_forbidden(haku: Organisation) -> None:
    await haku.control("/ways", {"forbidden": True})
    answer = await haku.call("/events")
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


async def test_an_hour_takes_so_many_calls_and_no_more(haku: Organisation) -> None:
    assert await haku.control("/ways", {"calls_per_hour": 3}) == {
        "calls_per_hour": 3,
        "forbidden": False,
        "event_date": "date",
        "other_events": 0,
        "past_event": False,
        "former_category_first": False,
    }
    for _ in range(3):
        assert (await haku.call("/events")).status_code == 200
        haku.wait(600)
    answer = await haku.call("/events")
    assert (answer.status_code, answer.json()) == (429, {"message": "Limit Exceeded"})
    assert answer.headers["retry-after"] == "1800"
    haku.wait(1800)
    await haku.sign_in()
    assert (await haku.call("/events")).status_code == 200
    assert (await haku.call("/events")).status_code == 429
    await haku.control("/ways", {"calls_per_hour": None})
    assert (await haku.call("/events")).status_code == 200


async def test_the_weather_ends_tokens_and_throttles_in_its_own_words(haku: Organisation) -> None:
    assert (await haku.call("/events")).status_code == 200
    await haku.control("/weather", {"chances": {"expired": 1.0}, "times": 1})
    assert (await haku.call("/events")).status_code == 401
    await haku.sign_in()
    await haku.control("/weather", {"chances": {"throttled_bare": 1.0}, "times": 1})
    answer = await haku.call("/events")
    assert (answer.status_code, answer.json()) == (429, {"message": "Limit Exceeded"})


async def test_events_come_bare_and_sorted(haku: Organisation) -> None:
    (event,) = await haku.body("/events")
    assert event.items() >= {
        ("id", haku.event_id),
        ("name", haku.world.options.name),
        ("event_date", "2026-10-17"),
        ("status", "active"),
    }
    assert len(haku.event_id) == 20
    assert await haku.body(f"/events/{haku.event_id}") == event
    await haku.control("/ways", {"other_events": 30, "past_event": True})
    order = {"sort_column": "event_date", "sort_direction": "desc"}
    first = await haku.body("/events", per_page=100, show_inactive="true", **order)
    second = await haku.body("/events", page=2, show_inactive="true", **order)
    dates = [one["event_date"] for one in [*first, *second]]
    assert (len(first), len(second)) == (25, 7)
    assert dates == sorted(dates, reverse=True)
    assert second[-1]["status"] == "inactive"
    assert len(await haku.body("/events", page=2)) == 6
    assert await haku.body(f"/events/{first[0]['id']}/participants") == []


@pytest.mark.parametrize(
    ("way", "text"),
    [
        ("local", "2026-10-17T07:30:00"),
        ("utc", "2026-10-17T12:30:00Z"),
        ("space", "2026-10-17 07:30:00"),
    ],
)
async def test_dates_are_written_in_several_ways(haku: Organisation, way: str, text: str) -> None:
    await haku.control("/ways", {"event_date": way})
    assert (await haku.body("/events"))[0]["event_date"] == text


async def test_what_is_not_there_or_cannot_be_read_is_refused(haku: Organisation) -> None:
    known = f"/events/{haku.event_id}"
    number = (await haku.people())[0]["registration_number"]
    for path in (
        "/events/nothing",
        "/events/nothing/participants",
        f"{known}/registrations/B0000001AA",
        f"{known}/registrations/B",
        f"/events/nothing/registrations/{number}",
        f"/participants/{number}",
        f"/registrations/{number}",
        f"{known}/participants/{number}",
        "/organizations",
    ):
        answer = await haku.call(path)
        assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"}), path
    wrong = [{"sort_column": "shoe_size"}, {"page": "0"}, {"per_page": "all"}]
    for query in wrong:
        assert (await haku.call(haku.people_path, **query)).status_code == 400
    query = {"sort_column": "updated_at", "sort_direction": "up"}
    assert (await haku.call(haku.people_path, **query)).status_code == 400
    assert (await haku.call("/events", sort_column="name")).status_code == 400


async def test_calls_are_counted_by_kind(haku: Organisation) -> None:
    (row, *_) = await haku.people()
    await haku.detail(row["registration_number"])
    calls = (await haku.ledger())["calls"]
    assert calls["POST /oauth2/token"] == 1
    assert calls["GET /events/{event}/participants"] > 1
    assert calls["GET /events/{event}/registrations/{number}"] == 1


async def test_the_event_is_there_though_nobody_registers(world: World, clock: HandClock) -> None:
    server = HakuServer(world, clock)
    async with Sandbox(world, clock, servers=[server]) as sandbox:
        haku = Organisation(sandbox, server, clock)
        async with haku.http:
            await haku.sign_in()
            assert len(await haku.body("/events")) == 1
            assert await haku.people() == []
            assert await haku.newest() == []
