"""Many rows at once: the same as SQLAlchemy writes, by few statements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import event, insert

from p88console.store.database import bulk
from p88console.store.mirror import participants
from p88console.store.tables import Participant
from p88console.store.tables.base import table
from tests.store.bench import PULL_SOURCE, Bench, ada

PEOPLE = table(Participant)
CHICAGO = timezone(timedelta(hours=-5))
MOMENTS = [
    datetime(2026, 10, 17, 12, 30, tzinfo=UTC),
    datetime(2026, 10, 17, 7, 30, 0, 5, CHICAGO),
    datetime(1, 1, 1, tzinfo=UTC),
    None,
]


def people(bench: Bench, count: int) -> list[dict[str, Any]]:
    """Rows of the widest table; no two neighbours hold the same."""
    return [
        {
            **dict.fromkeys(PEOPLE.c.keys()),
            "id": number,
            "event_id": bench.event,
            "row_key": str(number),
            "name_key": "example ada",
            "birth_date": date(1986, 1, 1 + number % 28) if number % 3 else None,
            "status": "active",
            "added_here": number % 2 == 0,
            "awaits_detail": False,
            "registered_at": MOMENTS[number % 4],
            "flags": ["bib"] if number % 5 else [],
            "raw": {"Größe": number},
            "raw_hash": "r",
            "content_hash": "c",
            "first_seen_at": bench.now,
            "changed_at": bench.now,
        }
        for number in range(1, count + 1)
    ]


def stored(bench: Bench) -> list[Any]:
    with bench.db.reader() as connection:
        return list(connection.exec_driver_sql("SELECT * FROM participants ORDER BY id"))


@pytest.mark.parametrize("count", [1, 7, 700])
def test_rows_are_written_as_sqlalchemy_writes_them(file_bench: Bench, count: int) -> None:
    rows = people(file_bench, count)
    with file_bench.db.writer() as tx:
        bulk.insert_many(tx.connection, PEOPLE, rows)
    ours = stored(file_bench)
    file_bench.execute("DELETE FROM participants")
    with file_bench.db.writer() as tx:
        tx.connection.execute(insert(PEOPLE), rows)
    assert ours == stored(file_bench)
    assert len(ours) == count


def test_an_instant_in_no_zone_is_not_written(file_bench: Bench) -> None:
    rows = [row | {"registered_at": datetime(2026, 10, 17)} for row in people(file_bench, 2)]  # noqa: DTZ001  # what is meant
    with file_bench.db.writer() as tx, pytest.raises(ValueError, match="zone"):
        bulk.insert_many(tx.connection, PEOPLE, rows)


def test_a_page_is_written_by_few_statements_that_let_other_threads_work(
    file_bench: Bench,
) -> None:
    told: list[str] = []
    listen = (file_bench.db._backend.writer, "before_cursor_execute")
    crowd = [ada(str(number), bib=str(number)) for number in range(1_000)]

    def note(*call: Any) -> None:
        told.extend([call[2]] if call[2].startswith("INSERT INTO participants ") else [])

    event.listen(*listen, note)
    file_bench.write(participants.upsert_page, file_bench.event, crowd, PULL_SOURCE, file_bench.now)
    event.remove(*listen, note)
    assert len(told) < 10
    assert file_bench.count("SELECT count(*) FROM participants") == len(crowd)


def test_a_batch_is_written_by_one_statement(file_bench: Bench) -> None:
    row_by_row: list[bool] = []
    listen = (file_bench.db._backend.writer, "before_cursor_execute")

    def note(*call: Any) -> None:
        row_by_row.extend([call[5]] if call[2].startswith("INSERT INTO participants ") else [])

    rows = people(file_bench, bulk.BATCH)
    event.listen(*listen, note)
    with file_bench.db.writer() as tx:
        bulk.insert_many(tx.connection, PEOPLE, rows)
    event.remove(*listen, note)
    assert row_by_row == [False]
