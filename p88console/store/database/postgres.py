"""PostgreSQL as the shared database: writes in order, a clock for all, NOTIFY as the feed."""

from __future__ import annotations

import math
import secrets
from time import monotonic
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from p88console.domain.errors import StoreFault, StoreLost, UsageFault
from p88console.store.database.clocks import MACHINE, MachineClock
from p88console.store.database.feed import Feed
from p88console.store.database.straight import refused

try:
    import psycopg

    from p88console.store.database.listener import CHANNEL, Listener
    from p88console.store.database.patience import (
        ABANDONED_S,
        CONNECT,
        END_THE_SILENT,
        LINES,
        READING_SILENCE_S,
        PatientConnection,
        VisibleNul,
    )
except ImportError as missing:
    raise UsageFault(
        "PostgreSQL is not spoken here",
        f"its driver is not installed ({missing.name})",
        "pip install 'p88console[postgres]'",
    ) from missing

WRITERS = 4

RESTS = "rests since"
RESTED_S = 10.0
"""A connection that nobody used for so long is asked whether it still stands."""

ORDER = 0x503838
"""The advisory lock that writes take: alone, or shared by those that run beside others."""

MET_ANOTHER = ("23505", "40001", "40P01", "55P03")
"""SQLSTATE of a key that another took first, a serialisation failure, a deadlock, a lock's end."""


class PostgresServer:
    """The database on a server, shared by every laptop that is given its address."""

    writers = WRITERS
    shared = True

    def __init__(self, address: str, readers: int, machine: MachineClock | None) -> None:
        self.url = parsed(address)
        self._me = secrets.token_hex(4)
        self._connect = CONNECT | {"application_name": f"p88console {self._me}"}
        self.writer = self._engine(machine, connections=WRITERS, read_only=False)
        self.reader = self._engine(machine, connections=readers, read_only=True)
        self._listener: Listener | None = None

    def begin(self, connection: Connection, *, alone: bool) -> None:
        """Start a write transaction: after every other write, or only after those made alone."""
        connection.begin()
        how = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        for line in range(1, LINES + 1):
            try:
                _at_once(connection, f"BEGIN; SELECT {how}({ORDER})")
            except DBAPIError as fault:
                if line == LINES or not isinstance(fault.orig, psycopg.errors.LockNotAvailable):
                    raise
                connection.rollback()
                connection.exec_driver_sql(END_THE_SILENT, (ORDER, ABANDONED_S))
                connection.commit()
                connection.begin()
            else:
                return

    def commit(self, connection: Connection, topics: set[str]) -> None:
        """Commit, and have other processes told of these topics by it."""
        if topics:
            said = f"{self._me} {' '.join(sorted(topics))}".replace("'", "''")
            _at_once(connection, f"SELECT pg_notify('{CHANNEL}', '{said}'); COMMIT")
        connection.commit()

    def listen(self, feed: Feed) -> None:
        """Begin to publish what other processes announce."""
        if self._listener is None:
            _, given = self.reader.dialect.create_connect_args(self.url)
            self._listener = Listener(
                lambda: PatientConnection.connect(**(self._connect | dict(given))), self._me, feed
            )
            self._listener.start()

    def repeats(self, fault: DBAPIError) -> bool:
        """Whether a write that ran beside others met one of them and may be begun again."""
        return isinstance(fault.orig, psycopg.Error) and fault.orig.sqlstate in MET_ANOTHER

    def explained(self, fault: DBAPIError) -> StoreFault:
        """The driver's fault in words for the operator; the password is never among them."""
        why = getattr(fault.orig, "diag", None)
        # the server's own details would show the row
        words = (why and why.message_primary) or in_short(str(fault.orig))
        told = f"{shown(self.url)}: {words}"
        if fault.connection_invalidated or isinstance(fault.orig, psycopg.OperationalError):
            return StoreLost(
                "the shared database cannot be reached",
                told,
                "it is tried again by itself; see that the server runs and the line to it holds",
            )
        return StoreFault("the shared database refused", told, "the log has the details")

    def data_version(self) -> int:
        """Everything comes through the feed."""
        return 0

    def close(self) -> None:
        """Let go of all connections."""
        if self._listener is not None:
            self._listener.stop()
        self.writer.dispose()
        self.reader.dispose()

    def _engine(self, machine: MachineClock | None, *, connections: int, read_only: bool) -> Engine:
        engine = create_engine(
            self.url,
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=2,
            hide_parameters=True,
            execution_options={MACHINE: machine},
        )

        @event.listens_for(engine, "do_connect")
        def connect(
            _dialect: Any, _record: Any, _cargs: Any, cparams: dict[str, Any]
        ) -> psycopg.Connection[Any]:
            connection = PatientConnection.connect(**(self._connect | cparams))
            connection.adapters.register_dumper(str, VisibleNul)
            # a write begins and ends in the words of `begin` and `commit`
            connection.autocommit = not read_only
            if read_only:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                connection.read_only = True
                connection.silence_s = READING_SILENCE_S
            return connection

        @event.listens_for(engine, "checkin")
        def put_away(_connection: Any, record: ConnectionPoolEntry) -> None:
            record.info[RESTS] = monotonic()

        @event.listens_for(engine, "checkout")
        def take_out(
            connection: psycopg.Connection[Any], record: ConnectionPoolEntry, _: Any
        ) -> None:
            if monotonic() - record.info.get(RESTS, math.inf) < RESTED_S:
                return
            try:
                connection.execute("SELECT 1")
                connection.rollback()
            except psycopg.Error as fault:
                raise DisconnectionError from fault

        return engine


def _at_once(connection: Connection, words: str) -> None:
    """Say several statements to the server in one exchange; raises `DBAPIError`."""
    raw: Any = connection.connection.driver_connection
    try:
        raw.execute(words, prepare=False)
    except psycopg.Error as fault:
        raise refused(connection, words, fault) from fault


def in_short(words: str) -> str:
    """What went wrong, of libpq's words: their first line, without how it got there.

    It writes `connection failed: connection to server at …, port … failed: Connection refused`,
    and on further lines what that may mean.
    """
    first, *_ = words.strip().splitlines() or [""]
    return first.rpartition(" failed: ")[2]


def parsed(address: str) -> URL:
    """The address as the driver takes it. Raises `UsageFault`, without repeating the address."""
    try:
        url = make_url(address)
    except ArgumentError as fault:
        raise UsageFault(*NO_ADDRESS) from fault
    if url.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise UsageFault(*NO_ADDRESS)
    return url.set(drivername="postgresql+psycopg")


NO_ADDRESS = (
    "the address of the shared database is none",
    "P88_DATABASE_URL has another form",
    "write postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE",
)


def shown(url: URL) -> str:
    """Where the database is, without anything that opens it."""
    host = url.host or url.query.get("host") or "this machine"
    return f"{url.database or url.username or 'the database'} at {host}:{url.port or 5432}"
