"""A PostgreSQL connection that gives a silent line up, and sends no text that is refused."""

from __future__ import annotations

from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.abc import Buffer, PQGen
from psycopg.types.string import StrDumperUnknown
from psycopg.waiting import Ready, Wait

RV = TypeVar("RV")

LOCK_S = 5
"""After so long in line for another's write, its writer is asked whether it still speaks."""

LINES = 8
"""How often a write gets in line before it counts as refused; several laptops may be gone."""

ABANDONED_S = 8
"""After so long within a write, a writer that says nothing is taken for gone."""

IDLE_S = 15
"""After so long the server ends such a writer by itself, though nobody waits for it."""

END_THE_SILENT = """
WITH silent AS (
  SELECT writer.application_name
  FROM pg_stat_activity AS writer JOIN pg_locks AS lock USING (pid)
  WHERE lock.locktype = 'advisory' AND lock.granted AND lock.objid = %s
    AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND writer.wait_event = 'ClientRead'
    AND clock_timestamp() - writer.state_change > make_interval(secs => %s)
)
SELECT count(pg_terminate_backend(pid))
FROM pg_stat_activity JOIN silent USING (application_name) WHERE datname = current_database()
"""
"""Ends whoever holds the order of writes and lets the server wait, with all lines of its name.

Its other lines would hold the order next, and be as silent. The server by itself ends those between
two statements only, and TCP believes in a laptop that is out of reach for as long as something on
the way answers for it.
"""

SILENCE_S = 20.0
"""After so long without a byte the line is taken for dead, whatever TCP believes of it."""

READING_SILENCE_S = 8.0
"""The same for a line that only reads, and so never waits for somebody else's write."""

SETTINGS = {
    "timezone": "UTC",
    "lock_timeout": f"{LOCK_S}s",
    "idle_in_transaction_session_timeout": f"{IDLE_S}s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
}

CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    "options": " ".join(f"-c {name}={value}" for name, value in SETTINGS.items()),
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""What every connection is opened with, unless the address says otherwise."""


class VisibleNul(StrDumperUnknown):
    """Writes a NUL as its symbol, since PostgreSQL keeps no text that holds one."""

    def dump(self, obj: str) -> Buffer | None:
        """The text as the server takes it."""
        return super().dump(obj.replace("\x00", "\u2400") if "\x00" in obj else obj)


class PatientConnection(psycopg.Connection[Any]):
    """A connection whose every wait ends, however the line to the server has died."""

    silence_s = SILENCE_S

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Work on an exchange with the server. Raises `OperationalError` on a silent line."""
        return super().wait(self._watched(gen), interval, timeout)

    def _watched(self, gen: PQGen[RV]) -> PQGen[RV]:
        heard = monotonic()
        try:
            wanted: Wait = next(gen)
            while True:
                ready = yield wanted
                if ready != Ready.NONE:
                    heard = monotonic()
                elif monotonic() - heard > self.silence_s:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"nothing heard for {self.silence_s:.0f} s")
                wanted = gen.send(ready)
        except StopIteration as ended:
            result: RV = ended.value
            return result
