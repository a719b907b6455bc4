"""Many rows into a table at once, without asking a statement's machinery about each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import JSON, Connection, Dialect, Insert, Table, func, insert, select, text


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
    columns = {name: _as_stored(connection, target, name, rows) for name in names}
    told, in_order = _compiled(statement, names, connection.dialect)
    connection.exec_driver_sql(told, list(zip(*(columns[name] for name in in_order), strict=True)))


@lru_cache(maxsize=128)
def _compiled(statement: Insert, names: tuple[str, ...], dialect: Dialect) -> tuple[str, list[str]]:
    """The statement's text and the order in which it takes the columns."""
    compiled = statement.compile(dialect=dialect, column_keys=names)
    return str(compiled), list(compiled.positiontup or names)


def _as_stored(
    connection: Connection, target: Table, name: str, rows: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """One column of the rows as the driver takes it."""
    values = [row[name] for row in rows]
    if isinstance(target.c[name].type, JSON):
        return [None if value is None else write_json(value) for value in values]
    kind = target.c[name].type.dialect_impl(connection.dialect)
    processor = kind.bind_processor(connection.dialect)
    if processor is None:
        return values
    first = values[0]
    if all(value is first for value in values):
        return [processor(first)] * len(values)
    return [processor(value) for value in values]


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
