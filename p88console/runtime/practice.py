"""The practice race: sandbox beside, partner and accounts set up, the balance at the end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from p88console.domain.errors import P88Error
from p88console.domain.jobs import CLAIMABLE_STATES, JobState, Trigger
from p88console.domain.model import Provider, PushState
from p88console.providers.base import CallLimits
from p88console.providers.http import Door
from p88console.runtime import syncs, tenancy
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.sandbox.climate import Climate
from p88console.sandbox.process import SandboxDidNotStart, launch
from p88console.sandbox.world import DEFAULT_START
from p88console.store import events, history, ledger, people, removals, tenants
from p88console.store.events import EventRow
from p88console.store.ledger import scoring_id
from p88console.store.queue import Enqueued
from p88console.store.tenants import PartnerRow
from p88console.system.clock import ScaledClock
from p88console.system.home import Home
from p88console.system.vault import MemoryVault

PARTNER = "Practice Timing"

SETTLE_S = 120.0
"""Machine seconds that the last pulls and pushes of a day may take for each 1,000 runners."""

LOOK_S = 0.05
"""Machine seconds between looks at whether the day is over."""


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice race that is running: the product over it, and where its providers are."""

    runtime: Runtime
    description: dict[str, Any]
    runners: int
    seed: int
    event_id: int

    @property
    def over_at(self) -> datetime:
        """The instant at which the last finisher is through."""
        return datetime.fromisoformat(self.description["day"]["over"])


@asynccontextmanager
async def practice_race(
    home: Home,
    *,
    runners: int,
    speed: float,
    seed: int,
    climate: Climate = Climate.FAIR,
) -> AsyncIterator[Practice]:
    """Start a practice race and set the product up over it; everything ends with the block.

    It is set up in fair weather, as the evening before is; then `climate` comes.

    Raises `P88Error` when the sandbox does not start.
    """
    # the day begins when the servers can be expected to answer
    origin = time.time() + 1.5 + runners / 20_000
    clock = ScaledClock(DEFAULT_START, origin, speed)
    try:
        async with (
            launch(
                seed=seed,
                runners=runners,
                speed=speed,
                clock_start=DEFAULT_START,
                clock_origin=origin,
            ) as description,
            open_runtime(home, clock=clock, vault=MemoryVault()) as runtime,
        ):
            event_id = await set_up(runtime, description)
            practice = Practice(runtime, description, runners, seed, event_id)
            await turn_weather(practice, climate)
            yield practice
    except SandboxDidNotStart as fault:
        raise P88Error("the practice providers did not start", str(fault)) from None


async def set_up(runtime: Runtime, description: dict[str, Any]) -> int:
    """Add partner and accounts, discover, link; returns the registration event's id."""
    partner = await _practice_partner(runtime)
    accounts = {}
    for provider in (Provider.RUNSIGNUP, Provider.COPERNICO):
        told = description[provider.value]
        accounts[provider] = await tenancy.add_account(
            runtime,
            partner.id,
            provider,
            told["secrets"],
            base_url=told["base_url"],
            options=told["options"],
        )
    queued = await syncs.discover(runtime, accounts[Provider.RUNSIGNUP].id, Trigger.OPERATOR)
    await runtime.run_jobs([queued.job_id])
    found = await runtime.db.read(events.events, partner_id=partner.id)
    if not found:
        raise P88Error("the practice race was not discovered", "see the history for the reason")
    linked = await tenancy.link_event(
        runtime,
        found[0].id,
        accounts[Provider.COPERNICO].id,
        description[Provider.COPERNICO.value]["event_id"],
    )
    return linked.id


async def _practice_partner(runtime: Runtime) -> PartnerRow:
    """The practice partner; accounts of an earlier practice race here are out of use."""
    known = [row for row in await runtime.db.read(tenants.partners) if row.name == PARTNER]
    if not known:
        return await tenancy.add_partner(runtime, PARTNER)
    for account in await runtime.db.read(tenants.accounts):
        if account.partner_id == known[0].id:
            await tenancy.remove_account(runtime, account.id)
    return known[0]


async def turn_weather(practice: Practice, climate: Climate) -> None:
    """Let the weather at every practice provider become this."""
    for provider in _providers(practice):
        await _control(practice, provider, "weather", {"climate": climate.value})


def _providers(practice: Practice) -> list[Provider]:
    return [provider for provider in Provider if provider.value in practice.description]


async def run_day(practice: Practice) -> None:
    """Let the engine run until the last finisher is through and everything is settled."""
    runtime = practice.runtime
    await runtime.engine.start()
    while runtime.clock.now() < practice.over_at + timedelta(seconds=1):
        await asyncio.sleep(LOOK_S)
        _still_well(runtime)
    await _bring_home(practice, time.monotonic() + SETTLE_S * max(1.0, practice.runners / 1000))
    await runtime.engine.stop()


async def _bring_home(practice: Practice, deadline: float) -> None:
    """The operator's last round, as often as the weather makes it necessary.

    Fetch registrations, send, fetch results; send again what scoring did not take at first.
    """
    runtime = practice.runtime
    event = await syncs.event_of(runtime, practice.event_id)
    again = False
    while time.monotonic() < deadline:
        pull = await syncs.pull_participants(runtime, event, Trigger.OPERATOR)
        done = await _completed(runtime, [pull], deadline)
        pushes = await syncs.push_participants(runtime, event, Trigger.OPERATOR, full=again)
        done = await _completed(runtime, pushes, deadline) and done
        results = await syncs.pull_results(runtime, event, Trigger.OPERATOR)
        done = await _completed(runtime, results, deadline) and done
        states = await runtime.db.read(ledger.state_counts, event.id)
        again = set(states) != {PushState.VERIFIED.value}
        if done and not again:
            return


async def run_for(practice: Practice, seconds: float) -> None:
    """Let the engine run for this many machine seconds."""
    await practice.runtime.engine.start()
    await asyncio.sleep(seconds)
    _still_well(practice.runtime)
    await practice.runtime.engine.stop()


def _still_well(runtime: Runtime) -> None:
    if runtime.engine.fault is not None:
        raise P88Error("the engine stopped", runtime.engine.fault[0])


async def _completed(runtime: Runtime, queued: Sequence[Enqueued], deadline: float) -> bool:
    """Wait until these jobs have ended, retries included, or the deadline passes."""
    while time.monotonic() < deadline:
        jobs = await runtime.run_jobs([entry.job_id for entry in queued])
        if not any(job.state in CLAIMABLE_STATES for job in jobs):
            return all(job.state is JobState.COMPLETED for job in jobs)
        await asyncio.sleep(LOOK_S)
        _still_well(runtime)
    return False


async def balance(practice: Practice) -> dict[str, Any]:
    """What was registered, what arrived, and what the far side really holds."""
    db = practice.runtime.db
    event = await db.read(events.event, practice.event_id)
    providers = _providers(practice)
    books = {provider: await _control(practice, provider, "ledger") for provider in providers}
    registered = books[Provider.RUNSIGNUP]["registrations"]
    athletes = books[Provider.COPERNICO]["athletes"]
    status = {
        scoring_id(Provider.RUNSIGNUP.value, str(row["registration_id"])): row["status"]
        for row in registered
    }
    standing = {our_id for our_id, word in status.items() if word == "active"}
    at_scoring = {row["id"] for row in athletes}
    states = await db.read(ledger.state_counts, event.id)
    unsent = (PushState.UNSENT, PushState.HELD, PushState.REFUSED)
    return {
        "runners": practice.runners,
        "registered": len(standing),
        "mirrored": await db.read(removals.active_count, event.id),
        "pushed": sum(count for state, count in states.items() if state not in unsent),
        "verified": states.get(PushState.VERIFIED.value, 0),
        "results": await db.read(people.finished_count, event.id),
        "finishers_at_scoring": sum(row["status"] == "finished" for row in athletes),
        "conflicts": 0,
        "quarantined": await db.read(removals.quarantined_count, event.id),
        "left": len(status) - len(standing),
        "to_withdraw": len(at_scoring & status.keys() - standing),
        "duplicates_at_scoring": duplicates(athletes, status),
        "missing_at_scoring": len(standing - at_scoring),
        "lost_edits": 0,
        "jobs": await db.read(history.state_counts),
        "faults_injected": sum(book["weather"]["faults_injected"] for book in books.values()),
        "race": _race_facts(practice, event),
    }


def duplicates(athletes: list[dict[str, Any]], registered: Mapping[str, str]) -> int:
    """Athletes too many: the same id or bib again within a race, or nobody's registration.

    Whoever left after being pushed is not one: nothing but a hand can withdraw them at scoring.
    """
    ids = Counter(row["id"] for row in athletes)
    bibs = Counter((row["event"], row["dorsal"]) for row in athletes if row["dorsal"])
    again = sum(count - 1 for count in ids.values())
    shared = sum(count - 1 for count in bibs.values())
    return max(again, shared) + len(ids.keys() - registered.keys())


def _race_facts(practice: Practice, event: EventRow) -> dict[str, Any]:
    return {
        "event": event.name,
        "clock": practice.runtime.clock.now().isoformat(),
        "over_at": practice.over_at.isoformat(),
        "seed": practice.seed,
    }


async def _control(
    practice: Practice, provider: Provider, room: str, order: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A call to the provider's control room, which the product never makes."""
    door = Door(provider, practice.description[provider.value]["base_url"], CallLimits())
    path = f"/_sandbox/{room}"
    try:
        answer = await (door.get(path) if order is None else door.post_json(path, order))
    finally:
        await door.close()
    told: dict[str, Any] = answer.body
    return told
