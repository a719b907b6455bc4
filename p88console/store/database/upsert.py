"""Insert-or-update of many rows at once, in the dialect at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, func, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

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
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(target)
    replaced = {
        name: statement.excluded[name] for name in rows[0] if name not in key and name not in keep
    }
    elements = [_index_element(target.c[name]) for name in key]
    if replaced:
        statement = statement.on_conflict_do_update(index_elements=elements, set_=replaced)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=elements)
    connection.execute(statement, list(rows))


def _index_element(column: Column[Any]) -> Column[Any] | ColumnElement[Any]:
    if column.nullable:
        return func.coalesce(column, literal_column("0"))
    return column


def chunked(keys: Sequence[Any]) -> list[Sequence[Any]]:
    """The keys in pieces that fit one IN list."""
    return [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]
