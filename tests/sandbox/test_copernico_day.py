"""Results appear at Copernico as the clock advances."""

from __future__ import annotations

from datetime import timedelta

from p88console.sandbox.day import Runner

from .rig import Practice


def _finisher(practice: Practice) -> Runner:
    return next(
        one
        for one in practice.world.runners
        if one.race.number == 0 and one.finishes and None not in one.crossings
    )


async def test_a_runner_starts_passes_splits_and_finishes(practice: Practice) -> None:
    runner = _finisher(practice)
    await practice.push_everybody()

    async def row() -> dict[str, object]:
        return next(
            row
            for row in await practice.preset("Half Marathon")
            if row["id"] == f"r{runner.number}"
        )

    assert (await row())["status"] == "notstarted"
    tokens = (":::start:::", "5K", "10K", "15K", ":::finish:::")
    for place, crossing in enumerate(runner.crossings):
        assert crossing is not None
        practice.clock.set(runner.race.gun_at + timedelta(milliseconds=crossing - 1))
        column = f"times.official_{tokens[place]}"
        assert (await row())[column] is None
        practice.clock.set(runner.race.gun_at + timedelta(milliseconds=crossing))
        now = await row()
        assert now[column] == crossing
        assert now["status"] == ("finished" if place == 4 else "running")


async def test_the_whole_field_adds_up_at_the_end(practice: Practice) -> None:
    await practice.push_everybody()
    runners = practice.world.runners
    practice.clock.set(practice.world.day.over - timedelta(milliseconds=1))
    finishers = sum(runner.finishes for runner in runners)
    assert (await practice.ledger(copernico=True))["finished"] == finishers - 1
    practice.clock.set(practice.world.day.over)
    ledger = await practice.ledger(copernico=True)
    assert ledger["finished"] == finishers
    statuses = {athlete["id"]: athlete["status"] for athlete in ledger["athletes"]}
    for runner in runners:
        expected = "finished" if runner.finishes else "running" if runner.starts else "notstarted"
        assert statuses[f"r{runner.number}"] == expected
    practice.clock.set(practice.world.day.over + timedelta(seconds=1))
    assert all(event["status"]["finished"] for event in (await practice.data(""))["events"])


async def test_only_the_true_bib_in_its_own_race_makes_reads(practice: Practice) -> None:
    runner = _finisher(practice)
    rows = [
        practice.entry(runner, id="wrong-race", eventId="5K"),
        practice.entry(runner, id="wrong-bib", dorsal="99999"),
        practice.entry(runner, id="no-bib", dorsal=None),
        practice.entry(runner, id="right"),
    ]
    await practice.push(rows)
    practice.clock.set(practice.world.day.over)
    athletes = (await practice.ledger(copernico=True))["athletes"]
    finished = [athlete["id"] for athlete in athletes if athlete["status"] == "finished"]
    assert finished == ["right"]


async def test_net_places_change_while_people_still_come_in(practice: Practice) -> None:
    await practice.push_everybody()
    practice.clock.set(practice.world.day.over)
    half = [one for one in practice.world.runners if one.race.number == 0 and one.finishes]
    places = []
    for runner in half:
        athlete = await practice.data(f"/athlete/r{runner.number}/full")
        ranking = athlete["events"][0]["rankings"]["Finish"]
        places.append((ranking["net"], ranking["posNet"]))
    assert [place for _, place in sorted(places)] == list(range(1, len(half) + 1))


async def test_the_gun_time_becomes_the_real_one(practice: Practice) -> None:
    await practice.push_everybody()
    race = practice.world.races[0]
    assert (await practice.preset(race.name))[0]["gunTime"] == "2026-10-17T12:30:00.000Z"
    practice.clock.set(race.gun_at)
    assert (await practice.preset(race.name))[0]["gunTime"] > "2026-10-17T12:30:00.000Z"
