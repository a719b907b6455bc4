"""Which process runs the engine on this database: one lease, renewed while it lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from p88console.store.db import Tx
from p88console.store.tables import EngineLease
from p88console.store.tables.base import table
from p88console.store.upsert import upsert

LEASE = table(EngineLease)


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds the engine lease."""

    owner: str
    host: str
    pid: int
    since: datetime
    until: float


def holder(connection: Connection, machine_now: float) -> Holder | None:
    """Who runs the engine at this moment; None when nobody does."""
    row = connection.execute(select(LEASE)).mappings().one_or_none()
    if row is None or row["until"] < machine_now:
        return None
    return Holder(row["owner"], row["host"], row["pid"], row["since"], row["until"])


def take(tx: Tx, mine: Holder, machine_now: float) -> bool:
    """Take or renew the lease; False while another living process holds it."""
    other = holder(tx.connection, machine_now)
    if other is not None and other.owner != mine.owner:
        return False
    row = {
        "id": 1,
        "owner": mine.owner,
        "host": mine.host,
        "pid": mine.pid,
        "since": mine.since,
        "until": mine.until,
    }
    upsert(tx.connection, LEASE, [row], key=("id",))
    if other is None:
        tx.touch("engine")
    return True


def take_over(
    tx: Tx, mine: Holder, machine_now: float, is_dead: Callable[[str], bool]
) -> Holder | None:
    """Take the lease unless a living process holds it; returns that holder."""
    other = holder(tx.connection, machine_now)
    if other is not None and is_dead(other.owner):
        release(tx, other.owner)
        other = None
    if other is None and take(tx, mine, machine_now):
        return None
    return other


def release(tx: Tx, owner: str) -> None:
    """Give the lease back, so that another process can take it at once."""
    tx.connection.execute(delete(LEASE).where(LEASE.c.owner == owner))
    tx.touch("engine")
