"""Rows of the schedule, marks of listings, and the one lease of the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from p88console.domain.jobs import Operation
from p88console.store.work import engines, schedule
from p88console.store.work.engines import Holder
from p88console.store.work.schedule import Due, Mark
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


def holder(bench: Bench, owner: str) -> Holder:
    return Holder(owner, "laptop", 4711, bench.now)


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


def owners(bench: Bench) -> list[str]:
    return [one.owner for one in bench.read(engines.living)]


def join(bench: Bench, owner: str, *, several: bool = False, dead: str = "") -> Holder | None:
    def is_dead(other: str) -> bool:
        return other == dead

    return bench.write(engines.join, holder(bench, owner), 60.0, is_dead, several=several)


def test_one_process_at_a_time_runs_the_engine(bench: Bench) -> None:
    assert join(bench, "one") is None
    bars = join(bench, "two")
    assert bars is not None
    assert bars.owner == "one"
    assert owners(bench) == ["one"]


def test_an_engine_renews_its_lease(bench: Bench) -> None:
    join(bench, "one")
    bench.clock.step(50)
    assert join(bench, "one") is None
    bench.clock.step(50)
    assert owners(bench) == ["one"]


def test_a_lease_that_ran_out_is_anybodys(bench: Bench) -> None:
    join(bench, "one")
    bench.clock.step(61)
    assert owners(bench) == []
    assert join(bench, "two") is None
    assert join(bench, "one") is not None


def test_a_lease_given_back_is_free_at_once_and_only_its_owner_gives_it(bench: Bench) -> None:
    join(bench, "one")
    bench.write(engines.release, "two")
    assert owners(bench) == ["one"]
    bench.write(engines.release, "one")
    assert owners(bench) == []


def test_the_lease_of_a_dead_process_is_taken_over(bench: Bench) -> None:
    join(bench, "dead")
    assert join(bench, "me") is not None
    assert join(bench, "me", dead="dead") is None
    assert owners(bench) == ["me"]


def test_of_several_engines_the_first_leads_until_it_is_gone(bench: Bench) -> None:
    for name in ("one", "two", "three"):
        assert join(bench, name, several=True) is None
    assert owners(bench)[0] == "one"
    assert [bench.read(engines.leads, name) for name in ("one", "two")] == [True, False]
    bench.write(engines.release, "one")
    assert bench.read(engines.leaderless)
    assert join(bench, "three", several=True) is None
    assert [bench.read(engines.leads, name) for name in ("one", "two", "three")] == [
        False,
        False,
        True,
    ]


def test_a_leader_that_was_silent_too_long_comes_back_as_one_of_many(bench: Bench) -> None:
    join(bench, "one", several=True)
    bench.clock.step(61)
    assert not bench.read(engines.leads, "one")
    join(bench, "two", several=True)
    assert join(bench, "one", several=True) is None
    assert owners(bench) == ["two", "one"]
    assert bench.count("SELECT count(*) FROM engine_leases WHERE leads") == 1
