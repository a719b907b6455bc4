"""Many rows into a table at once, without asking a statement's machinery about each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert


def insert_many(connection: Connection, target: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, and every one that has no default in SQL."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(insert(target), list(rows))
        return
    names = list(rows[0])
    columns = [_as_stored(connection, target, name, rows) for name in names]
    statement = insert(target).compile(dialect=connection.dialect, column_keys=names)
    in_order: list[str] = list(statement.positiontup or names)
    columns = [columns[names.index(name)] for name in in_order]
    connection.exec_driver_sql(str(statement), list(zip(*columns, strict=True)))


def _as_stored(
    connection: Connection, target: Table, name: str, rows: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """One column of the rows as the driver takes it."""
    values = [row[name] for row in rows]
    kind = target.c[name].type.dialect_impl(connection.dialect)
    processor = kind.bind_processor(connection.dialect)
    if processor is None:
        return values
    first = values[0]
    if all(value is first for value in values):
        return [processor(first)] * len(values)
    return [processor(value) for value in values]


def write_json(value: Any) -> str:
    """A JSON column's text."""
    return "[]" if value == [] else json.dumps(value)


def read_json(text: str) -> Any:
    """What a JSON column holds; most hold an empty list, which needs no parser."""
    return [] if text == "[]" else json.loads(text)
