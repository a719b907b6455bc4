"""What changed about an event's people since a moment: fields, arrivals, with who and door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, literal, null, select, union_all

from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.upsert import upsert
from p88console.store.mirror.participants import CHANGES, PARTICIPANTS
from p88console.store.tenancy.events import EVENTS
from p88console.store.tenancy.tenants import ACCOUNTS

LOOKS = core.LOOKS

ARRIVED = "arrived"
"""The field's name for somebody who is here for the first time."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change about one person; the instant is UTC."""

    at: datetime
    participant_id: int
    bib: str | None
    first_name: str | None
    last_name: str | None
    who: str
    door: str
    field: str
    before: str | None
    after: str | None
    reason: str | None


def since(
    connection: Connection,
    event_id: int,
    moment: datetime,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[Change]:
    """What changed at this moment or later, newest first."""
    both = union_all(_changed(event_id, moment), _arrived(event_id, moment)).subquery()
    query = select(both).order_by(both.c.at.desc(), both.c.participant_id, both.c.field)
    found = connection.execute(query.limit(limit).offset(offset)).mappings()
    return [Change(**{name: row[name] for name in Change.__slots__}) for row in found]


def _changed(event_id: int, moment: datetime) -> Select[tuple[object, ...]]:
    people = PARTICIPANTS.c
    return (
        select(
            CHANGES.c.at,
            CHANGES.c.participant_id,
            people.bib,
            people.first_name,
            people.last_name,
            *(CHANGES.c[name] for name in ("who", "door", "field", "before", "after", "reason")),
        )
        .join(PARTICIPANTS, people.id == CHANGES.c.participant_id)
        .where(people.event_id == event_id, CHANGES.c.at >= moment)
    )


def _arrived(event_id: int, moment: datetime) -> Select[tuple[object, ...]]:
    people = PARTICIPANTS.c
    return (
        select(
            people.first_seen_at.label("at"),
            people.id.label("participant_id"),
            people.bib,
            people.first_name,
            people.last_name,
            ACCOUNTS.c.provider.label("who"),
            literal("pull").label("door"),
            literal(ARRIVED).label("field"),
            null().label("before"),
            people.row_key.label("after"),
            null().label("reason"),
        )
        .join(EVENTS, EVENTS.c.id == people.event_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
        .where(people.event_id == event_id, people.first_seen_at >= moment, ~people.added_here)
    )


def last_look(connection: Connection, event_id: int, who: str) -> datetime | None:
    """When somebody last looked at what changed in an event."""
    query = select(LOOKS.c.at).where(LOOKS.c.event_id == event_id, LOOKS.c.who == who)
    return connection.execute(query).scalar_one_or_none()


def note_look(tx: Tx, event_id: int, who: str, now: datetime) -> None:
    """Remember that somebody looked at this moment."""
    row = {"event_id": event_id, "who": who, "at": now}
    upsert(tx.connection, LOOKS, [row], key=("event_id", "who"))
