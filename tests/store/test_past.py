"""The History: attempts narrowed by how they ended, each one whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from p88console.domain.errors import Call, NotSent, P88Error, Rejected, Transient, UsageFault
from p88console.domain.jobs import Counts, Operation, Trigger
from p88console.domain.model import Provider
from p88console.domain.outcome import decide
from p88console.store.windows import past
from p88console.store.windows.past_rows import PastFacet, PastQuery
from p88console.store.work import settle
from tests.store.bench import Bench

CALL = Call(Provider.RUNSIGNUP, "GET", "https://api.runsignup.com/rest/races")


def fail(bench: Bench, fault: P88Error) -> int:
    bench.clock.step(3600)
    attempt = bench.claimed()
    outcome = decide(fault, attempt.job.attempt, bench.now, 0.0)
    bench.write(settle.fail, attempt, fault, outcome, bench.now)
    return attempt.job.id


def complete(bench: Bench, *, partial: bool = False) -> int:
    attempt = bench.claimed(bench.key(Operation.RESULTS, account=bench.copernico))
    attempt = replace(attempt, counts=Counts(received=3), partial=partial)
    bench.write(settle.complete, attempt, bench.now)
    return attempt.job.id


def morning(bench: Bench) -> None:
    """One attempt of each kind."""
    complete(bench)
    complete(bench, partial=True)
    fail(bench, Rejected(CALL, "Race not found."))
    fail(bench, Transient(CALL, "a fault of its own"))
    fail(bench, NotSent(CALL, "no network"))


def states(bench: Bench, query: PastQuery) -> Iterable[str]:
    rows = bench.read(past.page, query, 0, 100)
    assert bench.read(past.count, query) == len(rows)
    for number, row in enumerate(rows):
        assert bench.read(past.place, query, row.id) == number
        assert bench.read(past.page, query, number, 1) == [row]
    return [row.state for row in rows]


@pytest.mark.parametrize(
    ("facet", "count"),
    [
        (PastFacet.ALL, 5),
        (PastFacet.DONE, 1),
        (PastFacet.PARTIAL, 1),
        (PastFacet.FAILED, 2),
        (PastFacet.NOT_SENT, 1),
        (PastFacet.UNHEARD, 0),
        (PastFacet.HELD, 0),
        (PastFacet.BY_HAND, 0),
    ],
)
def test_each_facet_holds_what_it_says(bench: Bench, facet: PastFacet, count: int) -> None:
    morning(bench)
    assert len(list(states(bench, PastQuery(facet=facet)))) == count
    counts = bench.read(past.facet_counts, None, None)
    assert facet is PastFacet.DONE or counts[facet] == count


def test_what_a_person_asked_for_is_told_apart(bench: Bench) -> None:
    asked = bench.enqueue(trigger=Trigger.OPERATOR)
    bench.claim(only=[asked.job_id])
    assert list(states(bench, PastQuery(facet=PastFacet.BY_HAND))) == ["running"]


def test_attempts_are_narrowed_by_event_account_and_text(bench: Bench) -> None:
    morning(bench)
    assert len(list(states(bench, PastQuery(event_id=bench.event)))) == 5
    assert len(list(states(bench, PastQuery(event_id=bench.other_event)))) == 0
    assert len(list(states(bench, PastQuery(account_id=bench.copernico)))) == 2
    assert len(list(states(bench, PastQuery(text="race not found")))) == 1
    assert len(list(states(bench, PastQuery(account_id=bench.copernico, text="found")))) == 0


def test_one_attempt_is_told_whole(bench: Bench) -> None:
    job_id = fail(bench, Transient(CALL, "a fault of its own"))
    (row,) = bench.read(past.page, PastQuery(), 0, 10)
    story = bench.read(past.attempt, row.id)
    assert (story.job_id, story.attempt, story.attempts) == (job_id, 1, 1)
    assert (story.provider, story.account_label, story.event_name) == (
        "runsignup",
        "RunSignUp",
        "Lakeside Half",
    )
    assert story.error is not None
    assert "a fault of its own" in story.error["title"]
    assert story.job_state == "pending"
    with pytest.raises(UsageFault):
        bench.read(past.attempt, 4711)
