"""The practice race: sandbox beside, partner and accounts set up, the day run to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from p88console.domain.errors import P88Error
from p88console.domain.inbox import Decision, Kind
from p88console.domain.jobs import CLAIMABLE_STATES, JobState, Operator, Trigger
from p88console.domain.model import Provider, PushState
from p88console.providers.base import CallLimits
from p88console.providers.http import Door
from p88console.runtime import clerk, operators, steering, syncs, tenancy
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.sandbox.climate import Climate
from p88console.sandbox.process import SandboxDidNotStart, launch
from p88console.sandbox.world import DEFAULT_START
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.tenancy import events, tenants
from p88console.store.tenancy.events import EventRow
from p88console.store.tenancy.tenants import PartnerRow
from p88console.store.windows.inbox_rows import Item
from p88console.store.work import ledger
from p88console.store.work.ledger import scoring_id
from p88console.store.work.queue import Enqueued
from p88console.system.clock import ScaledClock
from p88console.system.home import Home
from p88console.system.vault import MemoryVault

PARTNER = "Practice Timing"
SCORING = (Provider.COPERNICO,)
DESKS = (Provider.RUNSIGNUP, Provider.RACEROSTER, Provider.HAKU)
"""Where the practice field registers."""

OPERATOR = Operator("the practice operator", "practice")

SETTLE_S = 120.0
"""Machine seconds that the last pulls and pushes of a day may take for each 1,000 runners."""

DESK_OPENS = timedelta(minutes=30)
"""How long before the first gun the operator corrects names."""

LOOK_S = 0.05
"""Machine seconds between looks at whether the day is over."""


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice race that is running: the product over it, and where its providers are."""

    runtime: Runtime
    description: dict[str, Any]
    runners: int
    seed: int
    event_ids: tuple[int, ...]
    """The event as each desk's account sees it."""
    desks: tuple[Provider, ...]
    """Where people register."""
    scoring: tuple[Provider, ...]
    """Where the event is scored; some of the providers may stand idle."""

    @property
    def first_gun(self) -> datetime:
        """The first race's start."""
        return min(map(datetime.fromisoformat, self.description["day"]["guns"].values()))

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
    desks: tuple[Provider, ...] = DESKS,
    scoring: tuple[Provider, ...] = SCORING,
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
                desks=desks[0].value if len(desks) == 1 else "all",
            ) as description,
            open_runtime(home, clock=clock, vault=MemoryVault()) as runtime,
        ):
            found = await set_up(runtime, description, scoring, desks)
            practice = Practice(runtime, description, runners, seed, tuple(found), desks, scoring)
            await turn_weather(practice, climate)
            yield practice
    except SandboxDidNotStart as fault:
        raise P88Error("the practice providers did not start", str(fault)) from None


async def set_up(
    runtime: Runtime,
    description: dict[str, Any],
    scoring: Sequence[Provider] = SCORING,
    desks: Sequence[Provider] = DESKS[:1],
) -> list[int]:
    """Add partner and accounts, discover, link; returns the id of each desk's event."""
    partner = await _practice_partner(runtime)
    accounts = {}
    for provider in (*desks, *scoring):
        told = description[provider.value]
        accounts[provider] = await tenancy.add_account(
            runtime,
            partner.id,
            provider,
            told["secrets"],
            base_url=told["base_url"],
            options=told["options"],
        )
    systems = {one: accounts[one].id for one in scoring}
    return [await _linked(runtime, accounts[desk].id, systems, description) for desk in desks]


async def _linked(
    runtime: Runtime, desk_id: int, scoring: Mapping[Provider, int], description: dict[str, Any]
) -> int:
    """Discover a desk's event and tie it to every scoring event; returns its id."""
    queued = await syncs.discover(runtime, desk_id, Trigger.OPERATOR, OPERATOR)
    await runtime.run_jobs([queued.job_id])
    found = [one for one in await runtime.db.read(events.events) if one.account_id == desk_id]
    if not found:
        raise P88Error("the practice race was not discovered", "see the history for the reason")
    for provider, account_id in scoring.items():
        remote = description[provider.value]["event_id"]
        await tenancy.link_event(runtime, found[0].id, account_id, remote)
    return found[0].id


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
    for provider in providers(practice):
        await control(practice, provider, "weather", {"climate": climate.value})


def providers(practice: Practice) -> list[Provider]:
    """Everybody that the practice race has a server for."""
    return [provider for provider in Provider if provider.value in practice.description]


async def run_day(practice: Practice) -> None:
    """Let the engine run until the last finisher is through and everything is settled."""
    runtime = practice.runtime
    await runtime.engine.start()
    corrected = 0
    while runtime.clock.now() < practice.over_at + timedelta(seconds=1):
        await asyncio.sleep(LOOK_S)
        _still_well(runtime)
        if not corrected and runtime.clock.now() >= practice.first_gun - DESK_OPENS:
            corrected = await clerk.correct_names(runtime, practice.event_ids)
    await _bring_home(practice, time.monotonic() + SETTLE_S * max(1.0, practice.runners / 1000))
    await runtime.engine.stop()


async def _bring_home(practice: Practice, deadline: float) -> None:
    """The operator's last round: registrations, then people to scoring, then results.

    Each step goes on until the weather has let all of it through; whoever the inbox says has left
    is confirmed, and what scoring did not take at first is sent again.
    """
    runtime = practice.runtime
    mirrored = [await syncs.event_of(runtime, event_id) for event_id in practice.event_ids]
    pulls = [
        await syncs.pull_participants(runtime, one, Trigger.OPERATOR, OPERATOR) for one in mirrored
    ]
    await _completed(runtime, pulls, deadline)
    again = False
    while time.monotonic() < deadline:
        await _confirm_departures(practice)
        await clerk.stand_by_them(runtime)
        send = partial(syncs.push_participants, full=again)
        await _completed(runtime, await _asked(practice, mirrored, send), deadline)
        states = await runtime.db.read(ledger.state_counts)
        again = set(states) != {PushState.VERIFIED.value}
        if not again:
            break
    await _completed(runtime, await _asked(practice, mirrored, syncs.pull_results), deadline)


async def _asked(
    practice: Practice,
    mirrored: Sequence[EventRow],
    ask: Callable[[Runtime, EventRow, Trigger, Operator], Awaitable[list[Enqueued]]],
) -> list[Enqueued]:
    """What the operator asks for, for every event."""
    asked = [await ask(practice.runtime, one, Trigger.OPERATOR, OPERATOR) for one in mirrored]
    return [queued for of_event in asked for queued in of_event]


async def _confirm_departures(practice: Practice) -> None:
    """Confirm in the inbox that people left, as far as the desks' own books say so."""
    runtime, books = practice.runtime, await registrations(practice)
    for item in await runtime.db.read(inbox.items, kind=Kind.REMOVAL):
        people = await operators.people_of(runtime, _asked_about(item))
        ids = [scoring_id(one.provider, one.row["provider_id"]) for one in people]
        if ids and all(books.get(its_id) != "active" for its_id in ids):
            await operators.resolve(runtime, OPERATOR, [item], Verdict(Decision.CONFIRM))


def _asked_about(item: Item) -> list[int]:
    """Whom an item of the inbox is about: one person, or all whom a brake stopped."""
    stopped = [one[0] for one in item.detail.get("people", ())]
    return stopped if item.participant_id is None else [item.participant_id]


async def registrations(practice: Practice) -> dict[str, str]:
    """The desks' own books: how each registration stands, by the id that scoring knows it by."""
    return {
        scoring_id(desk.value, str(row.get("registration_id") or row["id"])): row["status"]
        for desk in practice.desks
        for row in (await control(practice, desk, "ledger"))["registrations"]
    }


async def run_for(practice: Practice, seconds: float) -> None:
    """Let the engine run for this many machine seconds."""
    await practice.runtime.engine.start()
    await asyncio.sleep(seconds)
    _still_well(practice.runtime)
    await practice.runtime.engine.stop()


def _still_well(runtime: Runtime) -> None:
    if runtime.engine.fault is not None:
        raise P88Error("the engine stopped", runtime.engine.fault[0])


async def _completed(runtime: Runtime, queued: Sequence[Enqueued], deadline: float) -> None:
    """Wait until all of this is done, or the deadline passes; what gave up is tried again by hand.

    What the schedule has done meanwhile in a job's place counts as well.
    """
    ids = [entry.job_id for entry in queued]
    while time.monotonic() < deadline:
        jobs = await runtime.run_jobs(ids)
        given_up = [job.id for job in jobs if job.state is JobState.FAILED_PERMANENT]
        if given_up:
            await steering.retry(runtime, OPERATOR, given_up)
        elif not any(job.state in CLAIMABLE_STATES for job in jobs):
            return
        await asyncio.sleep(LOOK_S)
        _still_well(runtime)


async def control(
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
