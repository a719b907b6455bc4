"""Copernico's short rows: athletes in a list, preset rows, leaders, event objects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from p88console.sandbox.copernico.categories import category_objects
from p88console.sandbox.copernico.standings import Passage
from p88console.sandbox.copernico.state import Athlete
from p88console.sandbox.course import Course, TimingPoint
from p88console.sandbox.day import Race
from p88console.sandbox.wire import epoch_ms, iso, json_text
from p88console.sandbox.world import World

_ROOT: dict[str, Any] = {
    "name": None,
    "surname": None,
    "gender": None,
    "birthdate": None,
    "nationality": None,
    "club": "",
    "document": None,
    "e-mail": None,
    "phone": None,
    "box": None,
    "color": "f8a7ec",
    "featured": False,
}
"""The fixed columns outside an athlete's events, with what they hold when nothing was sent."""

_PER_EVENT = frozenset({"dorsal", "chip", "category", "team"})
SPECIAL_TOKENS = {"start": ":::start:::", "finish": ":::finish:::"}


def root(athlete: Athlete) -> dict[str, Any]:
    """What an athlete has outside its events; free-form columns stand beside the fixed ones."""
    sent = athlete.columns
    fixed = {name: sent.get(name, default) for name, default in _ROOT.items()}
    free = {name: sent[name] for name in sent if name not in fixed and name not in _PER_EVENT}
    locations = [point.name for point in athlete.race.course.points]
    return {"id": athlete.id, **fixed, "locations": locations, **free}


def gun_time(race: Race, now: datetime) -> str:
    """The announced start until the gun has gone, then its real instant."""
    return iso(race.gun_at if now >= race.gun_at else race.starts_at)


def chip(athlete: Athlete) -> list[int | str]:
    """The chips: numbers where they are numbers (live dump)."""
    given = athlete.columns.get("chip") or athlete.dorsal
    return [_number(str(one)) for one in (given if isinstance(given, list) else [given]) if one]


def listed_text(athlete: Athlete, now: datetime) -> str:
    """One athlete of the athletes list, as JSON text; what a list item holds is assumed."""
    status = athlete.status(now)
    held = athlete.rendered.get("listed")
    if held is None or held[0] != status:
        event = {
            "event": athlete.race.name,
            "dorsal": athlete.dorsal,
            "chip": chip(athlete),
            "category": athlete.category,
            "team": athlete.columns.get("team") or "",
            "status": status,
            "realStatus": status,
        }
        held = (status, json_text({**root(athlete), "events": [event]}))
        athlete.rendered["listed"] = held
    return held[1]


def preset_text(athlete: Athlete, now: datetime, *, with_id: bool) -> str:
    """One row of a preset export, as JSON text (columns as captured; `id` if the preset has it)."""
    gun = gun_time(athlete.race, now)
    state = (athlete.reads(now), gun)
    held = athlete.rendered.get("preset")
    if held is None or held[0] != state:
        row = _preset_row(athlete, now, gun)
        held = (state, json_text({"id": athlete.id, **row} if with_id else row))
        athlete.rendered["preset"] = held
    return held[1]


def _preset_row(athlete: Athlete, now: datetime, gun: str) -> dict[str, Any]:
    sent = athlete.columns
    times = {point.order: ms for point, ms in athlete.seen(now)}
    start = times.get(1)
    return {
        "surname": sent.get("surname"),
        "name": sent.get("name"),
        "gender": sent.get("gender"),
        "birthdate": sent.get("birthdate"),
        "event": athlete.race.name,
        "dorsal": _preset_dorsal(athlete),
        "category": athlete.category,
        "gunTime": gun,
        "status": athlete.status(now),
        "startRawTime": None if start is None else epoch_ms(athlete.race.gun_at) + start,
        **{
            f"times.official_{SPECIAL_TOKENS.get(point.kind, point.name)}": times.get(point.order)
            for point in athlete.race.course.points
        },
    }


def _preset_dorsal(athlete: Athlete) -> int | str | None:
    """A number for most rows, text for those entered by hand (captured)."""
    if athlete.dorsal is None or athlete.columns.get("birthdate") is None:
        return athlete.dorsal
    return _number(athlete.dorsal)


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() and str(int(text)) == text else text


def leader_row(passage: Passage, place: int, fields: Iterable[str]) -> dict[str, Any]:
    """One row of a leaders list (keys captured); `place` is the one within the group asked for."""
    athlete, point = passage.athlete, passage.point
    extra: dict[str, Any] = {"nationality": athlete.columns.get("nationality"), "predictive": {}}
    return {
        "id": athlete.id,
        "dorsal": athlete.dorsal,
        "time": passage.official,
        "name": athlete.columns.get("name"),
        "surname": athlete.columns.get("surname"),
        "club": athlete.columns.get("club") or "",
        "category": athlete.category,
        "average": average(passage.official, point),
        "split": point.name,
        "location": point.name,
        "rawTime": epoch_ms(athlete.race.gun_at) + passage.official,
        "pos": place,
        **{name: extra[name] for name in fields if name in extra},
    }


def average(time_ms: int, point: TimingPoint) -> float:
    """Seconds per metre (checked against a live dump); 0 at the start line."""
    return round(time_ms / 1000 / point.distance_m, 5) if point.distance_m else 0


def event_object(world: World, race: Race, athletes: int, now: datetime) -> dict[str, Any]:
    """One event of a race (fields read by production code); id and name agree, as in the sample."""
    return {
        "id": race.name,
        "event": race.name,
        "name": race.name,
        "type": "standard",
        "distance": race.course.distance_m,
        "startTime": iso(race.starts_at),
        "athletes": athletes,
        "status": {
            "finished": now > world.last_finish(race),
            "wavesStarted": now >= race.gun_at,
        },
        "waves": [],
        "splits": _splits(race.course),
        "categories": category_objects(world.date),
        "attributes": [],
        "locations": [],
        "maps": [],
    }


def _splits(course: Course) -> list[dict[str, Any]]:
    return [
        {
            "name": point.name,
            "distance": point.distance_m,
            "type": point.kind,
            "physicalLocation": point.name,
            "order": point.order,
        }
        for point in course.points
    ]
