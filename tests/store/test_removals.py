"""Registrations that no longer stand: quarantine first, then removal, unless it is too many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from p88console.domain.jobs import Counts
from p88console.domain.model import ParticipantStatus, RemovalRecord
from p88console.store.database.db import Tx
from p88console.store.mirror import nameless, removals
from tests.store.bench import PULL_SOURCE, Bench, ada


def gone(*provider_ids: str) -> list[RemovalRecord]:
    return [RemovalRecord(its_id, ParticipantStatus.REMOVED) for its_id in provider_ids]


def pull(bench: Bench, listed: list[RemovalRecord]) -> Counts:
    return bench.write(
        removals.note_removals, bench.event, listed, PULL_SOURCE, bench.clock.step(60)
    )


def crowd(bench: Bench, size: int) -> list[str]:
    ids = [str(number) for number in range(1, size + 1)]
    bench.mirror(*(ada(its_id, bib=its_id) for its_id in ids))
    return ids


def test_the_first_word_of_a_removal_only_quarantines(bench: Bench) -> None:
    bench.mirror(ada())
    assert pull(bench, gone("1")) == Counts(received=1, quarantined=1)
    assert bench.person()["status"] == "active"
    assert bench.read(removals.quarantined_count, bench.event) == 1


def test_a_later_pull_that_agrees_removes_softly_with_the_reason(bench: Bench) -> None:
    bench.mirror(ada())
    pull(bench, gone("1"))
    assert pull(bench, gone("1")) == Counts(received=1, removed=1)
    person = bench.person()
    assert (person["status"], person["status_reason"]) == ("removed", "RunSignUp says removed")
    assert person["bib"] == "512"
    assert bench.read(removals.quarantined_count) == 0
    assert bench.rows("SELECT field, before, after, who FROM participant_changes") == [
        {"field": "status", "before": "active", "after": "removed", "who": "RunSignUp"}
    ]


def test_a_removal_that_was_applied_is_not_applied_again(bench: Bench) -> None:
    bench.mirror(ada())
    for _ in range(2):
        pull(bench, gone("1"))
    assert pull(bench, gone("1")) == Counts(received=1)


def test_the_same_pull_never_confirms_itself(bench: Bench) -> None:
    bench.mirror(ada())
    now = bench.now
    for _ in range(2):
        counts = bench.write(removals.note_removals, bench.event, gone("1"), PULL_SOURCE, now)
        assert counts.removed == 0


def test_a_transfer_names_the_new_registration(bench: Bench) -> None:
    bench.mirror(ada())
    moved = [RemovalRecord("1", ParticipantStatus.TRANSFERRED, moved_to="2")]
    pull(bench, moved)
    pull(bench, moved)
    assert (bench.person()["status"], bench.person()["moved_to"]) == ("transferred", "2")


def test_a_removal_of_somebody_unknown_is_no_removal(bench: Bench) -> None:
    assert pull(bench, gone("404")) == Counts(received=1)


@pytest.mark.parametrize(("field_size", "leaving", "goes"), [(20, 5, True), (20, 6, False)])
def test_more_than_five_removals_of_a_small_field_wait_for_a_person(
    bench: Bench, field_size: int, leaving: int, *, goes: bool
) -> None:
    ids = crowd(bench, field_size)[:leaving]
    pull(bench, gone(*ids))
    expected = (
        Counts(received=leaving, removed=leaving)
        if goes
        else Counts(received=leaving, quarantined=leaving)
    )
    assert pull(bench, gone(*ids)) == expected
    assert bench.read(removals.active_count, bench.event) == field_size - leaving * goes


@pytest.mark.parametrize(("leaving", "goes"), [(8, True), (9, False)])
def test_more_than_two_percent_of_a_big_field_wait_for_a_person(
    bench: Bench, leaving: int, *, goes: bool
) -> None:
    ids = crowd(bench, 400)[:leaving]
    pull(bench, gone(*ids))
    assert bool(pull(bench, gone(*ids)).removed) is goes


def test_the_brake_holds_however_often_the_pull_repeats(bench: Bench) -> None:
    ids = crowd(bench, 20)
    for _ in range(5):
        assert pull(bench, gone(*ids)).removed == 0
    assert bench.read(removals.active_count, bench.event) == 20


def test_who_is_edited_while_in_quarantine_is_out_of_it(bench: Bench) -> None:
    bench.mirror(ada())
    pull(bench, gone("1"))
    bench.mirror(ada(bib="600"))
    assert bench.read(removals.quarantined_count) == 0


def test_who_is_listed_as_standing_again_is_out_of_quarantine(bench: Bench) -> None:
    bench.mirror(ada())
    pull(bench, gone("1"))
    bench.clock.step(60)
    bench.mirror(ada())
    pull(bench, [])
    assert bench.read(removals.quarantined_count) == 0


def test_an_empty_list_of_removals_removes_nobody(bench: Bench) -> None:
    crowd(bench, 3)
    assert pull(bench, []) == Counts()
    assert bench.read(removals.active_count, bench.event) == 3


def steps(bench: Bench, work: Callable[[Tx], object]) -> int:
    """Hundreds of SQLite's own steps that the work takes."""
    taken: list[None] = []
    with bench.db.writer() as tx:
        work(tx)  # once before, so that nothing is prepared while steps are counted
        driver: Any = tx.connection.connection.driver_connection
        driver.set_progress_handler(lambda: taken.append(None), 100)
        work(tx)
        driver.set_progress_handler(None, 0)
    return len(taken)


@pytest.mark.parametrize(
    "look",
    [
        lambda tx: removals.quarantined(tx.connection, 1),
        lambda tx: removals.quarantined_count(tx.connection, 1),
        lambda tx: removals.dropped(tx.connection, 1, {"R-1": ()}),
        lambda tx: nameless.mind(tx, 1, datetime(2026, 10, 17, tzinfo=UTC)),
    ],
    ids=["quarantined", "their number", "dropped", "nameless"],
)
def test_few_are_found_without_looking_at_everybody(
    file_bench: Bench, look: Callable[[Tx], object]
) -> None:
    crowd(file_bench, 20)
    few = steps(file_bench, look)
    crowd(file_bench, 2_000)
    assert steps(file_bench, look) <= few + 5
