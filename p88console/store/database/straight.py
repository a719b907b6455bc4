"""Statements of the hot paths: their words are made once, then the driver itself is asked.

Asking Core about each execution costs several times what the database does for a row or two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Row = dict[str, Any]
"""A row by the names of its columns."""

Convert = Callable[[Any], Any]

PLACES: dict[str, Any] = {"sqlite": "named", "postgresql": "numeric_dollar"}
"""How each driver takes a statement without reading it again: a place is told once."""

Statement = Insert | Update | Select[Any]


class Straight:
    """A statement that is built and compiled once for each dialect.

    Its places are named by `bindparam` with a type; lists that expand are none of its places.
    """

    def __init__(self, statement: Statement | Callable[[str], Statement]) -> None:
        """The statement, or what makes it from the name of a dialect."""
        self._statement = statement
        self._words: dict[str, _Words] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """Run it and read what it tells; raises `DBAPIError`."""
        return in_one_exchange(connection, (self, values))[0]

    def words(self, dialect: Dialect) -> _Words:
        """What is said to the driver of a dialect."""
        if dialect.name not in self._words:
            made = self._statement
            statement = made(dialect.name) if callable(made) else made
            self._words[dialect.name] = _Words(statement, dialect)
        return self._words[dialect.name]


def in_one_exchange(
    connection: Connection, *said: tuple[Straight, Mapping[str, Any]]
) -> list[list[Row]]:
    """Run statements one after the other without waiting for the server between them.

    Returns:
        The rows of each. Raises `DBAPIError`; what follows a statement that failed is not run.
    """
    raw: Any = connection.connection.driver_connection
    driver: Any = connection.dialect.dbapi
    words = [statement.words(connection.dialect) for statement, _ in said]
    server = connection.dialect.name == "postgresql"
    try:
        with raw.pipeline() if server and len(said) > 1 else nullcontext():
            asked = []
            for told, (_, values) in zip(words, said, strict=True):
                cursor = driver.RawCursor(raw) if server else raw.cursor()
                cursor.execute(told.text, told.filled(values))
                asked.append(cursor)
        return [told.read(cursor) for told, cursor in zip(words, asked, strict=True)]
    except driver.Error as fault:
        raise refused(connection, "; ".join(told.text for told in words), fault) from fault


def refused(connection: Connection, words: str, fault: Exception) -> DBAPIError:
    """The driver's own fault as Core raises it; a connection that is gone is used no more."""
    raw = connection.connection.driver_connection
    gone = connection.dialect.is_disconnect(fault, raw, None)  # type: ignore[arg-type]  # the driver's
    if gone:
        connection.invalidate(fault)
    return DBAPIError(words, None, fault, connection_invalidated=gone)


class _Words:
    """A statement as one driver takes it, and how values go in and come out."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        kind: Any = type(dialect)
        compiled: Any = statement.compile(dialect=kind(paramstyle=PLACES[dialect.name]))
        self.text = str(compiled)
        self._order = compiled.positiontup
        self._fixed: Row = {}
        self._writers: list[tuple[str, Convert]] = []
        for name, value in compiled.params.items():
            write = _processor(compiled.binds[name].type, dialect, "bind_processor")
            self._fixed[name] = value if write is None or value is None else write(value)
            if write is not None and value is None:
                self._writers.append((name, write))
        self._names: list[str] = []
        self._readers: list[tuple[str, Convert]] = []
        for column in statement.exported_columns:
            name = str(column.key)
            self._names.append(name)
            if read := _processor(column.type, dialect, "result_processor", None):
                self._readers.append((name, read))

    def filled(self, values: Mapping[str, Any]) -> Any:
        """The values of all places, as the driver takes them."""
        written = {**self._fixed, **values}
        for name, write in self._writers:
            if written[name] is not None:
                written[name] = write(written[name])
        return written if self._order is None else [written[name] for name in self._order]

    def read(self, cursor: Any) -> list[Row]:
        """The rows that were told."""
        if not self._names:
            return []
        rows = [dict(zip(self._names, row, strict=True)) for row in cursor.fetchall()]
        for name, read in self._readers:
            for row in rows:
                row[name] = read(row[name])
        return rows


def _processor(kind: TypeEngine[Any], dialect: Dialect, which: str, *more: Any) -> Convert | None:
    found: Convert | None = getattr(kind.dialect_impl(dialect), which)(dialect, *more)
    return found
