"""Opens the database: one writer thread, read-only readers, topics published after commit."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from p88console.domain.errors import StoreFault
from p88console.store.feed import Feed
from p88console.store.migrate import migrate

Reading = Connection
"""A consistent read in progress."""

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT_MS = 15_000
"""How long a writer waits for another process's write to end."""

READERS = 3


class Tx:
    """A write in progress: its connection and the topics it touches."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.topics: set[str] = set()

    def touch(self, *topics: str) -> None:
        """Say what this write changes; watchers hear of it after the commit."""
        self.topics.update(topics)


class Database:
    """One database file: all writes in one thread, reads in a few read-only connections."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.feed = Feed()
        self._writes = ThreadPoolExecutor(1, thread_name_prefix="p88-writer")
        self._reads = ThreadPoolExecutor(READERS, thread_name_prefix="p88-reader")
        self._writer = _engine(path, read_only=False)
        self._reader = _engine(path, read_only=True)
        self._asker: sqlite3.Connection | None = None

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open or create the database and bring its schema up to date. Raises `StoreFault`."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise StoreFault(
                "the folder for the database cannot be made",
                f"{path.parent}: {fault.strerror}",
                "choose another folder with --home",
            ) from fault
        database = cls(path)
        with database.writer() as tx:
            migrate(tx.connection)
        return database

    @contextmanager
    def writer(self) -> Iterator[Tx]:
        """A write transaction in the calling thread; commits at the end or not at all."""
        with _explained(self.path), self._writer.begin() as connection:
            tx = Tx(connection)
            yield tx
        self.feed.publish(tx.topics)

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A consistent read in the calling thread."""
        with _explained(self.path), self._reader.connect() as connection:
            yield connection

    async def write(
        self, work: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(tx, …)` as one transaction in the writer thread."""

        def transaction() -> T:
            with self.writer() as tx:
                return work(tx, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._writes, transaction)

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(connection, …)` in a reader thread."""

        def look() -> T:
            with self.reader() as connection:
                return work(connection, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._reads, look)

    def data_version(self) -> int:
        """A number that changes when a connection other than this question's own commits."""
        if self._asker is None:
            self._asker = sqlite3.connect(self.path, check_same_thread=False)
        return int(self._asker.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Finish what is being written and let go of the file."""
        self._writes.shutdown()
        self._reads.shutdown()
        if self._asker is not None:
            self._asker.close()
        self._writer.dispose()
        self._reader.dispose()


def _engine(path: Path, *, read_only: bool) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=READERS + 2 if read_only else 1,
        max_overflow=2,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
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
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn the driver's faults into words for the operator; other faults pass."""
    try:
        yield
    except DBAPIError as fault:
        raise StoreFault(
            "the database could not be used",
            f"{path}: {fault.orig}",
            "nothing that was typed before is lost; see that the disk has room and the file "
            "is writable",
        ) from fault
