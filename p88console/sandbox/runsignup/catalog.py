"""RunSignUp's race and its events, as the race calls show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from p88console.sandbox.course import Course
from p88console.sandbox.day import Race
from p88console.sandbox.desk import DESK_CLOSES, EARLIEST
from p88console.sandbox.runsignup import faults
from p88console.sandbox.runsignup.rows import EASTERN, loose_time, us_date
from p88console.sandbox.world import World

LAST_YEAR = timedelta(weeks=52)


class Catalog:
    """One RunSignUp race with an event for each distance.

    A race id is reused every year, so that the events of past years stay in it (confirmed);
    `past_events` adds last year's, without anybody in them.
    """

    def __init__(self, world: World, *, past_events: bool = False) -> None:
        rng = world.random("runsignup ids")
        self._world = world
        self.race_id = rng.randrange(100_000, 199_999)
        first = rng.randrange(1_000_000, 1_999_000)
        self.event_ids = [first + 17 * race.number for race in world.races]
        self.races: Mapping[int, Race] = dict(zip(self.event_ids, world.races, strict=True))
        """The races of this year's events."""
        self.past: Mapping[int, Race] = {
            event_id - 500_000: race for event_id, race in self.races.items() if past_events
        }
        """The events of last year, one for each race."""

    def races_of(self, event_ids: Iterable[int]) -> list[Race]:
        """The races of those events that are this year's; nobody is in the others."""
        return [self.races[event_id] for event_id in event_ids if event_id in self.races]

    def knows(self, event_id: int) -> bool:
        """Whether this race has such an event, this year or last."""
        return event_id in self.races or event_id in self.past

    def race_body(self, now: datetime, query: Mapping[str, str], *, events: bool) -> dict[str, Any]:
        """The race object (keys confirmed, `T`/`F` texts as everywhere)."""
        world = self._world
        race_day, today = world.date, now.astimezone(world.zone).date()
        past = race_day - LAST_YEAR if self.past else None
        last_day, next_day = (past, race_day) if today <= race_day else (race_day, None)
        opened = world.day.start - EARLIEST
        open_now = opened <= now < max(world.day.guns) - DESK_CLOSES
        body: dict[str, Any] = {
            "race_id": self.race_id,
            "name": world.options.name,
            "last_date": us_date(last_day),
            "last_end_date": us_date(last_day),
            "next_date": us_date(next_day),
            "next_end_date": us_date(next_day),
            "is_draft_race": "F",
            "is_private_race": "F",
            "is_registration_open": "T" if open_now else "F",
            "created": loose_time(opened - timedelta(days=30), EASTERN),
            "last_modified": loose_time(opened, EASTERN),
            "description": "<p>A race that only exists for practice.</p>",
            "url": f"https://practice.example/Race/IL/Chicago/Practice{self.race_id}",
            "external_race_url": None,
            "external_results_url": None,
            "address": {
                "street": "500 S Columbus Dr",
                "street2": None,
                "city": "Chicago",
                "state": "IL",
                "zipcode": "60605",
                "country_code": "US",
            },
            "timezone": world.options.timezone,
            "logo_url": None,
        }
        if events:
            body["events"] = self._events(now, query)
        return body

    def listed(self, query: Mapping[str, str], now: datetime) -> bool:
        """Whether the race listing's filters let this race through; dates with a day's grace.

        Raises:
            ApiError: A date cannot be read.
        """
        today = now.astimezone(EASTERN).date()
        first = _date(query, "start_date", today) or today
        last = _date(query, "end_date", today) or date.max
        wanted = query.get("name", "").lower()
        in_time = first - timedelta(days=1) <= self._world.date <= last
        return in_time and wanted in self._world.options.name.lower()

    def _events(self, now: datetime, query: Mapping[str, str]) -> list[dict[str, Any]]:
        no_past = query.get("most_recent_events_only") == "T"
        future = query.get("future_events_only") == "T"
        past = [] if no_past or future else list(self.past.items())
        events = [
            self._event(number, race.course, race.starts_at - LAST_YEAR) for number, race in past
        ]
        events += [
            self._event(number, race.course, race.starts_at)
            for number, race in self.races.items()
            if not future or race.starts_at > now
        ]
        return events

    def _event(self, event_id: int, course: Course, starts_at: datetime) -> dict[str, Any]:
        zone = self._world.zone
        opens, closes = starts_at - EARLIEST, starts_at - DESK_CLOSES
        return {
            "event_id": event_id,
            "race_event_days_id": event_id // 50,
            "name": course.name,
            "details": None,
            "start_time": loose_time(starts_at, zone),
            "end_time": loose_time(starts_at + timedelta(hours=3), zone),
            "age_calc_base_date": None,
            "registration_opens": loose_time(opens, EASTERN),
            "event_type": "running_race",
            "distance": course.distance,
            "volunteer": "F",
            "require_dob": "F",
            "require_phone": "F",
            "registration_periods": [
                {
                    "registration_opens": loose_time(opens, EASTERN),
                    "registration_closes": loose_time(closes, EASTERN),
                    "race_fee": course.fee,
                    "processing_fee": "$0.00",
                }
            ],
        }


def _date(query: Mapping[str, str], name: str, today: date) -> date | None:
    """A `date` parameter: `YYYY-mm-dd`, a timestamp, `today` or `tomorrow` (confirmed)."""
    text = query.get(name)
    if not text:
        return None
    words = {"today": today, "tomorrow": today + timedelta(days=1)}
    if text in words:
        return words[text]
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), EASTERN).date()
        return date.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise faults.invalid_date(name) from None
