"""2,000 finishers in three waves at two scoring systems, published twice, corrected between."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from p88console.domain.case import Grade
from p88console.domain.jobs import JobState, Operator, Trigger
from p88console.domain.model import Provider
from p88console.domain.publication import Line, Mode
from p88console.runtime import publishing, syncs
from p88console.runtime.practice import set_up
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import WorldOptions, make_world
from p88console.store.people import lists as people
from p88console.store.results import publications
from p88console.store.results.drafts import Draft, Wish
from p88console.store.results.revisions import RESULTS
from p88console.store.tenancy.events import EventRow
from p88console.store.work.queue import Enqueued
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from tests.support.clock import SteppedClock

ME = Operator("tester", "cli")
RUNNERS = 2150
SYSTEMS = (Provider.COPERNICO, Provider.CHRONOTRACK)


class Race:
    """The product over a finished race."""

    def __init__(self, runtime: Runtime, sandbox: Sandbox, event: EventRow) -> None:
        self.runtime, self.sandbox, self.event = runtime, sandbox, event

    async def work(self, *queued: Enqueued) -> None:
        jobs = await self.runtime.run_jobs([one.job_id for one in queued])
        assert {job.state for job in jobs} == {JobState.COMPLETED}

    async def drafts(self) -> list[Draft]:
        return await publishing.prepare(self.runtime, self.event, Wish())

    async def publish(self) -> int:
        """Publish what there is; returns how many calls it took."""
        before = await self.calls()
        made = await self.drafts()
        queued = await publishing.publish(self.runtime, self.event, made, Trigger.OPERATOR, ME)
        assert queued is not None
        await self.work(queued)
        return await self.calls() - before

    async def calls(self) -> int:
        counted: dict[str, int] = (await self.books())["calls"]
        return sum(counted.values())

    async def listed(self) -> list[dict[str, Any]]:
        return await self.runtime.db.read(people.results, self.event.id)

    async def correct(self, line: Line, **values: Any) -> None:
        """Let the scoring systems have another standing of this runner."""
        one = RESULTS.c.participant_id == line.participant_id
        statement = update(RESULTS).where(one).values(**values)
        await self.runtime.db.write(lambda tx: tx.connection.execute(statement))

    async def books(self) -> dict[str, Any]:
        url = f"{self.sandbox.base_url(Provider.RUNSIGNUP)}/_sandbox/ledger"
        async with httpx.AsyncClient() as http:
            books: dict[str, Any] = (await http.get(url, timeout=30)).json()
        return books

    async def differing(self) -> tuple[int, int]:
        """Finishers that are published, and lines that RunSignUp's own books have otherwise."""
        lists = (await self.books())["result_sets"]
        finishers = differ = 0
        for race in self.event.races:
            shown = await self.runtime.db.read(publications.current, race.id)
            assert shown is not None
            lines = await self.runtime.db.read(publications.lines, shown.id)
            (there,) = [
                {str(row["registration_id"]): row for row in one["results"]}
                for one in lists
                if one["public"] and str(one["event_id"]) == race.provider_race_id
            ]
            differ += len(there) != len(lines)
            for line in lines:
                finishers += line.status == "finished"
                differ += not _same(line, there[line.registration_id])
        return finishers, differ


def _same(line: Line, row: dict[str, Any]) -> bool:
    times = (row["place"], row["clock_time"], row["chip_time"])
    finish = (line.place, line.gun_time_ms, line.chip_time_ms)
    return row["splits"] == dict(line.splits) and (times == finish or line.status != "finished")


@pytest.mark.race_day
async def test_2000_finishers_are_published_twice_and_read_back_equal(tmp_path: Path) -> None:
    world = make_world(WorldOptions(runners=RUNNERS, seed=7))
    clock = SteppedClock(world.day.guns[-1] - timedelta(minutes=5))
    async with (
        Sandbox(world, clock) as sandbox,
        open_runtime(Home(tmp_path), clock=clock, vault=MemoryVault()) as runtime,
    ):
        (event_id,) = await set_up(runtime, sandbox.description(), SYSTEMS)
        event = await syncs.event_of(runtime, event_id)
        race = Race(runtime, sandbox, event)
        await race.work(await syncs.pull_participants(runtime, event, Trigger.OPERATOR))
        await race.work(*await syncs.push_participants(runtime, event, Trigger.OPERATOR))
        clock.reach(world.day.over)
        await race.work(*await syncs.pull_results(runtime, event, Trigger.OPERATOR))
        made = await race.drafts()
        # each runner once, and both systems agree about them
        listed = await race.listed()
        assert len({row["participant_id"] for row in listed}) == len(listed) >= 2000
        assert not any(one.code == "systems" for draft in made for one in draft.findings)
        assert publishing.stops(made, ()) == []
        lines = [line for draft in made for line in draft.lines]

        began = clock.now()
        calls = await race.publish()
        finishers, differ = await race.differing()
        assert (finishers >= 2000, differ) == (True, 0)
        batches = sum(-(-len(draft.lines) // 25) for draft in made)
        assert calls <= 2 * batches + 15 * len(made)
        # about 25 lines a second
        assert clock.now() - began <= timedelta(seconds=2 * batches)

        for line in lines[40:160:3]:
            if line.gun_time_ms is not None:
                await race.correct(line, gun_time_ms=line.gun_time_ms + 1_234)
        gone = {"gun_time_ms": None, "chip_time_ms": None, "place": None}
        for line in lines[200:205]:
            await race.correct(line, status="dq", **gone)
        assert {draft.mode for draft in await race.drafts()} == {Mode.PARTIAL}
        assert await race.publish() < 20
        assert (await race.differing())[1] == 0
        assert (await race.books())["notified"] == []

        first, second = lines[:2]
        await race.correct(first, place=2)
        await race.correct(second, place=1)
        stops = publishing.stops(await race.drafts(), ())
        assert {(stop.grade, stop.code) for stop in stops} == {(Grade.STOP, "leaders")}
