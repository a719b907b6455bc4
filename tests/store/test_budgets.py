"""Calls and slots of an account: never more than allowed, shared by processes, never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from p88console.domain.jobs import Operation, Trigger
from p88console.domain.pacing import BY_HAND
from p88console.store.work import budgets, lines
from p88console.store.work.budgets import SLOTS_LAPSE_S, Asked, Grant, Limits
from tests.store.bench import Bench

HOURLY = Limits(concurrent=4, per_second=1000.0, per_hour=100)
PAIR = Limits(concurrent=2, per_second=1000.0, per_hour=None)


def ask(bench: Bench, limits: Limits = HOURLY, owner: str = "a", **asked: int) -> Grant:
    wanted = Asked(owner, asked.get("wanted", 1), asked.get("in_flight", 0))
    return bench.write(budgets.grant, bench.runsignup, limits, wanted, bench.now)


def ask_by_hand(bench: Bench, wanted: int = 1) -> Grant:
    asked = Asked("a", wanted, by_hand=True)
    return bench.write(budgets.grant, bench.runsignup, HOURLY, asked, bench.now)


def left(bench: Bench) -> int:
    return bench.read(budgets.calls_left, bench.now)[bench.runsignup]


def test_the_schedule_leaves_a_part_of_the_hour_to_what_is_asked_for_by_hand(bench: Bench) -> None:
    assert ask(bench, wanted=500).calls == 90
    spent = ask(bench)
    assert (spent.calls, spent.spent) == (0, True)
    assert left(bench) == 10
    assert ask_by_hand(bench, 8).calls == 8
    assert ask_by_hand(bench, 8).calls == 2
    assert ask_by_hand(bench).spent
    assert left(bench) == 0


def test_what_is_spent_comes_back_evenly_over_the_hour(bench: Bench) -> None:
    ask(bench, wanted=90)
    spent = ask(bench)
    assert spent.wait_s == pytest.approx(10 * 36)  # until it is worth while again
    bench.clock.step(spent.wait_s)
    assert ask(bench, wanted=90).calls == 10
    bench.clock.step(3 * 3600)
    assert left(bench) == 100


def test_nothing_is_claimed_for_a_spent_account_but_what_is_asked_for_by_hand(
    bench: Bench,
) -> None:
    ask(bench, wanted=90)
    wait = ask(bench).wait_s
    later = bench.key(Operation.RESULTS)  # the gun is still ahead
    scheduled = bench.enqueue(later, trigger=Trigger.SCHEDULE)
    assert bench.claim() is None
    assert bench.read(lines.impassable, [scheduled.job_id], bench.now) == {scheduled.job_id}
    assert bench.read(lines.network, bench.now).accounts[bench.runsignup] == "throttled by us"
    bench.enqueue(later, trigger=Trigger.OPERATOR)
    assert bench.claim() is not None
    bench.clock.step(wait)
    assert not bench.read(lines.impassable, [scheduled.job_id], bench.now)


def test_two_processes_spend_the_same_hour(bench: Bench) -> None:
    assert ask(bench, owner="a", wanted=50).calls == 50
    bench.write(budgets.give_back, bench.runsignup, "a", 0, 2)
    assert ask(bench, owner="b", wanted=50).calls == 40
    assert ask(bench, owner="a").spent
    assert ask(bench, owner="b").spent


def test_what_was_taken_and_not_used_is_given_back(bench: Bench) -> None:
    ask(bench, wanted=90)
    bench.write(budgets.give_back, bench.runsignup, "a", 30, 0)
    assert left(bench) == 40


def test_calls_a_second_are_a_budget_of_their_own(bench: Bench) -> None:
    limits = Limits(concurrent=4, per_second=5.0, per_hour=None)
    assert ask(bench, limits, wanted=20).calls == 5
    empty = ask(bench, limits, wanted=20)
    assert (empty.calls, empty.spent) == (0, False)
    assert empty.wait_s == pytest.approx(0.2)
    bench.clock.step(empty.wait_s)
    assert ask(bench, limits, wanted=20).calls == 1


def test_less_than_a_call_a_second_still_lets_one_through(bench: Bench) -> None:
    limits = Limits(concurrent=1, per_second=0.1, per_hour=None)
    assert ask(bench, limits).calls == 1
    assert ask(bench, limits).wait_s == pytest.approx(10)


def test_concurrent_calls_are_shared_fairly_between_processes(bench: Bench) -> None:
    assert ask(bench, PAIR, "a").slots == 2
    waiting = ask(bench, PAIR, "b")
    assert (waiting.slots, waiting.calls) == (0, 0)
    shared = ask(bench, PAIR, "a", in_flight=1)
    assert (shared.slots, shared.alone) == (1, False)
    assert ask(bench, PAIR, "b").slots == 1
    assert bench.read(budgets.slots_in_use, bench.runsignup) == 2


def test_slots_are_free_again_when_given_back_lapsed_or_their_process_is_no_more(
    bench: Bench,
) -> None:
    ask(bench, PAIR, "a")
    bench.write(budgets.give_back, bench.runsignup, "a", 0, 0)
    assert ask(bench, PAIR, "b").slots == 2
    bench.clock.step(SLOTS_LAPSE_S + 1)
    assert ask(bench, PAIR, "c").slots == 2
    asked = Asked("d", 1, is_dead=lambda owner: owner == "c")
    grant = bench.write(budgets.grant, bench.runsignup, PAIR, asked, bench.now)
    assert grant.slots == 2


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(1, 40), st.floats(0, 1200), st.booleans()),
        max_size=25,
    )
)
def test_no_sequence_of_asking_gets_more_than_the_hour_has(
    bench: Bench, steps: list[tuple[str, int, float, bool]]
) -> None:
    bench.execute("DELETE FROM account_lines")
    began, taken, by_schedule = bench.now, 0, 0
    for owner, wanted, passes, by_hand in steps:
        bench.clock.step(passes)
        asked = Asked(owner, wanted, by_hand=by_hand)
        grant = bench.write(budgets.grant, bench.runsignup, HOURLY, asked, bench.now)
        taken += grant.calls
        by_schedule += 0 if by_hand else grant.calls
        refilled = 100 * ((bench.now - began) / timedelta(hours=1))
        assert taken <= 100 + refilled + 0.01
        assert by_schedule <= 100 * (1 - BY_HAND) + refilled + 0.01
