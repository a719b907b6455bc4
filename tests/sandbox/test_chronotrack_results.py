"""Result rows appear at ChronoTrack as the clock advances, by interval and bracket."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from p88console.sandbox.chronotrack.texts import duration
from p88console.sandbox.day import Runner
from p88console.sandbox.world import World

from .rig import HandClock
from .timer import Timer, timing

ROW_KEYS = {
    *("results_entry_id", "results_race_id", "results_race_name", "results_event_name"),
    *("results_interval_name", "results_interval_full", "results_bib", "results_first_name"),
    *("results_last_name", "results_sex", "results_age", "results_hometown"),
    *("results_state_code", "results_country_code", "results_rank", "results_bracket_name"),
    *("results_primary_bracket_name", "results_time", "results_gun_time"),
    *("results_time_with_penalty", "results_gun_time_with_penalty", "results_penalty_time"),
    *("results_pace", "results_gun_pace", "results_pace_unit", "results_begin_chip_time"),
    "results_end_chip_time",
}
HALF = ("5K", "10K", "15K", "Full Course")


@pytest.fixture
def runner(world: World) -> Runner:
    return next(
        one
        for one in world.runners
        if one.race.number == 0 and one.finishes and None not in one.crossings
    )


@pytest.fixture
def quitter(world: World) -> Runner:
    """Who starts, passes a split and never finishes."""
    return next(
        one for one in world.runners if one.starts and not one.finishes and any(one.crossings[1:])
    )


def _at(runner: Runner, ms: int | None) -> Any:
    assert ms is not None
    return runner.race.gun_at + timedelta(milliseconds=ms)


async def test_a_runner_starts_passes_splits_and_finishes(timer: Timer, runner: Runner) -> None:
    entry = await timer.create(runner)
    path = f"{timer.event}/results"
    start = runner.crossings[0]
    timer.clock.set(_at(runner, start) - timedelta(milliseconds=1))
    assert await timer.rows(path, interval="ALL") == []
    timer.clock.set(_at(runner, start))
    (row,) = await timer.rows(path)
    assert row.keys() == ROW_KEYS
    assert float(row["results_begin_chip_time"]) == _at(runner, start).timestamp()
    unfinished = ("results_end_chip_time", "results_time", "results_gun_time", "results_rank")
    assert {row[name] for name in unfinished} == {""}
    for place, crossing in enumerate(runner.crossings[1:]):
        timer.clock.set(_at(runner, crossing) - timedelta(milliseconds=1))
        through = [row for row in await timer.rows(path, interval="ALL") if row["results_rank"]]
        assert [row["results_interval_name"] for row in through] == list(HALF[:place])
    timer.clock.set(_at(runner, runner.crossings[-1]))
    assert (await timer.one(f"/entry/{entry['entry_id']}", "entry"))["entry_status"] == "FIN"
    assert (await timer.ledger())["finished"] == 1


async def test_a_finisher_has_chip_and_gun_times(timer: Timer, runner: Runner) -> None:
    entry = await timer.create(runner)
    timer.clock.set(timer.world.day.over)
    (row,) = await timer.rows(f"{timer.event}/results")
    start, finish = runner.crossings[0], runner.crossings[-1]
    assert start is not None
    assert finish is not None
    assert row["results_entry_id"] == entry["entry_id"]
    assert (row["results_time"], row["results_gun_time"]) == (
        duration(finish - start),
        duration(finish),
    )
    assert float(row["results_end_chip_time"]) == _at(runner, finish).timestamp()
    assert (row["results_interval_name"], row["results_interval_full"]) == ("Full Course", "1")
    assert (row["results_rank"], row["results_bracket_name"]) == ("1", "Overall")
    assert row["results_primary_bracket_name"] == entry["bracket_name"]
    assert row["results_bib"] == str(runner.bib)
    person = runner.person
    assert row["results_hometown"] == f"{person.city}, {person.region}, US"
    assert row["results_penalty_time"] is None
    (short,) = await timer.rows(f"{timer.event}/results", columns="results_bib,results_time,none")
    assert short == {name: row[name] for name in ("results_bib", "results_time")}


async def test_all_intervals_are_one_row_each_and_one_can_be_chosen(
    timer: Timer, runner: Runner
) -> None:
    await timer.create_everybody()
    timer.clock.set(timer.world.day.over)
    rows = await timer.rows(f"{timer.event}/results", interval="ALL")
    held = Counter((row["results_entry_id"], row["results_interval_name"]) for row in rows)
    assert set(held.values()) == {1}
    reads = [
        crossing
        for one in timer.world.runners
        for crossing in one.crossings[1 : None if one.finishes else -1]
        if crossing is not None
    ]
    under_way = [row for row in rows if not row["results_end_chip_time"]]
    assert len(rows) - len(under_way) == len(reads)
    by_name = await timer.rows(f"{timer.event}/results", interval="5K")
    assert {row["results_race_name"] for row in by_name} == {"Half Marathon", "10K"}
    intervals = await timer.rows(f"/race/{timer.race_id(runner.race)}/interval")
    five = next(row["interval_id"] for row in intervals if row["interval_name"] == "5K")
    by_id = await timer.rows(f"{timer.event}/results", interval=five)
    assert {row["results_race_name"] for row in by_id} == {"Half Marathon"}
    assert await timer.rows(f"/interval/{five}/results") == by_id
    assert [row for row in by_name if row["results_race_name"] == "Half Marathon"] == by_id
    assert await timer.rows(f"{timer.event}/results", interval="Nowhere") == []


async def test_ranks_belong_to_the_interval_and_bracket_asked_for(timer: Timer) -> None:
    await timer.create_everybody()
    timer.clock.set(timer.world.day.over + timedelta(seconds=1))
    race = timer.race_id(timer.world.races[0])
    for interval in HALF:
        rows = await timer.rows(f"/race/{race}/results", interval=interval)
        assert [int(row["results_rank"]) for row in rows] == list(range(1, len(rows) + 1))
        assert rows == sorted(rows, key=lambda row: str(row["results_time"]))
    everybody = {row["results_entry_id"]: row for row in await timer.rows(f"/race/{race}/results")}
    for kind in ("SEX", "AGE"):
        grouped: dict[str, list[dict[str, Any]]] = {}
        for row in await timer.rows(f"/race/{race}/results", bracket=kind):
            grouped.setdefault(row["results_bracket_name"], []).append(row)
        assert len(grouped) >= 2
        for name, rows in grouped.items():
            assert [row["results_rank"] for row in rows] == [
                str(place) for place in range(1, len(rows) + 1)
            ]
            same = {row["results_entry_id"] for row in rows}
            assert [one for one in everybody if one in same] == [
                row["results_entry_id"] for row in rows
            ]
            assert await timer.rows(f"/race/{race}/results", bracket=name) == rows
    odd = [row for row in everybody.values() if row["results_sex"] not in {"F", "M"}]
    in_a_sex = await timer.rows(f"/race/{race}/results", bracket="SEX")
    assert len(in_a_sex) == len(everybody) - len(odd)


async def test_a_bracket_has_results_of_its_own(timer: Timer) -> None:
    await timer.create_everybody()
    timer.clock.set(timer.world.day.over)
    race = timer.race_id(timer.world.races[2])
    brackets = await timer.rows(f"/race/{race}/bracket")
    women = next(row["bracket_id"] for row in brackets if row["bracket_name"] == "Female")
    rows = await timer.rows(f"/bracket/{women}/results")
    assert {row["results_sex"] for row in rows} == {"F"}
    assert rows == await timer.rows(f"/race/{race}/results", bracket="Female")
    split = await timer.rows(f"/bracket/{women}/results", interval="2.5 km")
    assert {row["results_interval_name"] for row in split} == {"2.5 km"}
    intervals = await timer.rows(f"/race/{race}/interval")
    first = intervals[0]["interval_id"]
    assert await timer.rows(f"/interval/{first}/results", bracket="Female") == split


async def test_who_gives_up_leaves_the_full_course_when_the_race_closes(
    timer: Timer, quitter: Runner
) -> None:
    await timer.create(quitter)
    path = f"{timer.event}/results"
    last = timer.world.last_finish(quitter.race)
    timer.clock.set(last)
    (running,) = await timer.rows(path)
    assert running["results_end_chip_time"] == ""
    assert await _statuses(timer) == ["CONF"]
    timer.clock.set(last + timedelta(milliseconds=1))
    assert await timer.rows(path) == []
    splits = await timer.rows(path, interval="ALL")
    assert len(splits) == sum(crossing is not None for crossing in quitter.crossings[1:])
    assert {row["results_interval_full"] for row in splits} == {"0"}
    assert await _statuses(timer) == ["DNF"]


async def test_who_stays_away_has_no_row_and_no_status_of_their_own(timer: Timer) -> None:
    absent = next(one for one in timer.world.runners if not one.starts)
    await timer.create(absent)
    timer.clock.set(timer.world.day.over + timedelta(hours=1))
    assert await timer.rows(f"{timer.event}/results", interval="ALL") == []
    assert await _statuses(timer) == ["CONF"]


@pytest.mark.parametrize("status", ["DQ", "WD"])
async def test_who_is_set_aside_leaves_the_ranking(
    timer: Timer, runner: Runner, status: str
) -> None:
    other = next(
        one
        for one in timer.world.runners
        if one.race is runner.race and one.finishes and one is not runner
    )
    entry = await timer.create(runner)
    await timer.create(other)
    timer.clock.set(timer.world.day.over)
    path = f"/race/{timer.race_id(runner.race)}/results"
    assert [row["results_rank"] for row in await timer.rows(path)] == ["1", "2"]
    answer = await timer.write("PUT", f"/entry/{entry['entry_id']}", {"entry_status": status})
    assert answer.json()["entry"]["entry_status"] == status
    (row,) = await timer.rows(path)
    assert (row["results_bib"], row["results_rank"]) == (str(other.bib), "1")
    await timer.write("PUT", f"/entry/{entry['entry_id']}", {"entry_status": "CONF"})
    assert sorted(await _statuses(timer)) == ["FIN", "FIN"]
    assert len(await timer.rows(path)) == 2


async def test_only_the_true_bib_in_its_own_race_makes_reads(timer: Timer, runner: Runner) -> None:
    await timer.create(runner, entry_external_id="wrong bib", entry_bib="99999")
    await timer.create(runner, entry_external_id="no bib", entry_bib=None)
    right = await timer.create(runner, entry_external_id="right")
    other_race = timer.race_id(timer.world.races[2])
    body = {"entry_external_id": "wrong race", "entry_bib": str(runner.bib)}
    await timer.write("POST", f"/race/{other_race}/entry", body | {"athlete_last_name": "A"})
    timer.clock.set(timer.world.day.over)
    rows = await timer.rows(f"{timer.event}/results")
    assert [row["results_entry_id"] for row in rows] == [right["entry_id"]]
    await timer.write("PUT", f"/entry/{right['entry_id']}", {"entry_bib": "99999"})
    assert await timer.rows(f"{timer.event}/results") == []


async def test_without_a_start_mat_chip_time_is_gun_time(
    world: World, clock: HandClock, runner: Runner
) -> None:
    async with timing(world, clock, start_mat=False) as timer:
        await timer.create(runner)
        clock.set(_at(runner, runner.crossings[1]))
        assert await timer.rows(f"{timer.event}/results") == []
        (split,) = await timer.rows(f"{timer.event}/results", interval="ALL")
        assert split["results_interval_name"] == "5K"
        clock.set(world.day.over)
        (row,) = await timer.rows(f"{timer.event}/results")
        assert row["results_begin_chip_time"] == ""
        assert row["results_time"] == row["results_gun_time"] != ""


async def test_the_whole_field_adds_up_at_the_end(timer: Timer) -> None:
    await timer.create_everybody()
    runners = timer.world.runners
    finishers = sum(one.finishes for one in runners)
    timer.clock.set(timer.world.day.over - timedelta(milliseconds=1))
    assert (await timer.ledger())["finished"] == finishers - 1
    timer.clock.set(timer.world.day.over + timedelta(milliseconds=1))
    ledger = await timer.ledger()
    assert ledger["finished"] == finishers
    statuses = {row["external_id"]: row["status"] for row in ledger["entries"]}
    for one in runners:
        expected = "FIN" if one.finishes else "DNF" if one.starts else "CONF"
        assert statuses[f"r{one.number}"] == expected
    answer = await timer.get(f"{timer.event}/results", size=1)
    assert answer.headers["x-ctlive-row-count"] == str(finishers)


async def _statuses(timer: Timer) -> list[str]:
    return [row["entry_status"] for row in await timer.rows(f"{timer.event}/entry")]
