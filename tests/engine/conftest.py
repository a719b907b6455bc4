"""A practice race in this process: providers on sockets, lines that can fail, the product."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from p88console.domain.jobs import Job, Trigger
from p88console.domain.model import Provider
from p88console.runtime import syncs
from p88console.runtime.practice import set_up
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import WorldOptions, make_world
from p88console.store.database.db import Database
from p88console.store.work import history
from p88console.store.work.history import AttemptRow
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from tests.support.clock import SteppedClock
from tests.support.faultline import FaultLine

RUNNERS = 60


@dataclass
class RaceDay:
    """The whole day at hand: clock, lines to both providers, the product over them."""

    clock: SteppedClock
    runtime: Runtime
    event_id: int
    lines: Mapping[Provider, FaultLine]
    sandbox: Sandbox
    home: Home

    @property
    def runsignup(self) -> FaultLine:
        """The line to registrations."""
        return self.lines[Provider.RUNSIGNUP]

    @property
    def copernico(self) -> FaultLine:
        """The line to Copernico."""
        return self.lines[Provider.COPERNICO]

    @property
    def chronotrack(self) -> FaultLine:
        """The line to ChronoTrack."""
        return self.lines[Provider.CHRONOTRACK]

    async def pull(self, *, full: bool = False) -> Job:
        """Pull registrations now."""
        event = await syncs.event_of(self.runtime, self.event_id)
        queued = await syncs.pull_participants(self.runtime, event, Trigger.OPERATOR, full=full)
        return (await self.runtime.run_jobs([queued.job_id]))[0]

    async def push(self) -> Job:
        """Push to the scoring system now."""
        event = await syncs.event_of(self.runtime, self.event_id)
        queued = await syncs.push_participants(self.runtime, event, Trigger.OPERATOR)
        return (await self.runtime.run_jobs([queued[0].job_id]))[0]

    async def pull_results(self) -> Job:
        """Pull results now."""
        event = await syncs.event_of(self.runtime, self.event_id)
        queued = await syncs.pull_results(self.runtime, event, Trigger.OPERATOR)
        return (await self.runtime.run_jobs([queued[0].job_id]))[0]

    async def last_attempt(self, job: Job) -> AttemptRow:
        """The newest attempt of a job."""
        return (await self.runtime.db.read(history.attempts, job_id=job.id, limit=1))[0]

    async def ledger(self, provider: Provider) -> dict[str, Any]:
        """A provider's own books."""
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self.sandbox.base_url(provider)}/_sandbox/ledger")
        books: dict[str, Any] = answer.json()
        return books

    async def weather(self, provider: Provider, **order: Any) -> None:
        """Turn the weather at a provider: `climate`, or `chances` with `only` and `times`."""
        url = f"{self.sandbox.base_url(provider)}/_sandbox/weather"
        async with httpx.AsyncClient() as client:
            answer = await client.post(url, json=order)
        answer.raise_for_status()

    async def waiting(self) -> list[dict[str, Any]]:
        """The registrations of the race whose gun is still ahead."""
        event = await syncs.event_of(self.runtime, self.event_id)
        ahead = {
            race.provider_race_id
            for race in event.races
            if race.starts_at and race.starts_at > self.clock.now()
        }
        books = await self.ledger(Provider.RUNSIGNUP)
        return [row for row in books["registrations"] if str(row["event_id"]) in ahead]

    def patience(self) -> asyncio.Timeout:
        """How long a test waits for something to happen."""
        return asyncio.timeout(30)

    async def breathe(self) -> None:
        """Let others on the loop work a moment."""
        await asyncio.sleep(0.05)

    async def elsewhere(self, statement: str) -> None:
        """Write to the database as another process would."""

        def write() -> None:
            other = Database(self.home.shared or self.home.database)
            with other.writer() as tx:
                tx.connection.execute(text(statement))
                tx.touch("accounts")
            other.close()

        await asyncio.to_thread(write)

    async def register(self, **fields: Any) -> dict[str, Any]:
        """Add or edit a registration at RunSignUp."""
        url = f"{self.sandbox.base_url(Provider.RUNSIGNUP)}/_sandbox/registrations"
        async with httpx.AsyncClient() as client:
            answer = await client.post(url, json=fields)
        answer.raise_for_status()
        row: dict[str, Any] = answer.json()
        return row

    async def remove(self, registration_id: str, reason: str) -> None:
        """Remove a registration at RunSignUp."""
        base = f"{self.sandbox.base_url(Provider.RUNSIGNUP)}/_sandbox/registrations"
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{base}/{registration_id}/remove", json={"reason": reason})
        answer.raise_for_status()


@asynccontextmanager
async def race_day_at(
    home: Home, scoring: Provider = Provider.COPERNICO, *, runners: int = RUNNERS, **options: str
) -> AsyncIterator[RaceDay]:
    """Five minutes before the first gun, everybody registered, nothing pulled yet.

    Args:
        home: The product's.
        scoring: Where the race is scored.
        runners: How many register.
        options: Of the account there, beside its usual ones.
    """
    world = make_world(WorldOptions(runners=runners, seed=7))
    clock = SteppedClock(world.day.guns[-1] - timedelta(minutes=5))
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(world, clock))
        lines = {
            provider: await stack.enter_async_context(FaultLine(sandbox.base_url(provider)))
            for provider in (Provider.RUNSIGNUP, scoring)
        }
        runtime = await stack.enter_async_context(
            open_runtime(home, clock=clock, vault=MemoryVault(), machine=clock.machine)
        )
        description = sandbox.description()
        for provider, line in lines.items():
            description[provider.value]["base_url"] = line.base_url
        description[scoring.value]["options"] |= options
        (event_id,) = await set_up(runtime, description, [scoring])
        yield RaceDay(clock, runtime, event_id, lines, sandbox, home)


@pytest.fixture
async def race_day(tmp_path: Path, where: Path | str) -> AsyncIterator[RaceDay]:
    """A race that is scored at Copernico."""
    home = Home(tmp_path, where if isinstance(where, str) else None)
    async with race_day_at(home) as day:
        yield day
