"""The mirror's upsert against bare `executemany` of the same rows into the same table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from p88console.domain.model import ParticipantRecord
from p88console.store.mirror import participants
from p88console.system.attention import seldom_swept
from tests.benchmarks.timing import Finding, seconds
from tests.store.bench import PULL_SOURCE, Bench, ada, set_up
from tests.support.clock import SteppedClock

PEOPLE, PAGE = 50_000, 1_000

Pair = tuple[float, float]
"""Seconds: ours, theirs."""


def field(count: int, first: int = 0) -> list[ParticipantRecord]:
    """So many people, their raw rows as wide as a provider's; each hundredth is half unreadable."""
    return [
        ada(
            str(number),
            bib=str(number),
            first_name=f"First{number % 977}",
            last_name=f"Last{number % 4999}",
            email=f"runner{number}@example.org",
            flags=("birth_date",) if number % 100 == 99 else (),
            raw={
                "registration_id": number,
                "user": {"first_name": f"First{number % 977}", "address": {"city": "Lakeside"}},
                "fees": [{"name": "race", "amount": "$55.00"}] * 3,
                "bib_num": number,
            },
        )
        for number in range(first, first + count)
    ]


def pages(people: list[ParticipantRecord]) -> list[list[ParticipantRecord]]:
    """The people as a provider sends them."""
    return [people[start : start + PAGE] for start in range(0, len(people), PAGE)]


def pull(bench: Bench, people: list[ParticipantRecord]) -> None:
    """Mirror them page by page, each page committed."""
    for page in pages(people):
        bench.write(participants.upsert_page, bench.event, page, PULL_SOURCE, bench.now)


class Bare:
    """The same database without the product: one statement, as durable."""

    def __init__(self, file: Path) -> None:
        set_up(file, SteppedClock()).db.close()
        self._file = sqlite3.connect(file, isolation_level=None)
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.execute("PRAGMA foreign_keys = ON")

    def insert(self, tables: dict[str, list[tuple[Any, ...]]]) -> None:
        """One page of whole rows by table, committed."""
        self._file.execute("BEGIN IMMEDIATE")
        for name, rows in tables.items():
            marks = ", ".join("?" * len(rows[0]))
            self._file.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608
        self._file.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _page(bench: Bench, reader: sqlite3.Connection, bare: Bare, page: list[Any]) -> Pair:
    """One page mirrored, and the rows that it came to inserted bare: people, and their words."""
    mine = seconds(lambda: pull(bench, page))
    (newest,) = reader.execute("SELECT max(id) FROM participants").fetchone()
    rows = {
        table: reader.execute(
            f"SELECT * FROM {table} WHERE {key} > ? ORDER BY {key}",  # noqa: S608
            (newest - len(page),),
        ).fetchall()
        for table, key in (("participants", "id"), ("name_words", "participant_id"))
    }
    return mine, seconds(lambda: bare.insert(rows))


def upserts(folder: Path) -> Iterator[Finding]:
    """A first pull and a pull of nothing new, page for page against the bare insert."""
    people = pages(field(PEOPLE))
    bench, bare = set_up(folder / "mirror.db", SteppedClock()), Bare(folder / "bare.db")
    reader = sqlite3.connect(folder / "mirror.db")
    with seldom_swept():
        first = [_page(bench, reader, bare, page) for page in people]
        again = [
            (seconds(lambda page=page: pull(bench, page)), theirs)  # type: ignore[misc]  # at once
            for page, (_mine, theirs) in zip(people, first, strict=True)
        ]
    reader.close()
    bench.db.close()
    bare.close()
    what = f"mirror a page of {PAGE:,}, of {PEOPLE:,} people"
    yield Finding(what, "`executemany`", first, 1.5)
    yield Finding("the same page again, nothing new", "`executemany`", again, 1.5)
