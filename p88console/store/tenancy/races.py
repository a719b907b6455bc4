"""Races that turn up late: named by a registration first, or added after their event was linked."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.upsert import upsert

EVENTS = core.EVENTS
RACES = core.RACES
LINKS = core.LINKS
RACE_LINKS = core.RACE_LINKS


def ensure_races(tx: Tx, event_id: int, wanted: Mapping[str, str]) -> None:
    """Add the races, by provider's id and name, that the event does not have yet.

    They start when the event does: nothing else is known of them.
    """
    known = select(RACES.c.provider_race_id).where(RACES.c.event_id == event_id)
    missing = wanted.keys() - set(tx.connection.execute(known).scalars()) if wanted else set()
    if not missing:
        return
    start = select(EVENTS.c.starts_at).where(EVENTS.c.id == event_id)
    starts_at = tx.connection.execute(start).scalar_one()
    rows = [
        {
            "event_id": event_id,
            "provider_race_id": race_id,
            "name": wanted[race_id],
            "starts_at": starts_at,
            "distance_m": None,
            "raw": {},
        }
        for race_id in sorted(missing)
    ]
    upsert(tx.connection, RACES, rows, key=("event_id", "provider_race_id"))
    complete_maps(tx, event_id)
    tx.touch("events")


def complete_maps(tx: Tx, event_id: int) -> None:
    """Map the event's races that no link maps yet to those of the same name at the far side."""
    ours = tx.connection.execute(
        select(RACES.c.id, RACES.c.name).where(RACES.c.event_id == event_id)
    ).all()
    links = select(LINKS.c.id, LINKS.c.remote_races).where(LINKS.c.event_id == event_id)
    for link in tx.connection.execute(links).all():
        there = {name.casefold().strip(): (its_id, name) for its_id, name in link.remote_races}
        mapped = select(RACE_LINKS.c.race_id).where(RACE_LINKS.c.link_id == link.id)
        done = set(tx.connection.execute(mapped).scalars())
        found = [(race.id, there.get(race.name.casefold().strip())) for race in ours]
        rows = [
            {
                "link_id": link.id,
                "race_id": race_id,
                "remote_race_id": same[0],
                "remote_race_name": same[1],
            }
            for race_id, same in found
            if same is not None and race_id not in done
        ]
        upsert(tx.connection, RACE_LINKS, rows, key=("link_id", "race_id"))
