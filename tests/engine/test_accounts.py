"""Several accounts of one provider, and one organisation under two partners: each sees its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.jobs import JobState, Trigger
from p88console.domain.model import Provider
from p88console.runtime import syncs, tenancy
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import WorldOptions, make_world
from p88console.store.people import lists as people
from p88console.store.tenancy import events
from p88console.store.tenancy.events import EventRow
from p88console.store.work import ledger
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from tests.support.clock import SteppedClock

RUNNERS = 40


@dataclass
class Office:
    """Two partners over the same two providers."""

    runtime: Runtime
    sandbox: Sandbox

    async def account(self, partner_id: int, provider: Provider, **changes: Any) -> int:
        told = self.sandbox.description()[provider.value]
        options = {"base_url": told["base_url"], "options": told["options"], **changes}
        added = await tenancy.add_account(
            self.runtime, partner_id, provider, told["secrets"], **options
        )
        return added.id

    async def discover(self, account_id: int) -> EventRow:
        queued = await syncs.discover(self.runtime, account_id, Trigger.OPERATOR)
        await self.runtime.run_jobs([queued.job_id])
        found = await self.runtime.db.read(events.events)
        return next(event for event in found if event.account_id == account_id)

    async def pull(self, event: EventRow) -> JobState:
        queued = await syncs.pull_participants(self.runtime, event, Trigger.OPERATOR)
        (job,) = await self.runtime.run_jobs([queued.job_id])
        return job.state

    async def ids(self, event: EventRow) -> set[str]:
        found = await self.runtime.db.read(people.participants, event.id)
        return {person.row["provider_id"] for person in found}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    world = make_world(WorldOptions(runners=RUNNERS, seed=7, leaving=0))
    clock = SteppedClock(world.day.guns[-1] - timedelta(minutes=5))
    async with (
        Sandbox(world, clock) as sandbox,
        open_runtime(Home(tmp_path), clock=clock, vault=MemoryVault()) as runtime,
    ):
        yield Office(runtime, sandbox)


async def partner(office: Office, name: str) -> int:
    return (await tenancy.add_partner(office.runtime, name)).id


async def test_two_accounts_of_one_partner_mirror_the_same_event_side_by_side(
    office: Office,
) -> None:
    midwest = await partner(office, "Midwest Timing")
    accounts = [
        await office.account(midwest, Provider.RUNSIGNUP, label=label) for label in ("A", "B")
    ]
    first, second = [await office.discover(account) for account in accounts]
    assert first.id != second.id
    assert first.provider_event_id == second.provider_event_id
    assert await office.pull(first) is JobState.COMPLETED
    assert await office.ids(second) == set()
    assert await office.pull(second) is JobState.COMPLETED
    assert await office.ids(first) == await office.ids(second) != set()


async def test_one_organisation_under_two_partners_is_scored_by_each_without_a_clash(
    office: Office,
) -> None:
    mirrored = []
    for name in ("Midwest Timing", "Coast Timing"):
        its_id = await partner(office, name)
        registration = await office.account(its_id, Provider.RUNSIGNUP)
        scoring = await office.account(its_id, Provider.COPERNICO)
        event = await office.discover(registration)
        remote = office.sandbox.description()["copernico"]["event_id"]
        linked = await tenancy.link_event(office.runtime, event.id, scoring, str(remote))
        await office.pull(linked)
        for push in await syncs.push_participants(office.runtime, linked, Trigger.OPERATOR):
            await office.runtime.run_jobs([push.job_id])
        mirrored.append(linked)
    for event in mirrored:
        states = await office.runtime.db.read(ledger.state_counts, event.id)
        assert set(states) == {"verified"}
    async with httpx.AsyncClient() as client:
        told = await client.get(f"{office.sandbox.base_url(Provider.COPERNICO)}/_sandbox/ledger")
    athletes = told.json()["athletes"]
    assert len({row["id"] for row in athletes}) == len(athletes) == RUNNERS
    own = await office.runtime.db.read(events.events, partner_id=mirrored[0].partner_id)
    assert [event.id for event in own] == [mirrored[0].id]


async def test_a_partner_cannot_score_at_another_partners_account(office: Office) -> None:
    midwest, coast = await partner(office, "Midwest Timing"), await partner(office, "Coast Timing")
    event = await office.discover(await office.account(midwest, Provider.RUNSIGNUP))
    foreign = await office.account(coast, Provider.COPERNICO)
    remote = str(office.sandbox.description()["copernico"]["event_id"])
    with pytest.raises(UsageFault, match="different timing partners"):
        await tenancy.link_event(office.runtime, event.id, foreign, remote)


async def test_taking_one_account_out_of_use_leaves_its_twin_at_work(office: Office) -> None:
    midwest = await partner(office, "Midwest Timing")
    kept, dropped = [await office.account(midwest, Provider.RUNSIGNUP) for _ in range(2)]
    event = await office.discover(kept)
    await tenancy.remove_account(office.runtime, dropped)
    assert await office.pull(event) is JobState.COMPLETED
