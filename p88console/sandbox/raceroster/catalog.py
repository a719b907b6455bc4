"""Race Roster's events and sub-events, and the ids that everything has on its two surfaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from p88console.sandbox.course import Course
from p88console.sandbox.day import Race
from p88console.sandbox.desk import DESK_CLOSES, EARLIEST
from p88console.sandbox.raceroster.ways import Ways
from p88console.sandbox.registering.calls import Call, Refusal
from p88console.sandbox.world import World

DEFAULT_PAGE = 50
DRAFT = "DRAFT"
GOES_ON = timedelta(hours=12)
"""So long after midnight an event still counts as of the day before."""

_SORTS = {
    "startDate": lambda event: (event.starts_at, event.event_id),
    "name": lambda event: (event.name, event.event_id),
    "eventId": lambda event: event.event_id,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the account; only the practice race has races, and people in them."""

    event_id: int
    type: str
    name: str
    starts_at: datetime
    modified_at: datetime
    races: Sequence[Race]


class Catalog:
    """What the account may see."""

    def __init__(self, world: World, ways: Ways) -> None:
        rng = world.random("raceroster ids")
        self._world = world
        self._ways = ways
        self.event_id = rng.randrange(100_000, 118_000)
        first = rng.randrange(240_000, 250_000)
        self.sub_event_ids = [first + 3 * race.number for race in world.races]
        """The sub-event of each race, by the race's number."""
        self.result_event_id = rng.randrange(70_000, 79_000)
        first = rng.randrange(210_000, 220_000)
        self.results_races: Mapping[int, Race] = {
            first + 7 * race.number: race for race in world.races
        }
        """The races of the public results, whose ids are not those of sub-events (confirmed)."""
        self.unique_code = key_text(rng)

    def event(self, event_id: str) -> Event:
        """One event by its id, whatever its type.

        Raises:
            Refusal: The account sees no such event.
        """
        found = [event for event in self._events() if str(event.event_id) == event_id]
        if not found:
            raise Refusal(404, "Event not found.")
        return found[0]

    def listed(self, call: Call) -> list[Event]:
        """The page of events that a call asks for: no drafts, none whose day is over.

        Raises:
            Refusal: A parameter cannot be read.
        """
        today = (call.now - GOES_ON).astimezone(self._world.zone).date()
        first, last = call.instant("eventDateFrom"), call.instant("eventDateTo")
        modified, ids = call.instant("lastModifiedDate"), call.query.get("eventId")
        sort, order = call.query.get("sort", "startDate"), call.query.get("order", "asc")
        if sort not in _SORTS or order not in {"asc", "desc"}:
            raise Refusal(400, "The sort or order is invalid.")
        events = [
            event
            for event in self._events()
            if event.type != DRAFT
            and event.starts_at.astimezone(self._world.zone).date() >= today
            and (first is None or event.starts_at >= first)
            and (last is None or event.starts_at <= last)
            and (modified is None or event.modified_at >= modified)
            and (not ids or str(event.event_id) in ids.split(","))
        ]
        events.sort(key=_SORTS[sort], reverse=order == "desc")
        offset = call.whole("offset", 0)
        limit = min(self._ways.largest_page, call.whole("limit", DEFAULT_PAGE, least=1))
        return events[offset : offset + limit]

    def _events(self) -> list[Event]:
        world = self._world
        opened = world.day.start - EARLIEST
        starts_at = world.races[0].starts_at
        name = world.options.name
        events = [Event(self.event_id, self._ways.event_type, name, starts_at, opened, world.races)]
        for week in range(1, self._ways.other_events + 1):
            later = timedelta(weeks=week)
            number, name = self.event_id + 11 * week, f"Practice Run {week}"
            events.append(Event(number, "PRIVATE", name, starts_at + later, opened + later, ()))
        return events

    def body(self, event: Event, *, alone: bool) -> dict[str, Any]:
        """An event object (keys confirmed by two clients).

        Args:
            event: The event.
            alone: Whether it was asked for by its id, which then is text (both were seen).
        """
        sub_events = [self._sub_event(race, event) for race in event.races]
        return {
            "eventId": str(event.event_id) if alone else event.event_id,
            "type": event.type,
            "name": event.name,
            "city": "Chicago",
            "region": {"code": "IL", "name": "Illinois"},
            "country": {"code": "US", "name": "United States"},
            "startDate": offset_time(event.starts_at),
            "timeZone": self._world.options.timezone,
            "registrationOpenDate": offset_time(event.starts_at - EARLIEST),
            "registrationCloseDate": offset_time(event.starts_at - DESK_CLOSES),
            "lastModifiedDate": offset_time(event.modified_at),
            "url": f"https://practice.example/events/{event.event_id}/practice",
            "organizerName": "Practice Timing",
            "organizerEmail": "info@example.org",
            "organizerPhone": None,
            "address": "500 S Columbus Dr, Chicago, IL",
            "latitude": 41.87,
            "longitude": -87.62,
            "locale": "en-US",
            "description": "<p>A race that only exists for practice.</p>",
            "resultsUrl": self._results_url(event),
            "branding": {"logo": None, "primaryColor": None},
            "subEvents": sub_events if self._ways.sub_events_bare else {"data": sub_events},
        }

    def _results_url(self, event: Event) -> str | None:
        if event.event_id != self.event_id:
            return None
        return f"https://practice.example/v2/en-US/results/{self.unique_code}"

    def _sub_event(self, race: Race, event: Event) -> dict[str, Any]:
        """A sub-event, most of its numbers as text (seen by clients)."""
        distance = kilometres(race.course)
        inherits = race.starts_at == event.starts_at
        return {
            "subEventId": self.sub_event_ids[race.number],
            "name": race.name,
            "maxParticipants": "5000",
            "participantMinAge": "5",
            "participantMaxAge": "99",
            "subEventDistance": {
                "id": str(race.number + 1),
                "type": "running",
                "label": f"{distance} km",
                "value": distance,
                "unit": "km",
                "inMeters": str(race.course.distance_m),
            },
            "distance": distance,
            "distanceType": "km",
            "customSubEventDate": None if inherits else offset_time(race.starts_at),
        }


def kilometres(course: Course) -> str:
    """A course's length as the sub-events print it."""
    return f"{course.distance_m / 1000:g}"


def offset_time(moment: datetime) -> str:
    """ISO 8601 with an offset and whole seconds (confirmed in vendor docs)."""
    return moment.isoformat(timespec="seconds")


def key_text(rng: Random) -> str:
    """Sixteen letters and digits, as events and results are named on the public site."""
    return "".join(rng.choices("abcdefghjkmnpqrstuvwxyz23456789", k=16))
