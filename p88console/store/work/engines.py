"""Which processes run an engine on this database, and which of them leads the schedule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from p88console.store import core
from p88console.store.database.clocks import machine_time
from p88console.store.database.db import Tx

LEASES = core.ENGINE_LEASES


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that runs an engine."""

    owner: str
    host: str
    pid: int
    since: datetime


def living(connection: Connection) -> list[Holder]:
    """Who runs an engine at this moment, the one that leads first."""
    query = select(LEASES).where(LEASES.c.until >= machine_time(connection))
    rows = connection.execute(query.order_by(LEASES.c.leads.desc(), LEASES.c.since, LEASES.c.owner))
    return [_holder(row) for row in rows]


def _holder(row: Row[Any]) -> Holder:
    return Holder(row.owner, row.host, row.pid, row.since)


def leads(connection: Connection, owner: str) -> bool:
    """Whether this engine leads the schedule at this moment."""
    query = select(LEASES.c.owner).where(
        LEASES.c.owner == owner, LEASES.c.leads, LEASES.c.until >= machine_time(connection)
    )
    return connection.execute(query).first() is not None


def leaderless(connection: Connection) -> bool:
    """Whether no living engine leads the schedule."""
    query = select(LEASES.c.owner).where(LEASES.c.leads, LEASES.c.until >= machine_time(connection))
    return connection.execute(query).first() is None


def join(
    tx: Tx,
    mine: Holder,
    lease_s: float,
    is_dead: Callable[[str], bool] = lambda _: False,
    *,
    several: bool,
) -> Holder | None:
    """Begin to run an engine, or renew that it runs; the first one leads the schedule.

    Args:
        tx: The transaction.
        mine: This process.
        lease_s: Machine seconds for which it counts as alive without being renewed.
        is_dead: Whether an owner is known to be no more, however long its lease still is.
        several: Whether engines may run beside each other.

    Returns:
        The living process that bars this one, or None when it runs.
    """
    now = tx.connection.execute(select(machine_time(tx.connection))).scalar_one()
    rows = tx.connection.execute(select(LEASES).where(LEASES.c.owner != mine.owner)).all()
    gone = [row.owner for row in rows if row.until < now or is_dead(row.owner)]
    others = [row for row in rows if row.owner not in gone]
    for owner in gone:
        release(tx, owner)
    if others and not several:
        return _holder(others[0])
    leading = not any(other.leads for other in others)
    its = LEASES.c.owner == mine.owner
    before = tx.connection.execute(select(LEASES.c.leads).where(its)).scalar_one_or_none()
    values = {"until": now + lease_s, "leads": leading}
    if before is None:
        tx.connection.execute(insert(LEASES).values(**asdict(mine), **values))
    else:
        tx.connection.execute(update(LEASES).where(its).values(values))
    if before is not leading:
        tx.touch("engine")
    return None


def release(tx: Tx, owner: str) -> None:
    """Give the lease back, so that another process can lead at once."""
    tx.connection.execute(delete(LEASES).where(LEASES.c.owner == owner))
    tx.touch("engine")
