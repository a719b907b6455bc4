"""The hot statements of the queue go straight to the driver: few of them, and their faults told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Integer, bindparam, select

from p88console.domain.errors import StoreFault
from p88console.store.database.db import Tx
from p88console.store.database.straight import Straight, in_one_exchange
from p88console.store.work import settle
from p88console.store.work.queue import HISTORY, QUEUE
from tests.store.bench import Bench


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
