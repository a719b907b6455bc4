"""Whom a count is about: everybody is named, in as little room as a field of runners allows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from p88console.store.work import settle, touched
from p88console.store.work.touched import Touched, _runs
from tests.store.bench import Bench


def test_a_whole_field_is_named_in_one_run(bench: Bench) -> None:
    attempt = bench.claimed()
    attempt.touched.note("unchanged", range(1, 1199))
    attempt.touched.note("created", [1200, 1202])
    attempt.touched.say("refused", "bib: no text in {…}")
    bench.write(settle.complete, attempt, bench.now)
    kept = bench.rows("SELECT participant_ids FROM attempt_rows WHERE kind = 'unchanged'")
    assert kept == [{"participant_ids": [[1, 1198]]}]
    found = bench.read(touched.of_attempt, attempt.history_id)
    assert found.people == {"unchanged": set(range(1, 1199)), "created": {1200, 1202}}
    assert found.sizes == {"created": 2, "refused": 1, "unchanged": 1198}


@given(st.sets(st.integers(1, 60)))
def test_runs_name_exactly_the_same_people(ids: set[int]) -> None:
    named = Touched()
    for run in _runs(sorted(ids)):
        first, last = run if isinstance(run, list) else (run, run)
        named.note("sent", range(first, last + 1))
    assert named.people.get("sent", set()) == ids
