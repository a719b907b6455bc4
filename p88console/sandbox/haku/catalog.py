"""Haku's events. Nothing lists an event's categories: they show in the registrations alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from p88console.sandbox.desk import DESK_CLOSES, EARLIEST
from p88console.sandbox.haku.ways import Ways
from p88console.sandbox.registering.calls import Call, Refusal
from p88console.sandbox.world import World

PER_PAGE = 25
"""The largest page, whatever is asked for (said to be the vendor's; that it clamps is assumed)."""

_DATES: Mapping[str, Callable[[datetime, ZoneInfo], str]] = {
    "date": lambda moment, zone: f"{moment.astimezone(zone):%Y-%m-%d}",
    "local": lambda moment, zone: f"{moment.astimezone(zone):%Y-%m-%dT%H:%M:%S}",
    "utc": lambda moment, _: zulu(moment),
    "space": lambda moment, zone: f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the organisation."""

    event_id: str
    name: str
    starts_at: datetime
    active: bool = True


class Catalog:
    """What the organisation has."""

    def __init__(self, world: World, ways: Ways) -> None:
        rng = world.random("haku ids")
        self._world = world
        self._ways = ways
        self._ids = [f"{rng.getrandbits(80):020x}" for _ in range(60)]
        self.event_id = self._ids[0]

    def event(self, event_id: str) -> Event:
        """One event by its id.

        Raises:
            Refusal: The organisation has no such event.
        """
        found = [event for event in self._events() if event.event_id == event_id]
        if not found:
            raise Refusal(404, "Not Found")
        return found[0]

    def listed(self, call: Call) -> list[Event]:
        """The page of events that a call asks for; inactive ones only with `show_inactive=true`.

        Raises:
            Refusal: A parameter cannot be read.
        """
        inactive = call.query.get("show_inactive") == "true"
        events = [event for event in self._events() if event.active or inactive]
        if call.query.get("sort_column", "event_date") != "event_date":
            raise Refusal(400, "Bad Request")
        events.sort(key=lambda event: event.starts_at, reverse=descending(call))
        return events[page_asked_for(call)]

    def row(self, event: Event) -> dict[str, Any]:
        """An event's row: four fields are confirmed, the others may be absent."""
        write = _DATES.get(self._ways.event_date, _DATES["date"])
        row: dict[str, Any] = {
            "id": event.event_id,
            "name": event.name,
            "event_date": write(event.starts_at, self._world.zone),
            "status": "active" if event.active else "inactive",
        }
        if event.event_id == self.event_id:
            row |= {
                "description": None,
                "location_name": "Grant Park",
                "location_city": "Chicago",
                "location_state": "IL",
                "registration_open_date": zulu(event.starts_at - EARLIEST),
                "registration_close_date": zulu(event.starts_at - DESK_CLOSES),
                "currency": "USD",
            }
        return row

    def _events(self) -> list[Event]:
        name, starts_at = self._world.options.name, self._world.races[0].starts_at
        events = [Event(self.event_id, name, starts_at)]
        for week in range(1, self._ways.other_events + 1):
            later = starts_at + timedelta(weeks=week)
            events.append(Event(self._ids[1 + week % 50], f"Practice Run {week}", later))
        if self._ways.past_event:
            events.append(Event(self._ids[-1], name, starts_at - timedelta(weeks=52), active=False))
        return events


def page_asked_for(call: Call) -> slice:
    """Which part of a listing a call asks for, never longer than the clamp.

    Raises:
        Refusal: A parameter cannot be read.
    """
    size = min(PER_PAGE, call.whole("per_page", PER_PAGE, least=1))
    first = (call.whole("page", 1, least=1) - 1) * size
    return slice(first, first + size)


def descending(call: Call) -> bool:
    """Whether `sort_direction` says so.

    Raises:
        Refusal: It says something else than `asc` or `desc`.
    """
    direction = call.query.get("sort_direction", "asc")
    if direction not in {"asc", "desc"}:
        raise Refusal(400, "Bad Request")
    return direction == "desc"


def zulu(moment: datetime) -> str:
    """`2025-05-01T12:00:00Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
