"""Calls and slots of an account: never more than allowed, shared by processes, never lost."""

from __future__ import annotations

from datetime import datetime, timedelta

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


def ask_near(bench: Bench, wanted: int = 1) -> Grant:
    asked = Asked("a", wanted, near=True)
    return bench.write(budgets.grant, bench.runsignup, HOURLY, asked, bench.now)


def test_what_is_asked_for_by_hand_leaves_a_tenth_of_the_hour_to_a_gun_that_is_near(
    bench: Bench,
) -> None:
    assert ask_by_hand(bench, 60).calls == 60  # the gun is an hour and a half away
    bench.clock.step(31 * 60)
    assert ask_by_hand(bench, 40).calls == 30
    elsewhere = ask_by_hand(bench)
    assert elsewhere.spent
    soon = ask_near(bench, 5)
    assert soon.wait_s <= 240  # not the half hour after which other work goes on
    bench.clock.step(soon.wait_s)
    assert ask_near(bench, 5).calls == 5
    by_hand_for_the_gun = Asked("a", 9, by_hand=True, near=True)
    grant = bench.write(budgets.grant, bench.runsignup, HOURLY, by_hand_for_the_gun, bench.now)
    assert grant.calls == 5
    assert elsewhere.wait_s > 1800 - 60
    bench.clock.step(elsewhere.wait_s)
    assert ask_by_hand(bench).calls == 1


def left(bench: Bench) -> int:
    return bench.read(budgets.calls_left, bench.now)[bench.runsignup]


def test_the_schedule_takes_a_few_at_once_and_leaves_the_hour_to_what_is_asked_for_by_hand(
    bench: Bench,
) -> None:
    assert ask(bench, wanted=500).calls == 10
    spent = ask(bench)
    assert (spent.calls, spent.spent) == (0, True)
    assert ask_near(bench, 500).calls == 5
    assert ask_near(bench).spent
    assert left(bench) == 85
    assert ask_by_hand(bench, 80).calls == 80
    assert ask_by_hand(bench, 8).calls == 5
    hour = ask_by_hand(bench)
    assert hour.spent
    assert left(bench) == 0
    bench.clock.step(3600)
    assert ask_by_hand(bench).spent
    bench.clock.step(hour.wait_s - 3600)
    assert ask_by_hand(bench, 500).calls == 90  # the gun is near meanwhile


def test_what_the_schedule_spent_comes_back_evenly(bench: Bench) -> None:
    ask(bench, wanted=90)
    spent = ask(bench)
    assert spent.wait_s == pytest.approx(10 * 48)  # until it is worth while again
    bench.clock.step(spent.wait_s)
    assert ask(bench, wanted=90).calls == 10
    bench.clock.step(3 * 3600)
    assert left(bench) == 100


def test_a_clock_that_is_set_back_keeps_no_call_longer_than_an_hour(bench: Bench) -> None:
    assert ask_by_hand(bench, 100).calls == 100
    asked = Asked("a", 1, by_hand=True)
    before = bench.now - timedelta(hours=5)
    spent = bench.write(budgets.grant, bench.runsignup, HOURLY, asked, before)
    assert spent.spent
    assert spent.wait_s <= 63 * 60


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
    assert ask(bench, owner="a", wanted=6).calls == 6
    bench.write(budgets.give_back, bench.runsignup, "a", 0, 2)
    assert ask(bench, owner="b", wanted=50).calls == 4
    assert ask(bench, owner="a").spent
    assert ask(bench, owner="b").spent


def test_what_was_taken_and_not_used_is_given_back(bench: Bench) -> None:
    ask(bench, wanted=10)
    bench.clock.step(60)
    ask_near(bench, 5)
    bench.write(budgets.give_back, bench.runsignup, "a", 8, 0)
    assert left(bench) == 93
    assert ask(bench, wanted=90).calls == 4


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
        st.tuples(st.sampled_from("ab"), st.integers(1, 40), st.floats(0, 900), st.booleans()),
        max_size=40,
    )
)
def test_no_hour_wherever_it_begins_holds_more_than_the_limit(
    bench: Bench, steps: list[tuple[str, int, float, bool]]
) -> None:
    bench.execute("DELETE FROM account_lines")
    granted: list[tuple[datetime, int, bool]] = []
    for owner, wanted, passes, by_hand in steps:
        bench.clock.step(passes)
        asked = Asked(owner, wanted, by_hand=by_hand, near=wanted % 2 == 0)
        calls = bench.write(budgets.grant, bench.runsignup, HOURLY, asked, bench.now).calls
        granted.append((bench.now, calls, by_hand))
        hour = [one for one in granted if one[0] >= bench.now - timedelta(hours=1)]
        assert sum(calls for _at, calls, _by_hand in hour) <= 100
        by_schedule = sum(calls for _at, calls, by_hand in hour if not by_hand)
        assert by_schedule <= 100 * (1 - BY_HAND)
