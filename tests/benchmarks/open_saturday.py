"""The Saturday over real sockets: 200 events, 400,000 people, 40 accounts, one database.

In the evening, with the providers' limits lifted, everything is found, linked, pulled and sent to
scoring. Then the product starts anew with the limits it has, and its engine works through the
morning by a clock that goes faster than the machine's, while people go on registering. At last
the books of both sides are laid beside each other.
"""

from __future__ import annotations

import asyncio
import sys
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select, update

from p88console.domain.jobs import Direction, JobState, Operation, Trigger
from p88console.domain.model import Provider
from p88console.providers.registry import adapter_module
from p88console.runtime import syncs, tenancy
from p88console.runtime.balance import BOOKS, duplicates
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.sandbox.process import launch
from p88console.store.core import ACCOUNT_LINES
from p88console.store.database.db import Reading, Tx
from p88console.store.tables import SyncHistory, SyncSchedule
from p88console.store.tables.base import table
from p88console.store.tenancy import events
from p88console.store.work import history, ledger
from p88console.store.work.ledger import scoring_id
from p88console.store.work.queue import Enqueued
from p88console.system.clock import ScaledClock
from p88console.system.home import Home
from p88console.system.settings import Limits, Settings
from p88console.system.vault import MemoryVault
from tests.benchmarks.saturday import HEAD, MIDNIGHT, MIX, NEAR, minutes
from tests.benchmarks.venue import PARTNERS, gun_of, name_of, partner_of, places

LIFTED = Settings(
    limits={one: Limits(concurrent=4, per_second=1000, per_hour=10_000_000) for one in Provider}
)

MINUTE = timedelta(seconds=90)
"""How far apart two pulls may end that still kept their minute."""

LOOK_S, SAY_S = 0.25, 20.0
HISTORY, SCHEDULE = table(SyncHistory), table(SyncSchedule)

Looks = Mapping[int, Sequence[datetime]]
"""When each event's registrations were pulled, by the event's id."""


@dataclass(frozen=True)
class Size:
    """How large the Saturday is: the hour at which it begins, how many hours, how fast."""

    events: int = 200
    people: int = 2_000
    begins_h: float = 4.0
    hours: float = 1.25
    speed: float = 6.0
    evening_s: float = 900.0
    """Machine seconds until the morning begins."""


@dataclass
class Saturday:
    """What was set up: the product's id of each account and each event."""

    size: Size
    told: Mapping[int, Mapping[str, Any]]
    """What the venue says of each account, by the account's place."""
    accounts: dict[int, int] = field(default_factory=dict)
    event_ids: dict[int, int] = field(default_factory=dict)

    @property
    def morning(self) -> datetime:
        """When the limits begin to hold."""
        return MIDNIGHT + timedelta(hours=self.size.begins_h)

    @property
    def end(self) -> datetime:
        """When the engine stops."""
        return self.morning + timedelta(hours=self.size.hours)

    async def ask(self, room: str) -> dict[int, Any]:
        """What every account's control room tells."""
        async with httpx.AsyncClient(timeout=120) as client:
            return {
                place: (await client.get(f"{told['base_url']}/_sandbox/{room}")).json()
                for place, told in self.told.items()
            }


@dataclass(frozen=True)
class Reckoning:
    """Both sides' books beside each other, everybody counted who was registered throughout."""

    registered: int
    at_scoring: int
    missing: int
    twice: int
    ledger: Mapping[str, int]

    def __str__(self) -> str:
        return (
            f"{self.registered:,} registered, {self.at_scoring:,} at scoring, {self.missing} "
            f"missing there, {self.twice} there twice; push states {dict(self.ledger)}"
        )


@dataclass(frozen=True)
class Report:
    """The table of the registration accounts, the attempts of the morning, and the balance."""

    table: Sequence[str]
    attempts: Mapping[str, int]
    reckoning: Reckoning

    def lines(self) -> Iterator[str]:
        """The report as it is printed."""
        yield from self.table
        yield f"\nattempts of the morning: {dict(sorted(self.attempts.items()))}"
        yield str(self.reckoning)


async def pass_by(folder: Path, size: Size) -> Report:
    """The evening, the morning, and the reckoning."""
    start = MIDNIGHT + timedelta(hours=size.begins_h, seconds=-size.evening_s * size.speed)
    clock, vault, home = ScaledClock.starting_now(start, size.speed), MemoryVault(), Home(folder)
    async with launch(
        seed=size.events,
        runners=size.people,
        speed=size.speed,
        clock_start=start,
        clock_origin=clock.origin,
        command=[sys.executable, "-m", "tests.benchmarks.venue"],
    ) as description:
        day = Saturday(size, {told["place"]: told for told in description["accounts"]})
        async with open_runtime(home, clock=clock, vault=vault, settings=LIFTED) as runtime:
            await _set_up(runtime, day)
            await _work_until(runtime, day.morning)
            await runtime.db.write(_sleep_an_hour)
        async with open_runtime(home, clock=clock, vault=vault, settings=Settings()) as runtime:
            await _work_until(runtime, day.end)
            looks = await runtime.db.read(_looks, day.morning)
            stretched = await runtime.db.read(_stretched)
            attempts = await runtime.db.read(_attempts, day.morning)
        told = list(rows(day, looks, await day.ask("calls"), stretched))
        async with open_runtime(home, clock=clock, vault=vault, settings=LIFTED) as runtime:
            return Report(told, attempts, await _reckon(runtime, day))


async def _set_up(runtime: Runtime, day: Saturday) -> None:
    """Partners, accounts, and every event found at its desk and tied to its scoring event."""
    partners = [
        (await tenancy.add_partner(runtime, f"Partner {number + 1}")).id
        for number in range(PARTNERS)
    ]
    looked_for = []
    for place, told in day.told.items():
        account = await tenancy.add_account(
            runtime,
            partners[partner_of(place)],
            MIX[place],
            told["secrets"],
            label=f"{MIX[place].title} {place + 1}",
            base_url=told["base_url"],
            options=told["options"],
        )
        day.accounts[place] = account.id
        if account.provider.registers:
            looked_for.append(await syncs.discover(runtime, account.id, Trigger.OPERATOR))
    await _all_done(runtime, looked_for)
    known = {(one.account_id, one.name): one.id for one in await runtime.db.read(events.events)}
    for its in places(day.size.events):
        name = name_of(its.event)
        event_id = day.event_ids[its.event] = known[day.accounts[its.desk], name]
        remote = day.told[its.timer]["events"][name]
        uuid = remote["options"].get("race_uuid")
        await tenancy.link_event(
            runtime,
            event_id,
            day.accounts[its.timer],
            remote["event_id"],
            options={"race_uuid": uuid} if uuid else {},
        )


async def _all_done(runtime: Runtime, queued: Sequence[Enqueued]) -> None:
    jobs = await runtime.run_jobs([one.job_id for one in queued])
    failed = [job for job in jobs if job.state is not JobState.COMPLETED]
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(jobs)} jobs failed: {failed[0].error}")


async def _work_until(runtime: Runtime, end: datetime) -> None:
    """Let the engine work, and tell from time to time how far it is."""
    await runtime.engine.start()
    told_at = time.monotonic()
    while runtime.clock.now() < end:
        await asyncio.sleep(LOOK_S)
        if runtime.engine.fault is not None:
            raise RuntimeError(runtime.engine.fault[0])
        if time.monotonic() - told_at > SAY_S:
            told_at = time.monotonic()
            jobs = await runtime.db.read(history.state_counts)
            people = await runtime.db.read(ledger.state_counts)
            sys.stderr.write(
                f"{runtime.clock.now():%H:%M:%S} UTC, {time.process_time():.0f} s of CPU: "
                f"people {people}, jobs { {key: its for key, its in jobs.items() if its} }\n"
            )
    await runtime.engine.stop()


def _sleep_an_hour(tx: Tx) -> None:
    """The evening's calls, for which nobody has a limit, lie longer back than an hour."""
    nothing = dict.fromkeys(("calls_left", "burst_left", "spent_until"))
    tx.connection.execute(update(ACCOUNT_LINES).values(recent_calls=[], **nothing))


def _looks(connection: Reading, since: datetime) -> Looks:
    ended = select(HISTORY.c.event_id, HISTORY.c.finished_at).where(
        HISTORY.c.operation == Operation.PARTICIPANTS.value,
        HISTORY.c.direction == Direction.PULL.value,
        HISTORY.c.state == JobState.COMPLETED.value,
        HISTORY.c.finished_at >= since,
    )
    found: dict[int, list[datetime]] = defaultdict(list)
    for event_id, at in connection.execute(ended.order_by(HISTORY.c.finished_at)):
        found[event_id].append(at)
    return found


def _stretched(connection: Reading) -> dict[int, str]:
    """What is written beside an account's events where the budget forbids the minute."""
    query = select(SCHEDULE.c.account_id, SCHEDULE.c.reason).where(
        SCHEDULE.c.reason.contains("stretched from 1 min")
    )
    return {row.account_id: row.reason for row in connection.execute(query)}


def _attempts(connection: Reading, since: datetime) -> Counter[str]:
    query = select(HISTORY.c.operation, HISTORY.c.direction, HISTORY.c.state)
    made = connection.execute(query.where(HISTORY.c.started_at >= since))
    return Counter(f"{row.operation} {row.direction} {row.state}" for row in made)


def rows(
    day: Saturday,
    looks: Looks,
    calls: Mapping[int, Sequence[tuple[str, int]]],
    stretched: Mapping[int, str],
) -> Iterator[str]:
    """One row for each registration account: what was kept, and what the budget forbids."""
    yield HEAD
    for desk, account_id in day.accounts.items():
        provider = MIX[desk]
        if not provider.registers:
            continue
        own = [place.event for place in places(day.size.events) if place.desk == desk]
        gaps = [gap for event in own for gap in _gaps(day, event, looks)]
        kept = sum(gap <= MINUTE for gap in gaps)
        came = [datetime.fromisoformat(at) for at, _status in calls[desk]]
        refused = sum(status == 429 for _at, status in calls[desk])
        per_hour = adapter_module(provider).LIMITS.per_hour
        why = stretched.get(account_id, "everything within the budget")
        cells = (
            provider.title,
            len(own),
            f"{per_hour:,}" if per_hour else "none",
            f"{_busiest([at for at in came if at >= day.morning]):,}",
            f"{100 * kept / max(1, len(gaps)):.0f} % of {len(gaps):,}",
            minutes(max(gaps, default=timedelta())),
            why + (f"; {refused} refused" if refused else ""),
        )
        yield f"| {' | '.join(map(str, cells))} |"


def _gaps(day: Saturday, event: int, looks: Looks) -> list[timedelta]:
    """How long nobody looked at an event, each time, while its gun was less than 4 h away."""
    gun = gun_of(event)
    seen = [at for at in looks.get(day.event_ids[event], ()) if gun - NEAR <= at <= gun]
    from_, to = max(day.morning, gun - NEAR), min(day.end, gun)
    if from_ >= to:
        return []
    gaps = [after - before for before, after in pairwise(seen)]
    last = to - (seen[-1] if seen else from_)
    return [*gaps, last] if last > MINUTE else gaps


def _busiest(came: Sequence[datetime]) -> int:
    """The most calls of any sixty minutes, wherever they begin."""
    came = sorted(came)
    within = (bisect_left(came, at + timedelta(hours=1)) - number for number, at in enumerate(came))
    return max(within, default=0)


async def _reckon(runtime: Runtime, day: Saturday) -> Reckoning:
    """Sync everything once more, and count who is missing at scoring, or there twice."""
    before = await day.ask("ledger")
    synced = [await syncs.event_of(runtime, event_id) for event_id in day.event_ids.values()]
    for ask in (syncs.pull_participants, syncs.push_participants):
        asked = [await ask(runtime, event, Trigger.OPERATOR) for event in synced]
        await _all_done(
            runtime, [one for its in asked for one in (its if isinstance(its, list) else [its])]
        )
    after, counts = await day.ask("ledger"), Counter[str]()
    for its in places(day.size.events):
        name, desk = name_of(its.event), MIX[its.desk]
        then, now = (_registered(desk, books[its.desk][name]) for books in (before, after))
        here = {one for one, word in then.items() if word == now.get(one) == "active"}
        entered = BOOKS[MIX[its.timer]](after[its.timer][name])
        there = {one.our_id for one in entered if not one.out}
        counts["registered"] += len(here)
        counts["at_scoring"] += len(there)
        counts["missing"] += len(here - there)
        counts["twice"] += duplicates(entered, now)
    states = await runtime.db.read(ledger.state_counts)
    keys = ("registered", "at_scoring", "missing", "twice")
    return Reckoning(**{key: counts[key] for key in keys}, ledger=states)


def _registered(desk: Provider, book: Mapping[str, Any]) -> dict[str, str]:
    return {
        scoring_id(desk.value, str(row.get("registration_id") or row["id"])): row["status"]
        for row in book["registrations"]
    }
