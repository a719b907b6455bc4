"""Short seeded schedules of faults, thousands of them, and what has to hold after each.

Run it as `python -m tests.race_day.chaos --schedules 2000`; it prints one JSON document and ends
with 1 when anything was violated. `--seed` names the first schedule.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from p88console.domain.jobs import CLAIMABLE_STATES, JobState, Operator, Trigger
from p88console.domain.model import Provider
from p88console.engine.owners import new_owner
from p88console.engine.shop import Ticket
from p88console.engine.standstill import Standstill
from p88console.engine.waking import LOOK_S, Waking
from p88console.engine.worker import Worker
from p88console.runtime import operators, syncs
from p88console.runtime.practice import set_up
from p88console.runtime.runtime import open_runtime
from p88console.sandbox.climate import Fault
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import WorldOptions, make_world
from p88console.store.people import lists as people
from p88console.store.work import leases, ledger, queue
from p88console.store.work.ledger import scoring_id
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from tests.engine.conftest import RaceDay
from tests.support.clock import SteppedClock
from tests.support.faultline import FaultLine, Weather

RUNNERS = 25
IN_ONE_WORLD = 20
"""Schedules that follow each other on one race day."""

ROUNDS = 12
"""So often an operator fetches and sends in fair weather before something counts as lost."""

BOTH = (Provider.RUNSIGNUP, Provider.COPERNICO)
FAULTS = tuple(fault for fault in Fault if fault not in (Fault.IGNORED, Fault.PORTAL))
ME = Operator("chaos", "cli")


class Laptop:
    """The laptop's clock, which may be wrong; everybody else goes by `true`."""

    speed = 1.0

    def __init__(self, true: SteppedClock) -> None:
        self.true = true
        self.wrong_s = 0.0

    def now(self) -> datetime:
        """The instant that the laptop shows."""
        return self.true.now() + timedelta(seconds=self.wrong_s)

    def machine(self) -> float:
        """The laptop's Unix time."""
        return self.true.machine() + self.wrong_s

    def steady(self) -> float:
        """Seconds that nobody sets."""
        return self.true.steady()

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        await self.true.sleep(seconds)


class Doomed(Worker):
    """Dies without a word: nothing is handed back."""

    async def _hand_back(self, ticket: Ticket) -> None:
        """Say nothing."""


@dataclass
class Tally:
    """What was done to the product, and what did not hold."""

    schedules: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    violations: list[str] = field(default_factory=list)


@dataclass
class Chaos:
    """One race day under one schedule after the other."""

    day: RaceDay
    laptop: Laptop
    waking: Waking
    tally: Tally
    typed: dict[str, str] = field(default_factory=dict)
    """Registration → the last name that was typed here."""

    async def schedule(self, seed: int) -> None:
        """A few steps under faults, then fair weather, then the reckoning."""
        rng = Random(seed)  # noqa: S311  # equal seeds make equal schedules
        before = len(self.tally.violations)
        for _ in range(rng.randint(2, 4)):
            await self._change(rng)
            self.day.clock.step(5)
            await self._fault(rng)
        await self._fair()
        settled = await self._settle()
        for wrong in [*settled, *await self._reckoning()]:
            self.tally.violations.append(f"seed {seed}: {wrong}")
            print(f"VIOLATED seed {seed}: {wrong}", file=sys.stderr, flush=True)  # noqa: T201
        self.tally.schedules += 1
        if len(self.tally.violations) > before:
            raise Violated

    async def _change(self, rng: Random) -> None:
        """Somebody registers, changes something, leaves, or is edited here."""
        books = await self.day.ledger(Provider.RUNSIGNUP)
        active = [row for row in books["registrations"] if row["status"] == "active"]
        row = rng.choice(active)
        number = row["registration_id"]
        what = rng.choice(["register", "rename", "leave", "type"])
        if what == "leave" and len(active) < RUNNERS:
            what = "register"
        self.tally.steps[what] += 1
        if what == "register":
            name = {"first_name": f"New{rng.randrange(10**6)}", "last_name": "Comer"}
            await self.day.register(event_id=row["event_id"], **name)
        elif what == "rename":
            first = f"First{rng.randrange(10**6)}"
            await self.day.register(registration_id=number, first_name=first)
        elif what == "leave":
            await self.day.remove(str(number), "removed")
        else:
            await self._type(str(number), f"Typed{rng.randrange(10**6)}")

    async def _type(self, number: str, name: str) -> None:
        found = await self.day.runtime.db.read(people.participants, self.day.event_id)
        ids = [one.row["id"] for one in found if one.row["provider_id"] == number]
        if ids:
            await operators.edit(self.day.runtime, ME, ids[0], {"last_name": name})
            self.typed[number] = name

    async def _fault(self, rng: Random) -> None:
        """A sync under one fault, or under several."""
        what = rng.choice(["weather", "weather", "portal", "deaf", "kill", "sleep", "clock"])
        self.tally.steps[what] += 1
        if what == "weather":
            chances = {fault: rng.uniform(0.1, 0.6) for fault in rng.sample(FAULTS, 2)}
            for provider in BOTH:
                times = rng.randint(1, 5)
                order = {fault.value: chance for fault, chance in chances.items()}
                await self.day.weather(provider, chances=order, times=times)
        elif what in ("portal", "deaf"):
            line = self.day.lines[rng.choice(BOTH)]
            line.weather, line.skip = Weather(what), rng.randint(0, 4)
        elif what == "kill":
            await self._kill(rng.choice(BOTH), rng.randint(1, 8))
            return
        elif what == "sleep":
            self.day.clock.step(rng.randint(60, 180))
            await self.waking.look()
        else:
            self.day.clock.step(LOOK_S)
            self.laptop.wrong_s += rng.choice([-3600.0, -90.0, 90.0, 3600.0])
            await self.waking.look()
        await self._sync()
        for line in self.day.lines.values():
            line.weather, line.skip = Weather.FAIR, 0

    async def _kill(self, provider: Provider, after: int) -> None:
        """The program dies in the middle of a call; its claims lapse."""
        worker = Doomed(self.day.runtime.shop, new_owner())
        line = self.day.lines[provider]
        until = len(line.requests) + after
        dying = asyncio.create_task(worker.run_only(await self._asked()))
        while not dying.done() and len(line.requests) < until:  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(0.001)
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        db = self.day.runtime.db
        await db.write(
            leases.rescue, self.laptop.now(), lambda _owner: True
        )  # as the next one does

    async def _asked(self) -> list[int]:
        """A pull and the pushes, asked for by hand."""
        runtime = self.day.runtime
        event = await syncs.event_of(runtime, self.day.event_id)
        pull = await syncs.pull_participants(runtime, event, Trigger.OPERATOR)
        pushes = await syncs.push_participants(runtime, event, Trigger.OPERATOR)
        return [pull.job_id, *(push.job_id for push in pushes)]

    async def _sync(self) -> bool:
        """Fetch and send once, whatever comes of it; says whether all of it was done."""
        ids = await self._asked()
        jobs = [(await self.day.runtime.run_jobs([job_id]))[0] for job_id in ids]
        return {job.state for job in jobs} == {JobState.COMPLETED}

    async def _fair(self) -> None:
        for provider in BOTH:
            await self.day.weather(provider, climate="fair")
        self.laptop.wrong_s = 0.0
        self.day.clock.step(LOOK_S)
        await self.waking.look()

    async def _settle(self) -> list[str]:
        """The operator's rounds until all is done; what is left when they are spent."""
        db = self.day.runtime.db
        states: dict[str, int] = {}
        done = 0
        for _ in range(ROUNDS):
            self.day.clock.step(10)
            done = done + 1 if await self._sync() else 0
            states = await db.read(ledger.state_counts)
            if done >= 2 and set(states) == {"verified"}:  # a removal takes two pulls that agree
                return []
        jobs = [job for job in await db.read(queue.find) if job.state in CLAIMABLE_STATES]
        return [f"not settled: {states}, {[(job.operation, job.error) for job in jobs]}"]

    async def _reckoning(self) -> list[str]:
        """Whatever does not hold."""
        db, day = self.day.runtime.db, self.day
        registered = (await day.ledger(Provider.RUNSIGNUP))["registrations"]
        standing = {str(row["registration_id"]): row for row in registered if _stands(row)}
        athletes = (await day.ledger(Provider.COPERNICO))["athletes"]
        there = Counter(one["id"] for one in athletes)
        ours = {
            one.row["provider_id"]: one.row
            for one in await db.read(people.participants, day.event_id)
        }
        active = {number for number, row in ours.items() if row["status"] == "active"}
        wanted = {scoring_id("runsignup", number) for number in standing}
        known = {scoring_id("runsignup", str(row["registration_id"])) for row in registered}
        wrong = [f"missing at scoring: {one}" for one in wanted - there.keys()]
        wrong += [f"nobody's at scoring: {one}" for one in there.keys() - known]
        wrong += [f"twice at scoring: {one}" for one, count in there.items() if count > 1]
        wrong += [f"missing here: {number}" for number in standing.keys() - active]
        wrong += [f"still here: {number}" for number in active - standing.keys()]
        for number, row in standing.items():
            mine = ours.get(number, {})
            name = self.typed.get(number, row["last_name"])
            held = (mine.get("first_name") or "", mine.get("last_name") or "")
            if held != (row["first_name"] or "", name or ""):
                wrong.append(f"edit lost: {number} is {mine.get('last_name')}, not {name}")
        return [*wrong, *await self._history_gaps()]

    async def _history_gaps(self) -> list[str]:
        def look(connection: Any) -> list[str]:
            ask = connection.exec_driver_sql
            open_ones = ask("SELECT id FROM sync_history WHERE finished_at IS NULL").all()
            silent = ask(
                "SELECT id FROM sync_queue WHERE state = 'completed' "
                "AND id NOT IN (SELECT job_id FROM sync_history WHERE state = 'completed')"
            ).all()
            self.tally.attempts = ask("SELECT count(*) FROM sync_history").scalar()
            return [
                *(f"attempt {row[0]} never ended" for row in open_ones),
                *(f"job {row[0]} left no trace" for row in silent),
            ]

        return await self.day.runtime.db.read(look)


def _stands(row: dict[str, Any]) -> bool:
    return bool(row["status"] == "active")


class Violated(Exception):
    """A schedule did not hold; what follows it on the same day would say nothing."""


@asynccontextmanager
async def one_day(home: Home, seed: int, tally: Tally) -> AsyncIterator[Chaos]:
    """A race day 30 hours before its first gun, everybody registered and scored."""
    world = make_world(WorldOptions(runners=RUNNERS, seed=seed, early=1.0, leaving=0.0))
    true = SteppedClock(world.day.guns[0] - timedelta(hours=30))
    laptop = Laptop(true)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(world, true))
        lines = {
            provider: await stack.enter_async_context(FaultLine(sandbox.base_url(provider)))
            for provider in BOTH
        }
        runtime = await stack.enter_async_context(
            open_runtime(home, clock=laptop, vault=MemoryVault(), machine=laptop.machine)
        )
        description = sandbox.description()
        for provider, line in lines.items():
            description[provider.value]["base_url"] = line.base_url
        (event_id,) = await set_up(runtime, description, [Provider.COPERNICO])
        day = RaceDay(true, runtime, event_id, lines, sandbox, home)

        async def nothing_is_scheduled() -> None:
            """Everything here is asked for by hand."""

        shop = runtime.shop
        standstill = Standstill(laptop, runtime.db.feed)
        waking = Waking(shop, Worker(shop, new_owner()), nothing_is_scheduled, standstill)
        chaos = Chaos(day, laptop, waking, tally)
        await chaos._sync()
        yield chaos


async def run(schedules: int, seed: int) -> Tally:
    """So many schedules, beginning with this one; a new day every few."""
    tally = Tally()
    seeds = list(range(seed, seed + schedules))
    for first in range(0, schedules, IN_ONE_WORLD):
        with TemporaryDirectory() as folder:
            async with one_day(Home(Path(folder)), seeds[first], tally) as chaos:
                try:
                    for one in seeds[first : first + IN_ONE_WORLD]:
                        await chaos.schedule(one)
                except Violated:
                    continue
                finally:
                    for provider in BOTH:
                        weather = (await chaos.day.ledger(provider))["weather"]
                        tally.faults.update(weather["faults"])
        print(f"{tally.schedules} of {schedules}", file=sys.stderr, flush=True)  # noqa: T201
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    tally = asyncio.run(run(given.schedules, given.seed))
    told = {
        "schedules": tally.schedules,
        "steps": dict(tally.steps),
        "faults_injected": tally.faults.total(),
        "faults": dict(tally.faults),
        "violations": tally.violations,
    }
    print(json.dumps(told, indent=2))  # noqa: T201
    return 1 if tally.violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
