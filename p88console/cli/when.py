"""Instants for people: in the event's zone, with its label."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from p88console.providers.reading import zone_or_utc
from p88console.runtime import scalars
from p88console.store.database.db import Database
from p88console.store.tenancy import events

Zones = Mapping[str | None, str]
"""Event id → IANA name of its zone."""


async def zones(db: Database) -> Zones:
    """The zone of each event."""
    mirrored = await db.read(events.events)
    return {scalars.identity(row.id): row.timezone for row in mirrored}


def local(text: str | None, zone_name: str | None) -> str | None:
    """An instant of a document as it is read there: `Sat 17 Oct 06:42:10 CDT`; UTC without zone."""
    if text is None:
        return None
    there = datetime.fromisoformat(text).astimezone(zone_or_utc(zone_name or "UTC"))
    return f"{there:%a} {there.day} {there:%b %H:%M:%S} {there.tzname() or 'UTC'}"
