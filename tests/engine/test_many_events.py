"""644 events on one account's budget: the gun in ten minutes keeps its minute, nobody starves."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from p88console.domain.errors import BudgetSpent, Call
from p88console.domain.jobs import JobState, Operation
from p88console.domain.model import Provider, RaceRecord
from p88console.domain.outcome import WaitForBudget
from p88console.engine import timetable
from p88console.store.tenancy import events
from p88console.store.work import budgets, claims, nearness, schedule, settle
from p88console.store.work.budgets import Asked, Limits
from p88console.store.work.settle import Attempt
from p88console.system.settings import Settings
from tests.store.bench import Bench, event_record, set_up
from tests.support.clock import SteppedClock

EVENTS = 644
PER_HOUR = 1000
CALLS = 2
LIMITS = Limits(concurrent=2, per_second=20, per_hour=PER_HOUR)
CALL = Call(Provider.RUNSIGNUP, "GET", "https://api.runsignup.com/rest/race")
RHYTHM = Settings().cadence_of


@pytest.fixture
def morning(tmp_path: Path) -> Bench:
    """One event with its gun in ten minutes among many that are weeks away."""
    bench = set_up(tmp_path / "p88console.db", SteppedClock())
    far = bench.now + timedelta(days=30)
    records = [
        replace(
            event_record(str(number)),
            starts_at=gun,
            races=(RaceRecord(f"{number}-1", "10K", gun, 10000.0, {}),),
        )
        for number in range(1000, 1000 + EVENTS)
        for gun in [bench.now + timedelta(minutes=10) if number == 1500 else far]
    ]
    with bench.db.writer() as tx:
        events.upsert_events(tx, bench.runsignup, records, bench.now)
    return bench


class Account:
    """Works on what is claimed, call by call, as the account's budget allows."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.calls: list[datetime] = []
        self.pulls: dict[int, list[datetime]] = defaultdict(list)

    def work_until(self, end: datetime) -> None:
        """One job after the other; time passes with each call, and where nothing is due."""
        bench = self.bench
        while bench.now < end:
            attempt = bench.claim()
            if attempt is None:
                bench.clock.reach(end)
                return
            near = bench.read(nearness.is_near, attempt.job.id, bench.now)
            self._work(attempt, Asked("me", 1, near=near))

    def _work(self, attempt: Attempt, asked: Asked) -> None:
        bench, job = self.bench, attempt.job
        calls = CALLS if job.account_id == bench.runsignup else 0
        for _ in range(calls):
            grant = bench.write(budgets.grant, job.account_id, LIMITS, asked, bench.now)
            if grant.spent:
                wait = WaitForBudget(bench.now + timedelta(seconds=grant.wait_s))
                spent = BudgetSpent(CALL, "the calls of this hour are used up")
                bench.write(settle.fail, attempt, spent, wait, bench.now)
                return
            self.calls.append(bench.now)
            bench.clock.step(0.4)
        bench.write(settle.complete, replace(attempt, calls=calls), bench.now)
        if job.operation is Operation.PARTICIPANTS:
            self.pulls[job.event_id or 0].append(bench.now)


def most_in_an_hour(calls: list[datetime]) -> int:
    """The calls of the fullest hour, wherever it begins."""
    return max(bisect_right(calls, at + timedelta(hours=1)) - i for i, at in enumerate(calls))


def sweep(bench: Bench) -> None:
    found = bench.read(timetable.look, RHYTHM, bench.now)
    bench.write(timetable.carry_out, found, bench.now)


def test_the_nearest_gun_keeps_its_minute_and_nobody_starves(morning: Bench) -> None:
    """D27."""
    bench, account = morning, Account(morning)
    [near] = [one.id for one in bench.read(events.events) if one.provider_event_id == "1500"]
    began = bench.now
    while bench.now < began + timedelta(minutes=71):
        sweep(bench)
        account.work_until(bench.now + timedelta(seconds=20))
    while len(account.pulls) < EVENTS + 2 and bench.now < began + timedelta(hours=3):
        account.work_until(bench.now + timedelta(minutes=2))
    pulls = [began, *account.pulls[near]]
    # it goes on each minute until an hour after the start
    followed = [at for at in pulls if at <= began + timedelta(minutes=70)]
    gaps = [after - before for before, after in pairwise(followed)]
    assert max(gaps) <= timedelta(seconds=85)
    assert len(gaps) >= 45
    assert len(account.pulls) == EVENTS + 2  # the bench has two of its own
    assert most_in_an_hour(account.calls) <= PER_HOUR
    assert not bench.rows("SELECT id FROM sync_queue WHERE state = :s", s=JobState.HELD.value)
    bench.db.close()


def test_a_budget_that_cannot_serve_all_is_stretched_fairly_and_said(morning: Bench) -> None:
    """D27."""
    bench = morning
    bench.write(budgets.grant, bench.runsignup, Limits(2, 20, 200), Asked("me", 1), bench.now)
    sweep(bench)
    rows = {
        row.event_id: row
        for row in bench.read(schedule.rows)
        if row.operation is Operation.PARTICIPANTS
    }
    [near] = [one.id for one in bench.read(events.events) if one.provider_event_id == "1500"]
    everyday = rows[near]
    assert (everyday.interval, everyday.reason) == (timedelta(minutes=1), "gun less than 4 h away")
    stretched = [row for row in rows.values() if row.event_id != near]
    assert len({row.interval for row in stretched if "more than" in row.reason}) == 1
    assert all(row.interval > timedelta(hours=4) for row in stretched if "more than" in row.reason)
    told = stretched[-1].reason
    assert told.endswith("; stretched from 4 h: 200 calls an hour for 646 events"), told
    bench.db.close()


def test_what_follows_a_gun_of_this_day_is_claimed_first(morning: Bench) -> None:
    """D27."""
    sweep(morning)
    first = morning.claim()
    assert first is not None
    found = morning.read(events.event, first.job.event_id or 0)
    assert any(timedelta(0) < gun - morning.now < timedelta(hours=4) for gun in found.guns)
    assert morning.read(claims.next_due, morning.now) is not None
    morning.db.close()
