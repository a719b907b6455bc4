"""Insert-or-update of many rows at once, in the dialect at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    Connection,
    String,
    Table,
    any_,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import ColumnElement

from p88console.store.database.bulk import run_for_each, write_json

CHUNK = 500
"""Rows looked up at once by an IN list, well under every database's limit on parameters."""


def upsert(
    connection: Connection,
    target: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    keep: Sequence[str] = (),
) -> None:
    """Insert rows, or update those whose key is there already.

    Args:
        connection: An open write transaction.
        target: The table.
        rows: Same-shaped rows; passed as parameters, never rendered into the statement.
        key: The columns of the unique index that decides what "there already" means; a nullable
            column stands for `coalesce(column, 0)`, as in the indexes over optional events.
        keep: Columns whose first value stays.
    """
    if not rows:
        return
    names = tuple(name for name in rows[0] if name not in key and name not in keep)
    statement = _statement(connection.dialect.name, target, tuple(key), names)
    run_for_each(connection, target, statement, rows)


@lru_cache(maxsize=64)
def _statement(dialect: str, target: Table, key: tuple[str, ...], replaced: tuple[str, ...]) -> Any:
    statement = insert_of(dialect, target)
    elements = [index_element(target.c[name]) for name in key]
    if not replaced:
        return statement.on_conflict_do_nothing(index_elements=elements)
    taken = {name: statement.excluded[name] for name in replaced}
    return statement.on_conflict_do_update(index_elements=elements, set_=taken)


def insert_of(dialect: str, target: Table) -> Any:
    """An insert that can say what it does where the key is there already."""
    if dialect != "postgresql":
        return sqlite.insert(target)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  # 25 ms of no use to a file

    return postgresql.insert(target)


def index_element(column: Column[Any]) -> Column[Any] | ColumnElement[Any]:
    """How a column stands in the unique index over it."""
    if column.nullable:
        return func.coalesce(column, literal_column("0"))
    return column


def among(connection: Connection, column: Column[Any], keys: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column of texts holds one of these: one parameter, however many they are."""
    if connection.dialect.name == "sqlite":
        listed = func.json_each(write_json(list(keys))).table_valued("value")
        return column.in_(select(listed.c.value))
    return column == any_(literal(list(keys), ARRAY(String)))


def chunked(keys: Sequence[Any]) -> list[Sequence[Any]]:
    """The keys in pieces that fit one IN list."""
    return [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]
