"""Opens the database: who writes when, consistent readers, topics published after commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from p88console.domain.errors import StoreFault
from p88console.store.database.clocks import MachineClock
from p88console.store.database.feed import Feed
from p88console.store.database.migrate import HEAD, current_version, migrate
from p88console.store.database.sqlite import SqliteFile

Reading = Connection
"""A consistent read in progress."""

P = ParamSpec("P")
T = TypeVar("T")

READERS = 3

REPEATS = 10
"""How often a write that runs beside others is begun again before it counts as refused."""


class Tx:
    """A write in progress: its connection and the topics it touches."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.topics: set[str] = set()

    def touch(self, *topics: str) -> None:
        """Say what this write changes; watchers hear of it after the commit."""
        self.topics.update(topics)


class Backend(Protocol):
    """What differs between the databases that are spoken."""

    writer: Engine
    reader: Engine
    writers: int
    """How many writes of this process may be under way at once."""
    shared: bool
    """Whether engines may run beside each other, and hear through the feed what others wrote."""

    def begin(self, connection: Connection, *, alone: bool) -> None:
        """Start a write transaction: after every other write, or only after those made alone."""

    def commit(self, connection: Connection, topics: set[str]) -> None:
        """Commit, and have other processes told of these topics by it."""

    def listen(self, feed: Feed) -> None:
        """Begin to publish what other processes announce."""

    def repeats(self, fault: DBAPIError) -> bool:
        """Whether a write that ran beside others met one of them and may be begun again."""

    def explained(self, fault: DBAPIError) -> StoreFault:
        """The driver's fault in words for the operator."""

    def data_version(self) -> int:
        """A number that changes when a connection other than this question's own commits."""

    def close(self) -> None:
        """Let go of all connections."""


def alongside(work: Callable[Concatenate[Tx, P], T]) -> Callable[Concatenate[Tx, P], T]:
    """Mark a write that is right beside others so marked, and when it is begun anew.

    Every other write has the whole database to itself, so that what it checked still holds when
    it writes. This one relies on row locks and unique keys alone and changes nothing but rows.
    """
    marked: Any = work
    marked.alongside = True
    return work


def is_alongside(work: Callable[..., Any]) -> bool:
    """Whether a write is marked to run beside others."""
    return getattr(work, "alongside", False)


class Database:
    """One database, a file of this machine or shared on a server: writes, reads, and the feed."""

    def __init__(self, where: Path | str, machine: MachineClock | None = None) -> None:
        self.where = where
        self._backend = _backend(where, machine)
        self.feed = Feed(begin=self._listen)
        self._writes = ThreadPoolExecutor(self._backend.writers, thread_name_prefix="p88-writer")
        self._reads = ThreadPoolExecutor(READERS, thread_name_prefix="p88-reader")
        self._heard = monotonic()

    @classmethod
    def open(cls, where: Path | str, machine: MachineClock | None = None) -> Database:
        """Open or create the database and bring its schema up to date.

        Args:
            where: A file, or the address of a PostgreSQL database.
            machine: The clock by which leases run; by default the database's own.

        Raises:
            StoreFault: It cannot be used.
            UsageFault: The address is none, or the driver for it is not installed.
        """
        database = cls(where, machine)
        try:
            if not database._is_current():
                with database.writer() as tx:
                    migrate(tx.connection)
        except BaseException:
            database.close()
            raise
        return database

    def _is_current(self) -> bool:
        """Whether a shared schema needs nothing, without getting in line for a write.

        A file is opened by a write even so: that it may be written is known at once.
        """
        if not self.shared:
            return False
        with self.reader() as connection:
            return current_version(connection) == HEAD

    @property
    def silent_s(self) -> float:
        """Machine seconds since the database last answered."""
        return monotonic() - self._heard

    @property
    def shared(self) -> bool:
        """Whether several engines may work here, and the feed tells what other processes wrote."""
        return self._backend.shared

    @contextmanager
    def writer(self) -> Iterator[Tx]:
        """A write in the calling thread that has the database to itself; commits or leaves it."""
        with self._explained(), self._transaction(alone=True) as tx:
            yield tx

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A consistent read in the calling thread."""
        with self._explained(), self._backend.reader.connect() as connection:
            yield connection
        self._heard = monotonic()

    def write_here(
        self, work: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(tx, …)` as one transaction in the calling thread."""
        alone = not is_alongside(work)
        repeats = 0 if alone else REPEATS
        with self._explained():
            while True:
                try:
                    with self._transaction(alone=alone) as tx:
                        return work(tx, *args, **kwargs)
                except DBAPIError as fault:
                    if not repeats or not self._backend.repeats(fault):
                        raise
                    repeats -= 1

    async def write(
        self, work: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(tx, …)` as one transaction in a writer thread."""

        def transaction() -> T:
            return self.write_here(work, *args, **kwargs)

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
        """A number that changes when another process commits."""
        return self._backend.data_version()

    def close(self) -> None:
        """Finish what is being written and let go of the database."""
        self._writes.shutdown()
        self._reads.shutdown()
        self._backend.close()

    @contextmanager
    def _transaction(self, *, alone: bool) -> Iterator[Tx]:
        with self._backend.writer.connect() as connection:
            self._backend.begin(connection, alone=alone)
            tx = Tx(connection)
            yield tx
            self._backend.commit(connection, tx.topics)
        self._heard = monotonic()
        self.feed.publish(tx.topics)

    def _listen(self) -> None:
        self._backend.listen(self.feed)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the driver's faults into words for the operator; other faults pass."""
        try:
            yield
        except DBAPIError as fault:
            raise self._backend.explained(fault) from fault


def _backend(where: Path | str, machine: MachineClock | None) -> Backend:
    if isinstance(where, Path):
        return SqliteFile(where, READERS, machine)
    from p88console.store.database.postgres import PostgresServer  # noqa: PLC0415  # an extra's driver

    return PostgresServer(where, READERS, machine)
