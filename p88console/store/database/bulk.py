"""Many rows into a table at once, without asking a statement's machinery about each of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, TypeVar

import orjson
from sqlalchemy import JSON, Connection, Date, Dialect, Insert, Table, func, insert, select, text
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine

T = TypeVar("T")

PARAMETERS = 8_000
"""Values that one statement takes; SQLite works through it without keeping other threads from
theirs, which it does between any two rows of `executemany`."""


BATCH = 200
"""Rows of which a smaller statement takes as many: the least that often come together."""


def insert_many(connection: Connection, target: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, and every one that has no default in SQL."""
    if rows:
        run_for_each(connection, target, _insert(target), rows)


@lru_cache(maxsize=32)
def _insert(target: Table) -> Insert:
    return insert(target)


def run_for_each(
    connection: Connection, target: Table, statement: Insert, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Run an insert for rows that all name the same columns; the statement is kept for ever."""
    names = tuple(rows[0])
    left_out = any(column.default is not None for column in target.c if column.name not in names)
    if connection.dialect.name != "sqlite" or left_out:
        connection.execute(statement, list(rows))
        return
    told, in_order = _compiled(statement, names, connection.dialect)
    writers = [(name, _writer(target.c[name].type, connection.dialect)) for name in in_order]
    for some in _at_once(rows, len(names)):
        lines = list(zip(*(_column(some, name, write) for name, write in writers), strict=True))
        _send(connection, told, lines)


def insert_lines(
    connection: Connection, target: Table, names: tuple[str, ...], lines: Sequence[tuple[Any, ...]]
) -> None:
    """Insert numbers and texts in the order of these columns, which is the table's own."""
    if connection.dialect.name != "sqlite":
        insert_many(connection, target, [dict(zip(names, line, strict=True)) for line in lines])
        return
    told, _in_order = _compiled(_insert(target), names, connection.dialect)
    for some in _at_once(lines, len(names)):
        _send(connection, told, some)


def _at_once(rows: Sequence[T], columns: int) -> Iterator[Sequence[T]]:
    """The rows in parts that fit one statement."""
    start = 0
    for size in (max(1, PARAMETERS // columns), BATCH):
        while len(rows) - start >= size:
            yield rows[start : start + size]
            start += size
    if start < len(rows):
        yield rows[start:]


def _send(connection: Connection, told: str, lines: Sequence[tuple[Any, ...]]) -> None:
    """Insert these lines by one statement, where its like will be needed again."""
    columns = len(lines[0])
    if len(lines) in (BATCH, max(1, PARAMETERS // columns)):
        whole = _repeated(told, columns, len(lines))
        connection.exec_driver_sql(whole, tuple(chain.from_iterable(lines)))
    else:
        connection.exec_driver_sql(told, list(lines))


@lru_cache(maxsize=64)
def _repeated(told: str, columns: int, rows: int) -> str:
    """An insert of so many rows by one statement."""
    row = f"({', '.join('?' * columns)})"
    return told.replace(row, ", ".join([row] * rows), 1)


@lru_cache(maxsize=128)
def _compiled(statement: Insert, names: tuple[str, ...], dialect: Dialect) -> tuple[str, list[str]]:
    """The statement's text and the order in which it takes the columns."""
    compiled = statement.compile(dialect=dialect, column_keys=names)
    return str(compiled), list(compiled.positiontup or names)


def _moment(moment: datetime) -> str:
    """An instant as SQLAlchemy writes it for SQLite: in UTC, to the microsecond."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} is in no zone")
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _column(
    rows: Sequence[Mapping[str, Any]], name: str, write: Callable[[Any], Any] | None
) -> list[Any]:
    """One column of the rows as the driver takes it."""
    values = [row[name] for row in rows]
    if write is None:
        return values
    first = values[0]
    if all(value is first for value in values):
        return [None if first is None else write(first)] * len(values)
    return [None if value is None else write(value) for value in values]


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Writes a value of this kind that is there; None where the driver takes it as it is."""
    if isinstance(kind, JSON):
        return write_json
    # SQLAlchemy's own way of writing these two takes three times as long
    if isinstance(kind, Date):
        return date.isoformat
    if isinstance(kind, TypeDecorator) and isinstance(kind.impl_instance, DateTime):
        return _moment
    return kind.dialect_impl(dialect).bind_processor(dialect)


def fresh_ids(connection: Connection, target: Table, count: int) -> Sequence[int]:
    """So many ids for rows that are about to be inserted, in rising order."""
    if connection.dialect.name == "sqlite":
        newest = connection.execute(select(func.max(target.c.id))).scalar() or 0
        return range(newest + 1, newest + 1 + count)
    drawn = text(f"SELECT nextval('{target.name}_id_seq') FROM generate_series(1, :count)")  # noqa: S608
    return connection.execute(drawn, {"count": count}).scalars().all()


def write_json(value: Any) -> str:
    """A JSON column's text."""
    if value == []:
        return "[]"
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # half a surrogate pair, a number of more than 64 bits, a key that is no text
        return json.dumps(value)


def read_json(text: str) -> Any:
    """What a JSON column holds; most hold an empty list, which needs no parser."""
    return [] if text == "[]" else json.loads(text)
