"""A Saturday of 200 events on one database, by the product's own timetable, queue and budgets.

The clock is stepped a minute at a time. What is due is queued, claimed, paid for from its account's
budget and settled by the product itself; only the calls lead nowhere: each piece of work takes as
many as the provider's page size makes it take.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import text

from p88console.domain.errors import BudgetSpent, Call
from p88console.domain.jobs import Job, Operation
from p88console.domain.model import EventRecord, Provider, RaceRecord
from p88console.domain.outcome import decide
from p88console.engine import timetable
from p88console.providers.chronotrack import reading as chronotrack_reading
from p88console.providers.copernico import adapter as copernico
from p88console.providers.haku import adapter as haku
from p88console.providers.raceroster import adapter as raceroster
from p88console.providers.runsignup import adapter as runsignup
from p88console.store.database.db import Database, Tx
from p88console.store.tenancy import events, tenants
from p88console.store.work import budgets, claims, schedule, settle
from p88console.store.work.budgets import Asked, Limits
from p88console.store.work.settle import Attempt
from p88console.system.settings import Settings
from tests.support.clock import SteppedClock

MIDNIGHT = datetime(2026, 10, 17, 5, 0, tzinfo=UTC)
"""In Chicago."""

MINUTE = timedelta(minutes=1)
NEAR = timedelta(hours=4)
SLACK = timedelta(seconds=30)
"""How much later than a minute after the last one a pull may end and still have kept its minute."""

LIMITS = {
    Provider.RUNSIGNUP: runsignup.LIMITS,
    Provider.RACEROSTER: raceroster.LIMITS,
    Provider.HAKU: haku.LIMITS,
    Provider.COPERNICO: copernico.LIMITS,
    Provider.CHRONOTRACK: chronotrack_reading.LIMITS,
}
MIX = (
    *(Provider.RUNSIGNUP,) * 14,
    *(Provider.RACEROSTER,) * 5,
    *(Provider.HAKU,) * 4,
    *(Provider.COPERNICO,) * 10,
    *(Provider.CHRONOTRACK,) * 7,
)
"""The providers of 40 accounts."""

PEOPLE = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :people)
INSERT INTO participants (event_id, race_id, provider_id, row_key, bib, first_name, last_name,
    name_key, status, awaits_detail, flags, raw, raw_hash, content_hash, first_seen_at, changed_at)
SELECT events.id, (SELECT min(id) FROM races WHERE event_id = events.id), i, i, i,
    'First' || i % 977, 'Last' || i % 4999, 'last' || i % 4999 || ' first' || i % 977,
    'active', 0, '[]', '{}', i, i, events.first_seen_at, events.first_seen_at
FROM events, n
"""


@dataclass(frozen=True)
class Size:
    """How large the Saturday is."""

    events: int = 200
    people: int = 2_000
    partners: int = 13
    begins_h: float = 0.0
    hours: float = 24.0


def calls_of(provider: Provider, operation: Operation, people: int) -> int:
    """What one pull takes, by the provider's page sizes and filters."""
    if operation is Operation.EVENTS:
        return 2
    pages = {
        Provider.RUNSIGNUP: 2,  # what changed since, and who was removed
        Provider.RACEROSTER: people // 100
        + 1,  # no filter for people: every page, and the empty one
        Provider.HAKU: 2,  # the newest page of the list, and a detail
        Provider.COPERNICO: 2,  # one preset for each race
        Provider.CHRONOTRACK: people // 1000 + 1,
    }
    return pages[provider]


@dataclass
class Followed:
    """How an event was followed while its gun was near: pulls that kept their minute, and gaps."""

    kept: int = 0
    late: int = 0
    last: datetime | None = None
    longest: timedelta = timedelta(0)


@dataclass
class Day:
    """The simulation: where each account's line is in time, and what was seen."""

    db: Database
    clock: SteppedClock
    size: Size
    providers: dict[int, Provider] = field(default_factory=dict)
    guns: dict[int, datetime] = field(default_factory=dict)
    account_of: dict[int, int] = field(default_factory=dict)
    free_at: dict[int, datetime] = field(default_factory=dict)
    followed: dict[int, Followed] = field(default_factory=lambda: defaultdict(Followed))
    calls: Counter[tuple[int, int]] = field(default_factory=Counter)
    told: dict[int, str] = field(default_factory=dict)
    owners: Iterator[int] = field(default_factory=count)

    def minute(self, tx: Tx) -> None:
        """Queue what is due and serve what can be served until the next minute."""
        now, rhythm = self.clock.now(), Settings().cadence_of
        found = timetable.look(tx.connection, rhythm, now)
        timetable.carry_out(tx, found, now)
        for row in (*found.due, *found.changed):
            if "stretched" in row.reason and row.operation is Operation.PARTICIPANTS:
                self.told[row.account_id] = row.reason
        while True:
            busy = [its for its, at in self.free_at.items() if at >= now + MINUTE]
            owner = f"day:{next(self.owners)}"
            claimed = claims.claim(tx, owner, now, 3600, None, busy)
            if claimed is None:
                return
            self._serve(tx, *claimed, owner)

    def _serve(self, tx: Tx, job: Job, history_id: int, owner: str) -> None:
        """Pay for a job's calls and settle it, as the worker would."""
        account, provider = job.account_id, job.provider
        at = max(self.clock.now(), self.free_at.get(account, MIDNIGHT))
        own, wanted = LIMITS[provider], calls_of(provider, job.operation, self.size.people)
        limits, left = Limits(own.concurrent, own.per_second, own.per_hour), wanted
        while left:
            grant = budgets.grant(tx, account, limits, Asked("day", left), at)
            if grant.spent:
                call = Call(provider, "GET", "https://provider.example/")
                fault = BudgetSpent(call, "spent", retry_after_s=grant.wait_s)
                outcome = decide(fault, job.attempt, at, 0.0)
                assert settle.fail(tx, Attempt(job, history_id, owner), fault, outcome, at)
                return
            left -= grant.calls
            self.calls[account, int((at - MIDNIGHT) / timedelta(hours=1))] += grant.calls
            at += timedelta(seconds=grant.wait_s or grant.calls / own.per_second)
        budgets.give_back(tx, account, "day", 0, 0)
        self.free_at[account] = at
        schedule.advance(tx, account, job.event_id, job.operation, succeeded_at=at)
        assert settle.complete(tx, Attempt(job, history_id, owner, calls=wanted), at)
        if job.operation is Operation.PARTICIPANTS and job.event_id is not None:
            self._note(job.event_id, at)

    def _note(self, event_id: int, at: datetime) -> None:
        one, gun = self.followed[event_id], self.guns[event_id]
        if one.last is not None and gun - NEAR <= one.last and at <= gun:
            gap = at - one.last
            one.longest = max(one.longest, gap)
            one.kept += gap <= MINUTE + SLACK
            one.late += gap > MINUTE + SLACK
        one.last = at


def made(file: Path, size: Size) -> Day:
    """Partners, accounts, events with their guns through the morning, links, and people."""
    clock = SteppedClock(MIDNIGHT)
    day = Day(Database.open(file, clock.machine), clock, size)
    with day.db.writer() as tx:
        partners = [tenants.add_partner(tx, f"P{n}", MIDNIGHT).id for n in range(size.partners)]
        for number, provider in enumerate(MIX):
            account = tenants.add_account(
                tx,
                partners[number % size.partners],
                provider,
                label=f"{provider.title} {number}",
                base_url=None,
                options={},
                vault_key=f"vault-{number}",
                now=MIDNIGHT,
            )
            day.providers[account.id] = provider
        _make_events(tx, day)
        tx.connection.execute(text(PEOPLE), {"people": size.people})
    return day


def _make_events(tx: Tx, day: Day) -> None:
    desks = [its for its, provider in day.providers.items() if provider.registers]
    timers = [its for its, provider in day.providers.items() if not provider.registers]
    for number in range(day.size.events):
        gun = MIDNIGHT + timedelta(hours=6, minutes=15 * (number % 21))
        races = (RaceRecord(f"r{number}", "10K", gun, 10_000.0, {}),)
        record = EventRecord(f"e{number}", f"Event {number}", "America/Chicago", gun, races, {})
        account = desks[number % len(desks)]
        _, (event_id,) = events.upsert_events(tx, account, [record], MIDNIGHT)
        (race,) = events.event(tx.connection, event_id).races
        events.link(
            tx,
            event_id,
            timers[number % len(timers)],
            EventRecord(f"s{number}", record.name, record.timezone, gun, races, {}),
            races={race.id: (f"r{number}", "10K")},
            options={},
            now=MIDNIGHT,
        )
        day.guns[event_id], day.account_of[event_id] = gun, account


def simulate(file: Path, size: Size) -> Day:
    """Let the day pass, a minute at a time."""
    day = made(file, size)
    day.clock.step(size.begins_h * 3600)
    for _ in range(int(size.hours * 60)):
        with day.db.writer() as tx:
            day.minute(tx)
        day.clock.step(MINUTE.total_seconds())
    day.db.close()
    return day


HEAD = """| registrations at | events | calls/h | busiest hour | kept their minute | longest gap | |
|---|---|---|---|---|---|---|"""


def report(day: Day) -> Iterator[str]:
    """One row for each registration account: what was kept, and what the budget forbids."""
    yield HEAD
    for account, provider in day.providers.items():
        own = [event for event, its in day.account_of.items() if its == account]
        if not own:
            continue
        followed = [day.followed[event] for event in own]
        kept, late = sum(one.kept for one in followed), sum(one.late for one in followed)
        longest = max(one.longest for one in followed)
        busiest = max(day.calls[account, hour] for hour in range(int(day.size.begins_h), 26))
        limit = LIMITS[provider].per_hour
        why = day.told.get(account, "everything within the budget")
        share = f"{100 * kept / max(1, kept + late):.0f} %"
        cells = (provider.title, len(own), f"{limit:,}" if limit else "none", f"{busiest:,}")
        yield f"| {' | '.join(map(str, (*cells, share, minutes(longest), why)))} |"


def minutes(span: timedelta) -> str:
    """A span as the report writes it."""
    return f"{math.ceil(span / timedelta(seconds=1)) / 60:.1f} min"
