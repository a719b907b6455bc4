"""Rows of the schedule, marks of listings, and the one lease of the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from p88console.domain.jobs import Operation
from p88console.store import engines, schedule
from p88console.store.engines import Holder
from p88console.store.schedule import Due, Mark
from tests.store.bench import Bench

MINUTE = timedelta(minutes=1)
Slot = tuple[int, int | None, Operation]


def due(bench: Bench, event: int | None = None, minutes: int = 0) -> Due:
    return Due(
        bench.runsignup,
        event,
        Operation.PARTICIPANTS,
        None,
        bench.now + minutes * MINUTE,
        4 * 60 * MINUTE,
        "gun more than 24 h away",
    )


def holder(bench: Bench, owner: str, until: float = 60.0) -> Holder:
    return Holder(owner, "laptop", 4711, bench.now, bench.clock.machine() + until)


def advance(bench: Bench, slot: Slot, **changes: datetime | None) -> None:
    account, event, operation = slot
    with bench.db.writer() as tx:
        schedule.advance(tx, account, event, operation, **changes)


def test_a_row_is_written_once_for_each_account_event_and_operation(bench: Bench) -> None:
    rows = [due(bench, bench.event, 3), due(bench, None, 1), due(bench, bench.other_event, 2)]
    for _ in range(2):
        bench.write(schedule.write, rows)
    assert bench.read(schedule.rows) == [rows[1], rows[2], rows[0]]


def test_a_row_that_changed_is_written_over(bench: Bench) -> None:
    before = due(bench, bench.event)
    after = replace(before, interval=MINUTE, reason="gun less than 4 h away", enqueued_at=bench.now)
    bench.write(schedule.write, [before])
    bench.write(schedule.write, [after])
    assert bench.read(schedule.rows) == [after]


def test_forgetting_takes_away_exactly_that_row(bench: Bench) -> None:
    rows = [due(bench, None), due(bench, bench.event)]
    bench.write(schedule.write, rows)
    bench.write(schedule.forget, [rows[0]])
    assert bench.read(schedule.rows) == [rows[1]]


def test_a_mark_moves_only_in_what_is_said(bench: Bench) -> None:
    slot: Slot = (bench.runsignup, bench.event, Operation.PARTICIPANTS)
    assert bench.read(schedule.mark, *slot) == Mark()
    advance(bench, slot, watermark=bench.now, succeeded_at=bench.now)
    later = bench.clock.step(60)
    advance(bench, slot, succeeded_at=later)
    assert bench.read(schedule.mark, *slot) == Mark(later - MINUTE, None, later)


def test_marks_of_the_account_and_of_its_events_are_kept_apart(bench: Bench) -> None:
    whole: Slot = (bench.runsignup, None, Operation.EVENTS)
    one = (bench.runsignup, bench.event, Operation.EVENTS)
    advance(bench, whole, watermark=bench.now)
    assert bench.read(schedule.mark, *one) == Mark()
    advance(bench, whole, watermark=None)
    assert bench.read(schedule.mark, *whole) == Mark()
    assert bench.count("SELECT count(*) FROM pull_marks") == 1


def test_one_process_at_a_time_runs_the_engine(bench: Bench) -> None:
    machine = bench.clock.machine()
    assert bench.write(engines.take, holder(bench, "one"), machine)
    assert not bench.write(engines.take, holder(bench, "two"), machine)
    found = bench.read(engines.holder, machine)
    assert found is not None
    assert found.owner == "one"


def test_the_holder_renews_its_lease(bench: Bench) -> None:
    bench.write(engines.take, holder(bench, "one"), bench.clock.machine())
    bench.clock.step(50)
    assert bench.write(engines.take, holder(bench, "one"), bench.clock.machine())
    bench.clock.step(50)
    assert bench.read(engines.holder, bench.clock.machine()) is not None


def test_a_lease_that_ran_out_is_anybodys(bench: Bench) -> None:
    bench.write(engines.take, holder(bench, "one"), bench.clock.machine())
    bench.clock.step(61)
    assert bench.read(engines.holder, bench.clock.machine()) is None
    assert bench.write(engines.take, holder(bench, "two"), bench.clock.machine())


def test_a_lease_given_back_is_free_at_once_and_only_its_owner_gives_it(bench: Bench) -> None:
    machine = bench.clock.machine()
    bench.write(engines.take, holder(bench, "one"), machine)
    bench.write(engines.release, "two")
    assert bench.read(engines.holder, machine) is not None
    bench.write(engines.release, "one")
    assert bench.read(engines.holder, machine) is None


def test_the_lease_of_a_dead_process_is_taken_over(bench: Bench) -> None:
    machine = bench.clock.machine()
    bench.write(engines.take, holder(bench, "dead"), machine)
    alive = bench.write(engines.take_over, holder(bench, "me"), machine, lambda _: False)
    assert alive is not None
    assert alive.owner == "dead"
    assert bench.write(engines.take_over, holder(bench, "me"), machine, lambda _: True) is None
    found = bench.read(engines.holder, machine)
    assert found is not None
    assert found.owner == "me"
