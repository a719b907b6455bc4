"""One registration provider of a practice race, with the product over it and a line between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from p88console.domain.jobs import Job, Trigger
from p88console.domain.model import Provider
from p88console.runtime import syncs, tenancy
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import WorldOptions, make_world
from p88console.store.people import lists as people
from p88console.store.people.lists import Person
from p88console.store.tenancy import events
from p88console.store.work import history
from p88console.store.work.history import AttemptRow
from p88console.system.home import Home
from p88console.system.settings import Settings, checked
from p88console.system.vault import MemoryVault
from tests.support.clock import SteppedClock
from tests.support.faultline import FaultLine


@dataclass
class Desk:
    """A provider where the whole field registers, and its mirrored event."""

    clock: SteppedClock
    runtime: Runtime
    event_id: int
    account_id: int
    line: FaultLine
    base_url: str

    async def pull(self, *, full: bool = False) -> tuple[Job, AttemptRow]:
        """Pull registrations now; the job and its newest attempt."""
        event = await syncs.event_of(self.runtime, self.event_id)
        queued = await syncs.pull_participants(self.runtime, event, Trigger.OPERATOR, full=full)
        (job,) = await self.runtime.run_jobs([queued.job_id])
        (attempt,) = await self.runtime.db.read(history.attempts, job_id=job.id, limit=1)
        return job, attempt

    async def people(self) -> dict[str | None, Person]:
        """Everybody mirrored, by the provider's id."""
        found = await self.runtime.db.read(people.participants, self.event_id)
        return {person.row["provider_id"]: person for person in found}

    async def ledger(self) -> dict[str, Any]:
        """The provider's own books."""
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self.base_url}/_sandbox/ledger")
        books: dict[str, Any] = answer.json()
        return books

    async def calls(self) -> int:
        """How many vendor calls were made so far."""
        calls: dict[str, int] = (await self.ledger())["calls"]
        return sum(calls.values())

    async def control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Work at the provider's own desk."""
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{self.base_url}/_sandbox{path}", json=body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@asynccontextmanager
async def desk_at(
    provider: Provider,
    home: Path,
    runners: int = 60,
    limits: dict[str, Any] | None = None,
    guns: dict[str, str] | None = None,
) -> AsyncIterator[Desk]:
    """The provider half an hour before the first gun, discovered, nothing pulled yet."""
    settings = checked(
        Settings, {"limits": {provider: limits or {}}, "event": {"1": {"gun": guns or {}}}}
    )
    world = make_world(WorldOptions(runners=runners, seed=7, desks=((provider, 1.0),)))
    gun = max(world.day.guns) if provider is Provider.HAKU else min(world.day.guns)
    clock = SteppedClock(gun - timedelta(minutes=5 if provider is Provider.HAKU else 30))
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(world, clock))
        line = await stack.enter_async_context(FaultLine(sandbox.base_url(provider)))
        runtime = await stack.enter_async_context(
            open_runtime(Home(home), clock=clock, vault=MemoryVault(), settings=settings)
        )
        partner = await tenancy.add_partner(runtime, "Midwest Timing")
        told = sandbox.description()[provider.value]
        account = await tenancy.add_account(
            runtime, partner.id, provider, told["secrets"], base_url=line.base_url
        )
        queued = await syncs.discover(runtime, account.id, Trigger.OPERATOR)
        await runtime.run_jobs([queued.job_id])
        (event,) = await runtime.db.read(events.events)
        yield Desk(clock, runtime, event.id, account.id, line, sandbox.base_url(provider))
