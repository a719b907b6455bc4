"""What operators did, as the console's action log reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from p88console.domain.errors import UsageFault
from p88console.domain.jobs import JobState, Trigger
from p88console.domain.policy import PLAIN
from p88console.store.people import edits, undo
from p88console.store.people.edits import Act, Hand
from p88console.store.tenancy import tenants
from p88console.store.windows import deeds
from p88console.store.work import queue, steering
from tests.store.bench import Bench


def test_acts_and_work_asked_for_stand_in_one_order(bench: Bench) -> None:
    hand = Hand("ada", "console", bench.now)
    bench.write(edits.open_action, hand, Act(bench.event, "edit", "bib of Ada: 512"), [])
    bench.clock.step(60)
    asked = bench.enqueue(trigger=Trigger.OPERATOR)
    work, act = bench.read(deeds.newest, 10)
    assert (work.job_id, work.state, work.who) == (asked.job_id, "pending", "")
    assert (act.summary, act.who, act.undone_at) == ("bib of Ada: 512", "ada", None)
    assert [deed.id for deed in bench.read(deeds.newest, 1)] == [work.id]


def test_work_that_is_steered_is_told_and_can_be_taken_back(bench: Bench) -> None:
    hand = Hand("ada", "console", bench.now)
    asked = bench.write(queue.enqueue, bench.key(), Trigger.OPERATOR, bench.now, by=hand.operator)
    assert bench.job(asked.job_id).asked_by == hand.operator
    bench.write(steering.snooze, hand, [asked.job_id], timedelta(minutes=15))
    bench.write(steering.cancel, hand, [asked.job_id])
    bench.write(steering.hold, hand, bench.runsignup)
    told = {deed.summary.rpartition(": ")[2] for deed in bench.read(deeds.newest, 10)}
    assert {"put off for 15:00", "cancelled", "lane held"} <= told
    for _ in range(3):
        bench.write(undo.undo, hand, lambda _event: PLAIN)
    job = bench.job(asked.job_id)
    assert (job.state, job.due_at) == (JobState.PENDING, hand.now)
    assert bench.read(tenants.account, bench.runsignup).held_since is None


def test_a_lane_that_was_let_go_on_stays_so(bench: Bench) -> None:
    hand = Hand("ada", "console", bench.now)
    bench.write(steering.hold, hand, bench.runsignup)
    bench.write(steering.resume, hand, bench.runsignup)
    with pytest.raises(UsageFault, match="nothing to take back"):
        bench.write(undo.undo, hand, lambda _event: PLAIN)
