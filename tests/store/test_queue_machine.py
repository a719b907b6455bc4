"""Any order of events leaves the queue sound: hypothesis plays operator, engines, crashes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from p88console.domain.errors import (
    Ambiguous,
    Call,
    NotSent,
    ProviderFault,
    Rejected,
    Transient,
    Unauthorized,
)
from p88console.domain.jobs import Direction, JobKey, Operation, Trigger
from p88console.domain.model import Provider
from p88console.domain.outcome import decide
from p88console.store.work import holds, leases, queue, settle, turns
from p88console.store.work.settle import Attempt
from p88console.store.work.turns import Wanted
from tests.store.bench import LEASE_S, Bench, set_up
from tests.support.clock import SteppedClock

CALL = Call(Provider.RUNSIGNUP, "POST", "https://api.runsignup.com/rest/races")
KINDS: tuple[type[ProviderFault], ...] = (NotSent, Transient, Ambiguous, Rejected, Unauthorized)

MORE_THAN_ONE_OPEN = """
SELECT count(*) FROM sync_queue WHERE state IN ('pending', 'running', 'verify', 'held')
GROUP BY account_id, coalesce(event_id, 0), operation, direction HAVING count(*) > 1
"""
MORE_THAN_ONE_RUNNING = """
SELECT count(*) FROM sync_queue WHERE state = 'running'
GROUP BY account_id, coalesce(event_id, 0) HAVING count(*) > 1
"""
RUNNING_WITHOUT_ONE_OPEN_ATTEMPT = """
SELECT id FROM sync_queue AS job WHERE (state = 'running') <> (1 = (
    SELECT count(*) FROM sync_history WHERE job_id = job.id AND state = 'running'
))
"""
SETTLED_WITHOUT_END = (
    "SELECT id FROM sync_history WHERE (state = 'running') <> (finished_at IS NULL)"
)
HELD_BUT_RUNNABLE = """
SELECT job.id FROM sync_queue AS job JOIN accounts ON accounts.id = job.account_id
WHERE job.state = 'held' AND accounts.held_since IS NULL
"""


class QueueMachine(RuleBasedStateMachine):
    """The queue of one database, used by two engines and an operator."""

    fresh: Callable[[], AbstractContextManager[Path | str]]

    def __init__(self) -> None:
        super().__init__()
        self.database = type(self).fresh()
        self.bench: Bench = set_up(self.database.__enter__(), SteppedClock())
        self.running: list[Attempt] = []
        self.claims = 0
        self.settled: dict[int, str] = {}

    def teardown(self) -> None:
        self.bench.db.close()
        self.database.__exit__(None, None, None)

    def _key(self, place: int) -> JobKey:
        accounts = (self.bench.runsignup, self.bench.copernico)
        events = (self.bench.event, None)
        return JobKey(
            accounts[place & 1],
            events[(place >> 1) & 1],
            (Operation.PARTICIPANTS, Operation.RESULTS)[(place >> 2) & 1],
            (Direction.PULL, Direction.PUSH)[(place >> 3) & 1],
        )

    @rule(place=st.integers(0, 15), trigger=st.sampled_from(Trigger), more=st.booleans())
    def ask(self, place: int, trigger: Trigger, *, more: bool) -> None:
        key = self._key(place)
        now = self.bench.now
        asked = self.bench.write(queue.enqueue, key, trigger, now, more=more)
        assert self.bench.job(asked.job_id).key == key

    @rule(owner=st.sampled_from(["one", "two"]))
    def take(self, owner: str) -> None:
        attempt = self.bench.claim(f"{owner}:{self.claims}")
        if attempt is not None:
            self.claims += 1
            self.running.append(attempt)

    @rule(which=st.integers(0, 9), lost=st.booleans())
    def finish(self, which: int, *, lost: bool) -> None:
        attempt = self._pick(which)
        if attempt is None:
            return
        if lost:
            stranger = replace(attempt, owner="stranger")
            assert not self.bench.write(settle.complete, stranger, self.bench.now)
            self.running.append(attempt)
        else:
            self.bench.write(settle.complete, attempt, self.bench.now)

    @rule(which=st.integers(0, 9))
    def finish_and_go_on(self, which: int) -> None:
        attempt = self._pick(which)
        if attempt is None:
            return
        wanted = Wanted(f"one:{self.claims}", LEASE_S)
        _, taken = self.bench.write(turns.end_and_take, attempt, self.bench.now, wanted)
        if taken is not None:
            self.claims += 1
            self.running.append(Attempt(*taken, wanted.owner))

    @rule(which=st.integers(0, 9), kind=st.sampled_from(KINDS), chance=st.floats(0, 0.99))
    def break_off(self, which: int, kind: type[ProviderFault], chance: float) -> None:
        attempt = self._pick(which)
        if attempt is not None:
            fault = kind(CALL, "broken")
            outcome = decide(fault, attempt.job.attempt, self.bench.now, chance)
            self.bench.write(settle.fail, attempt, fault, outcome, self.bench.now)

    @rule(which=st.integers(0, 9))
    def hand_back(self, which: int) -> None:
        attempt = self._pick(which)
        if attempt is not None:
            self.bench.write(settle.hand_back, attempt, self.bench.now)

    @rule(seconds=st.sampled_from([1, 30, 120, 600]))
    def wait(self, seconds: int) -> None:
        self.bench.clock.step(seconds)

    @rule(dead=st.sampled_from(["one", "two", "nobody"]))
    def rescue(self, dead: str) -> None:
        self.bench.write(leases.rescue, self.bench.now, lambda owner: owner.startswith(dead))

    @rule(ids=st.lists(st.integers(1, 20), max_size=4))
    def cancel(self, ids: list[int]) -> None:
        self.bench.write(queue.cancel, ids, self.bench.now)

    @rule(ids=st.lists(st.integers(1, 20), max_size=4))
    def retry(self, ids: list[int]) -> None:
        for job_id in self.bench.write(queue.retry_now, ids, self.bench.now):
            assert self.bench.job(job_id).due_at == self.bench.now

    @rule(first=st.booleans())
    def hold(self, *, first: bool) -> None:
        account = self.bench.runsignup if first else self.bench.copernico
        self.bench.write(holds.hold_account, account, "401", self.bench.now)

    @rule(first=st.booleans())
    def resume(self, *, first: bool) -> None:
        account = self.bench.runsignup if first else self.bench.copernico
        self.bench.write(holds.resume_account, account, self.bench.now)

    def _pick(self, which: int) -> Attempt | None:
        return self.running.pop(which % len(self.running)) if self.running else None

    @invariant()
    def no_key_is_open_twice(self) -> None:
        assert self.bench.rows(MORE_THAN_ONE_OPEN) == []

    @invariant()
    def no_event_of_an_account_runs_twice(self) -> None:
        assert self.bench.rows(MORE_THAN_ONE_RUNNING) == []

    @invariant()
    def every_claim_has_exactly_one_attempt(self) -> None:
        assert self.bench.count("SELECT count(*) FROM sync_history") == self.claims
        assert self.bench.rows(RUNNING_WITHOUT_ONE_OPEN_ATTEMPT) == []

    @invariant()
    def what_is_settled_has_an_end_and_stays_as_it_is(self) -> None:
        assert self.bench.rows(SETTLED_WITHOUT_END) == []
        rows = self.bench.rows("SELECT * FROM sync_history WHERE state <> 'running' ORDER BY id")
        now = {row["id"]: repr(row) for row in rows}
        assert {its_id: now.get(its_id) for its_id in self.settled} == self.settled
        self.settled = now

    @invariant()
    def nobody_waits_for_a_person_without_a_reason(self) -> None:
        assert self.bench.rows(HELD_BUT_RUNNABLE) == []

    @invariant()
    def attempts_are_counted(self) -> None:
        assert self.bench.count("SELECT count(*) FROM sync_queue WHERE attempt < 0") == 0


@contextmanager
def fresh_file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "p88.db"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_any_order_of_events_leaves_the_queue_sound(
    request: pytest.FixtureRequest, kind: str
) -> None:
    class Machine(QueueMachine):
        fresh = fresh_file
        if kind == "postgresql":
            fresh = request.getfixturevalue("postgres_server").database

    Machine.TestCase.settings = settings(
        max_examples=15,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    Machine.TestCase().runTest()


def test_the_clock_of_leases_is_the_machines(bench: Bench) -> None:
    bench.clock.speed = 60.0
    bench.claimed()
    bench.clock.step(timedelta(minutes=30).total_seconds())
    rescued = bench.write(leases.rescue, bench.now)
    assert rescued == 0
    bench.clock.step(60 * LEASE_S)
    assert bench.write(leases.rescue, bench.now) == 1
