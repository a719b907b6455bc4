"""ChronoTrack's event, races, intervals and brackets; envelopes, texts and pages."""

from __future__ import annotations

from typing import Any

from p88console.sandbox.chronotrack.texts import duration, epoch_fraction, pace
from p88console.sandbox.world import World

from .rig import HandClock
from .timer import Timer, timing

EVENT_KEYS = {
    *("event_id", "event_tag", "event_name", "event_description", "event_start_time"),
    *("event_end_time", "event_site_uri", "event_is_published", "event_external_id"),
    *("organization_id", "organization_name", "location_city", "location_region"),
    *("location_country", "location_time_zone"),
}
RACE_KEYS = {
    *("race_id", "race_tag", "race_name", "race_type", "race_subtype", "race_course_distance"),
    *("race_pref_distance_unit", "race_planned_start_time", "race_planned_end_time"),
    *("race_actual_start_time", "race_actual_end_time", "race_age_ref_time"),
}


async def test_the_event_is_listed_in_short_and_told_in_full(timer: Timer) -> None:
    (listed,) = await timer.one("/event", "event")
    whole = await timer.one(timer.event, "event")
    assert whole.keys() == EVENT_KEYS
    assert listed.keys() == {"event_id", "event_name", "event_start_time", "event_end_time"}
    assert listed.items() <= whole.items()
    assert whole["location_time_zone"] == "America/Chicago"
    assert whole["event_start_time"] == "1792240200"
    assert listed["event_id"] == timer.server.description()["event_id"]


async def test_an_unknown_event_is_an_empty_list_in_a_good_answer(timer: Timer) -> None:
    assert await timer.one("/event/1", "event") == []
    assert await timer.one("/race/1", "race") == []
    for resource in ("race", "entry", "results", "interval", "bracket", "wave"):
        assert await timer.rows(f"/event/1/{resource}") == []
    assert await timer.rows("/interval/1/results") == []
    assert await timer.rows("/bracket/1/results") == []


async def test_every_scalar_is_a_text_or_null(timer: Timer) -> None:
    await timer.create_everybody()
    timer.clock.set(timer.world.day.guns[-1])
    race = timer.race_id(timer.world.races[0])
    found: list[Any] = [await timer.one(timer.event, "event"), await timer.one("/event", "event")]
    found.append(await timer.one(f"/race/{race}", "race"))
    for parent in (timer.event, f"/race/{race}"):
        for resource in ("entry", "results", "interval", "bracket", "wave"):
            rows = await timer.rows(f"{parent}/{resource}")
            assert rows
            found += rows
    rows = [row for one in found for row in (one if isinstance(one, list) else [one])]
    assert {type(value) for row in rows for value in row.values()} == {str, type(None)}


async def test_a_race_shows_its_start_and_end_once_they_have_been(timer: Timer) -> None:
    race = timer.world.races[0]

    async def row() -> dict[str, Any]:
        found: dict[str, Any] = await timer.one(f"/race/{timer.race_id(race)}", "race")
        assert found in await timer.rows(f"{timer.event}/race")
        return found

    before = await row()
    assert before.keys() == RACE_KEYS
    assert (before["race_name"], before["race_course_distance"]) == ("Half Marathon", "21097")
    assert before["race_planned_start_time"] == "1792240200"
    assert before["race_actual_start_time"] is before["race_actual_end_time"] is None
    timer.clock.set(race.gun_at)
    gun = (await row())["race_actual_start_time"]
    assert float(gun) == race.gun_at.timestamp()
    timer.clock.set(timer.world.day.over)
    await timer.clock.sleep(1)
    last = timer.world.last_finish(race)
    assert float((await row())["race_actual_end_time"]) == last.timestamp()


async def test_intervals_share_their_names_between_races(timer: Timer) -> None:
    half = timer.race_id(timer.world.races[0])
    rows = await timer.rows(f"/race/{half}/interval")
    assert [(row["interval_name"], row["interval_iv_distance_m"]) for row in rows] == [
        *(("5K", "5000"), ("10K", "10000"), ("15K", "15000"), ("Full Course", "21097"))
    ]
    assert [row["interval_is_full"] for row in rows] == ["0", "0", "0", "1"]
    assert {(row["race_id"], row["race_name"]) for row in rows} == {(half, "Half Marathon")}
    everywhere = await timer.rows(f"{timer.event}/interval")
    assert len({row["interval_id"] for row in everywhere}) == len(everywhere) == 8
    assert sum(row["interval_name"] == "5K" for row in everywhere) == 2


async def test_brackets_are_overall_the_sexes_and_age_groups(timer: Timer) -> None:
    race = timer.race_id(timer.world.races[1])
    rows = await timer.rows(f"/race/{race}/bracket")
    named = {row["bracket_name"]: (row["bracket_type"], row["bracket_tag"]) for row in rows}
    assert named["Overall"] == ("OTHER", None)
    assert named["Female"] == ("SEX", "F")
    assert named["F40-49"] == ("AGE", None)
    assert {row["race_id"] for row in rows} == {race}
    everywhere = await timer.rows(f"{timer.event}/bracket")
    assert len({row["bracket_id"] for row in everywhere}) == len(everywhere) == 3 * len(rows)


async def test_pages_are_counted_in_headers_and_the_last_one_comes_again(timer: Timer) -> None:
    path = f"{timer.event}/bracket"
    first = await timer.get(path)
    assert len(first.json()["event_bracket"]) == 50
    assert [first.headers[f"x-ctlive-{name}"] for name in ("row-count", "page-count")] == [
        "51",
        "2",
    ]
    assert first.headers["x-ctlive-page-size"] == "50"
    assert first.headers["x-ctlive-current-page"] == "1"
    pages = [await timer.get(path, page=page, size=20) for page in (1, 2, 3, 4, 99)]
    rows = [page.json()["event_bracket"] for page in pages]
    assert [len(page) for page in rows] == [20, 20, 11, 11, 11]
    assert rows[2] == rows[3] == rows[4]
    assert rows[0] + rows[1] + rows[2] == await timer.rows(path)
    assert pages[4].headers["x-ctlive-current-page"] == "3"
    assert "x-ctlive-row-count" not in (await timer.get(timer.event)).headers


async def test_wrong_names_and_nonsense_change_nothing(timer: Timer) -> None:
    path = f"{timer.event}/bracket"
    for query in ({"per_page": 5}, {"results_per_page": 5}, {"size": "x"}, {"size": 0, "page": -1}):
        assert len((await timer.get(path, **query)).json()["event_bracket"]) == 50


async def test_an_empty_collection_has_no_pages(timer: Timer) -> None:
    answer = await timer.get(f"{timer.event}/entry", page=2)
    assert answer.json() == {"event_entry": []}
    assert answer.headers["x-ctlive-row-count"] == answer.headers["x-ctlive-page-count"] == "0"


async def test_a_server_may_clamp_the_page(world: World, clock: HandClock) -> None:
    async with timing(world, clock, largest_page=10) as timer:
        answer = await timer.get(f"{timer.event}/bracket", size=500)
    assert len(answer.json()["event_bracket"]) == 10
    assert answer.headers["x-ctlive-page-size"] == "10"
    assert answer.headers["x-ctlive-page-count"] == "6"


def test_values_are_spelt_as_the_vendor_does() -> None:
    assert duration(0) == "0:00:00.000"
    assert duration(6_443_400) == "1:47:23.400"
    assert duration(36_000_001) == "10:00:00.001"
    assert epoch_fraction(1_761_469_203_410) == "1761469203.41"
    assert epoch_fraction(1_761_469_200_000) == "1761469200"
    assert pace(1_800_000, 5_000) == "00:09:39"
