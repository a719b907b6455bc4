"""Jobs: counts, priorities and keys."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.jobs import (
    CLAIMABLE_STATES,
    COUNT_NAMES,
    FINAL_STATES,
    OPEN_STATES,
    Counts,
    Direction,
    Job,
    JobKey,
    JobState,
    Operation,
    Priority,
    Trigger,
    scheduled_priority,
)
from p88console.domain.model import Provider

counts = st.builds(Counts, **{name: st.integers(0, 99) for name in COUNT_NAMES})


@given(counts, counts, counts)
def test_counts_add_up_field_by_field_in_any_order(a: Counts, b: Counts, c: Counts) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + Counts() == a
    both = (a + b).as_dict()
    assert both == {name: a.as_dict()[name] + b.as_dict()[name] for name in COUNT_NAMES}


def test_counts_print_in_the_order_of_the_contract() -> None:
    assert list(Counts().as_dict()) == [
        "received",
        "created",
        "updated",
        "unchanged",
        "removed",
        "quarantined",
        "conflicts",
        "refused",
        "sent",
        "verified",
    ]


@pytest.mark.parametrize("name", COUNT_NAMES)
def test_only_quarantine_conflicts_and_refusals_need_a_person(name: str) -> None:
    counted = Counts(**{name: 1})
    assert counted.needs_person == (name in ("quarantined", "conflicts", "refused"))


def test_every_state_is_either_open_or_final() -> None:
    assert set(OPEN_STATES) | set(FINAL_STATES) == set(JobState)
    assert not set(OPEN_STATES) & set(FINAL_STATES)
    assert set(CLAIMABLE_STATES) < set(OPEN_STATES)


def test_manual_work_comes_first_then_registrations_then_results() -> None:
    pulled = {one: scheduled_priority(one, Direction.PULL) for one in Operation}
    assert pulled == {
        Operation.EVENTS: 3,
        Operation.PARTICIPANTS: 3,
        Operation.RESULTS: 5,
    }
    assert scheduled_priority(Operation.PARTICIPANTS, Direction.PUSH) == 3
    assert scheduled_priority(Operation.RESULTS, Direction.PUSH) == 7
    assert min(pulled.values()) > Priority.MANUAL


def test_a_job_knows_its_key() -> None:
    job = Job(
        id=1,
        partner_id=1,
        account_id=2,
        provider=Provider.RUNSIGNUP,
        event_id=3,
        operation=Operation.PARTICIPANTS,
        direction=Direction.PULL,
        state=JobState.PENDING,
        priority=3,
        due_at=datetime(2026, 10, 17, tzinfo=UTC),
        attempt=0,
        trigger=Trigger.SCHEDULE,
    )
    assert job.key == JobKey(2, 3, Operation.PARTICIPANTS, Direction.PULL)
