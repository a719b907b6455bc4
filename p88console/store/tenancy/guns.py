"""Gun times from the settings, laid over those that the providers name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from p88console.domain.guns import EVERY_RACE, Guns, gun_of
from p88console.store.database.db import Tx
from p88console.store.tenancy.events import EVENTS, RACES


def set_guns(tx: Tx, guns: Mapping[int, Guns]) -> None:
    """Write the gun times that are set for these events, by event id; the provider's give way.

    An event starts with its first race. Ids that there are no events of are passed over.
    """
    for event_id, its_guns in guns.items():
        event = tx.connection.execute(select(EVENTS).where(EVENTS.c.id == event_id)).one_or_none()
        if event is not None and its_guns:
            _set(tx, event_id, its_guns, event.starts_at, event.race_day, ZoneInfo(event.timezone))


def _set(
    tx: Tx,
    event_id: int,
    guns: Guns,
    starts_at: datetime | None,
    race_day: date | None,
    zone: ZoneInfo,
) -> None:
    day = race_day or (starts_at.astimezone(zone).date() if starts_at else None)
    races = tx.connection.execute(select(RACES).where(RACES.c.event_id == event_id)).all()
    known, moved = [], False
    for race in races:
        gun = gun_of(guns, race.name)
        its_day = race.starts_at.astimezone(zone).date() if race.starts_at else day
        start = (gun.instant(its_day, zone) if gun else None) or race.starts_at
        known += [start] if start else []
        if start != race.starts_at:
            moved = True
            tx.connection.execute(
                update(RACES).where(RACES.c.id == race.id).values(starts_at=start)
            )
    common = guns[EVERY_RACE].instant(day, zone) if EVERY_RACE in guns else None
    first = min(known, default=common or starts_at)
    if first != starts_at:
        tx.connection.execute(update(EVENTS).where(EVENTS.c.id == event_id).values(starts_at=first))
    if moved or first != starts_at:
        tx.touch("events")
