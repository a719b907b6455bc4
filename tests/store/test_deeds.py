"""What operators did, as the console's action log reads it."""

from __future__ import annotations

from p88console.domain.jobs import Trigger
from p88console.store.people import edits
from p88console.store.people.edits import Act, Hand
from p88console.store.windows import deeds
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
