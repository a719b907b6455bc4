"""SQLite in WAL mode: one file, one writer at a time, readers that see one moment each."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from p88console.domain.errors import StoreFault, StoreLost
from p88console.store.database.bulk import read_json, write_json
from p88console.store.database.clocks import MACHINE, MachineClock
from p88console.store.database.feed import Feed
from p88console.store.database.straight import refused

BUSY_TIMEOUT_MS = 15_000
"""How long a writer waits for another process's write to end."""

CACHE_KIB = 32 * 1024
"""What a writer keeps of the file in memory: the indexes of a large field."""

CHECKPOINT_PAGES = 8_000
"""Pages (of 4 KiB) of the log after which they are moved to the file: not with every commit."""

UNWRITABLE = "nothing kept so far is lost; see that the folder and the file are writable"
DAMAGED = "put the newest backup in its place: p88console restore FILE --yes"

LOST = {
    "FULL": (
        "THE DISK IS FULL",
        "nothing kept so far is lost; make room, the work then goes on by itself",
    ),
    "READONLY": ("the database may only be read", UNWRITABLE),
    "CANTOPEN": ("the database file cannot be opened", UNWRITABLE),
    "PERM": ("the database may not be used", UNWRITABLE),
    "BUSY": (
        "another program keeps the database locked",
        "close what has the file open; the work then goes on by itself",
    ),
    "LOCKED": ("the database is locked", "it is tried again by itself"),
    "IOERR": (
        "the disk could not be read or written",
        "nothing kept so far is lost; see that the disk is there, sound and has room",
    ),
    "CORRUPT": ("the database file is damaged", DAMAGED),
    "NOTADB": ("the database file is damaged or is none", DAMAGED),
}
"""The causes, by SQLite's names, that are not of this program's making: title and hint."""


class SqliteFile:
    """The database as one file of this machine."""

    writers = 1
    shared = False

    def __init__(self, path: Path, readers: int, machine: MachineClock | None) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise StoreFault(
                "the folder for the database cannot be made",
                f"{path.parent}: {fault.strerror}",
                "choose another folder with --home",
            ) from fault
        self.path = path
        self.writer = _engine(path, machine, connections=1, read_only=False)
        self.reader = _engine(path, machine, connections=readers + 2, read_only=True)
        self._asker: sqlite3.Connection | None = None

    def begin(self, connection: Connection, *, alone: bool) -> None:  # noqa: ARG002  # all are
        """Start a write transaction after every other one."""
        connection.begin()

    def commit(self, connection: Connection, topics: set[str]) -> None:  # noqa: ARG002
        """Commit; others look at the file's version."""
        connection.commit()

    def listen(self, feed: Feed) -> None:
        """Nobody announces anything."""

    def repeats(self, fault: DBAPIError) -> bool:  # noqa: ARG002
        """Writes never meet."""
        return False

    def explained(self, fault: DBAPIError) -> StoreFault:
        """The driver's fault in words for the operator."""
        name = getattr(fault.orig, "sqlite_errorname", "").removeprefix("SQLITE_")
        told = f"{self.path}: {fault.orig}"
        for cause, (title, hint) in LOST.items():
            if name.startswith(cause):
                return StoreLost(title, told, hint)
        return StoreFault(
            "the database could not be used",
            told,
            "nothing that was typed before is lost; the log has the details",
        )

    def data_version(self) -> int:
        """A number that changes when a connection other than this question's own commits."""
        if self._asker is None:
            self._asker = sqlite3.connect(self.path, check_same_thread=False)
        return int(self._asker.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        if self._asker is not None:
            self._asker.close()
        self.writer.dispose()
        self.reader.dispose()


def _engine(
    path: Path, machine: MachineClock | None, *, connections: int, read_only: bool
) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=2,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        execution_options={MACHINE: machine},
        json_serializer=write_json,
        json_deserializer=read_json,
    )

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the begin hook below says which kind of BEGIN
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        words = "BEGIN" if read_only else "BEGIN IMMEDIATE"
        raw: Any = connection.connection.driver_connection
        try:
            raw.execute(words)
        except sqlite3.Error as fault:
            raise refused(connection, words, fault) from fault

    return engine
