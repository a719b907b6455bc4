"""The hot statements of the queue go straight to the driver: few of them, and their faults told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Integer, bindparam, select

from p88console.domain.errors import StoreFault
from p88console.domain.jobs import JobState
from p88console.store.database.db import Tx
from p88console.store.database.straight import Straight, in_one_exchange
from p88console.store.work import settle, turns
from p88console.store.work.queue import HISTORY, QUEUE
from p88console.store.work.turns import Wanted
from tests.store.bench import LEASE_S, Bench


@contextmanager
def said(bench: Bench) -> Iterator[Counter[str]]:
    """Counts what a file is told, by the first word."""
    raw = bench.db._backend.writer.raw_connection()
    told: Counter[str] = Counter()
    connection = raw.driver_connection
    assert connection is not None
    connection.set_trace_callback(lambda words: told.update([words.split()[0]]))
    raw.close()
    yield told
    connection.set_trace_callback(None)


def test_a_job_takes_three_writes_of_few_statements(file_bench: Bench) -> None:
    bench = file_bench
    with said(bench) as told:
        bench.enqueue()
        assert told == Counter({"BEGIN": 1, "INSERT": 1, "COMMIT": 1})
        told.clear()
        attempt = bench.claim()
        assert attempt is not None
        assert told == Counter({"BEGIN": 1, "WITH": 1, "INSERT": 1, "COMMIT": 1})
        told.clear()
        assert bench.write(settle.complete, attempt, bench.now)
        assert told == Counter({"BEGIN": 1, "UPDATE": 2, "INSERT": 1, "COMMIT": 1})


def test_a_worker_that_goes_on_ends_a_job_and_begins_the_next_in_one_write(
    file_bench: Bench,
) -> None:
    bench = file_bench
    first = bench.claimed()
    second = bench.enqueue(bench.key(event=bench.other_event))
    with said(bench) as told:
        ended, taken = bench.write(turns.end_and_take, first, bench.now, Wanted("next", LEASE_S))
    assert told == Counter({"BEGIN": 1, "UPDATE": 2, "INSERT": 2, "WITH": 1, "COMMIT": 1})
    assert ended
    assert taken is not None
    assert taken[0].id == second.job_id
    assert bench.job(first.job.id).state is JobState.COMPLETED


def test_whose_claim_was_lost_ends_nothing_and_still_goes_on(bench: Bench) -> None:
    first = bench.claimed()
    second = bench.enqueue(bench.key(event=bench.other_event))
    stranger = replace(first, owner="stranger")
    ended, taken = bench.write(turns.end_and_take, stranger, bench.now, Wanted("next", LEASE_S))
    assert not ended
    assert taken is not None
    assert taken[0].id == second.job_id
    assert [row["state"] for row in bench.history(first.job.id)] == ["running"]
    assert bench.rows("SELECT id FROM pull_marks WHERE succeeded_at IS NOT NULL") == []


ONE = Straight(select(QUEUE.c.id).where(QUEUE.c.id == bindparam("its_id", type_=Integer())))
BROKEN = Straight(select(HISTORY.c.id / bindparam("divisor", type_=Integer())))


def test_what_the_driver_refuses_is_told_as_any_fault(bench: Bench) -> None:
    job_id = bench.enqueue().job_id

    def fail(tx: Tx) -> None:
        assert ONE.rows(tx.connection, {"its_id": job_id}) == [{"id": job_id}]
        tx.connection.exec_driver_sql("DROP TABLE sync_history")
        in_one_exchange(tx.connection, (ONE, {"its_id": job_id}), (BROKEN, {"divisor": 1}))

    with pytest.raises(StoreFault) as fault:
        bench.write(fail)
    assert "sync_history" in fault.value.detail
    assert bench.count("SELECT count(*) FROM sync_history") == 0
    assert bench.claim() is not None
