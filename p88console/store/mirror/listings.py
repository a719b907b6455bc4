"""Listings that leave details out: whose details are still to be read, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from p88console.domain.model import RawRow
from p88console.domain.newest_first import NewestFirst
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.upsert import chunked, upsert

LISTED = core.LISTED_ROWS
PARTICIPANTS = core.PARTICIPANTS


@dataclass(frozen=True, slots=True)
class Short:
    """A short row as it was listed."""

    row_key: str
    list_hash: str
    raw: RawRow


def last_listing(connection: Connection, event_id: int) -> NewestFirst:
    """The last listing of the event, to hold the next one against."""
    query = select(LISTED.c.row_key, LISTED.c.list_hash).where(LISTED.c.event_id == event_id)
    rows = connection.execute(query.order_by(LISTED.c.position)).all()
    return NewestFirst([(row.row_key, row.list_hash) for row in rows])


def stands_newest_first(connection: Connection, event_id: int) -> bool:
    """Whether the stamps of the details that were read fall down the last listing, and do fall."""
    people = PARTICIPANTS.c
    query = (
        select(people.modified_at)
        .join(LISTED, (LISTED.c.row_key == people.row_key) & (LISTED.c.event_id == people.event_id))
        .where(people.event_id == event_id, people.modified_at.is_not(None))
        .where(LISTED.c.read_hash == LISTED.c.list_hash)
        .order_by(LISTED.c.position)
    )
    stamps = connection.execute(query).scalars().all()
    return len(set(stamps)) > 1 and all(above >= below for above, below in pairwise(stamps))


def note_moved(tx: Tx, event_id: int, moved: Sequence[Short]) -> None:
    """Put rows on top, in this order; their details are to be read again."""
    if not moved:
        return
    top = select(func.min(LISTED.c.position)).where(LISTED.c.event_id == event_id)
    first = (tx.connection.execute(top).scalar() or 0) - len(moved)
    rows = [
        {
            "event_id": event_id,
            "row_key": short.row_key,
            "position": first + place,
            "raw": dict(short.raw),
            "list_hash": short.list_hash,
            "read_hash": None,
        }
        for place, short in enumerate(moved)
    ]
    upsert(tx.connection, LISTED, rows, key=("event_id", "row_key"))


def to_read(connection: Connection, event_id: int, limit: int) -> list[Short]:
    """Whose details are to be read next, the newest change first."""
    return _shorts(connection, _unread(event_id).order_by(LISTED.c.position).limit(limit))


def left_to_read(connection: Connection, event_id: int) -> int:
    """How many details are still to be read."""
    query = _unread(event_id).with_only_columns(func.count())
    return int(connection.execute(query).scalar_one())


def forget_oldest(tx: Tx, event_id: int, read_before: datetime, limit: int | None = None) -> int:
    """Let the oldest details be read again that were read before an instant; says how many."""
    oldest = (
        select(LISTED.c.id)
        .where(LISTED.c.event_id == event_id, LISTED.c.read_hash == LISTED.c.list_hash)
        .where(LISTED.c.read_at < read_before)
        .order_by(LISTED.c.read_at, LISTED.c.position)
        .limit(limit)
    )
    ids = tx.connection.execute(oldest).scalars().all()
    for some in chunked(ids):
        tx.connection.execute(update(LISTED).where(LISTED.c.id.in_(some)).values(read_hash=None))
    return len(ids)


def note_read(tx: Tx, event_id: int, read: Mapping[str, str], now: datetime) -> None:
    """Write down whose details were read, by row key, for which short row's hash."""
    for row_key, list_hash in read.items():
        tx.connection.execute(
            update(LISTED)
            .where(LISTED.c.event_id == event_id, LISTED.c.row_key == row_key)
            .values(read_hash=list_hash, read_at=now)
        )


def _unread(event_id: int) -> Select[Any]:
    return select(LISTED.c.row_key, LISTED.c.list_hash, LISTED.c.raw).where(
        LISTED.c.event_id == event_id,
        LISTED.c.read_hash.is_distinct_from(LISTED.c.list_hash),
    )


def _shorts(connection: Connection, query: Select[Any]) -> list[Short]:
    return [Short(row.row_key, row.list_hash, row.raw) for row in connection.execute(query)]
