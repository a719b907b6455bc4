"""Everything Copernico knows of one athlete, as `/athlete/{id}/full` tells it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from p88console.sandbox.copernico.rows import average, chip, gun_time, root
from p88console.sandbox.copernico.standings import Rank
from p88console.sandbox.copernico.state import Athlete
from p88console.sandbox.course import TimingPoint
from p88console.sandbox.wire import epoch_ms, iso

Seen = Sequence[tuple[TimingPoint, int]]
RankAt = Callable[[TimingPoint], Rank | None]

_READ_TO_SERVER_MS = 3_200
_PLACES = {
    "pos": "pos",
    "pos_gen": "posGen",
    "pos_cat": "posCat",
    "pos_net": "posNet",
    "pos_gen_net": "posGenNet",
    "pos_cat_net": "posCatNet",
}


def full_athlete(athlete: Athlete, now: datetime, rank_at: RankAt) -> dict[str, Any]:
    """An athlete with its one event (keys and types from a live dump).

    Args:
        athlete: The athlete.
        now: The instant the answer shows.
        rank_at: Places at a timing point, as of that instant.
    """
    return {**root(athlete), "events": [_event(athlete, now, rank_at)]}


def _event(athlete: Athlete, now: datetime, rank_at: RankAt) -> dict[str, Any]:
    seen, race = athlete.seen(now), athlete.race
    start = seen[0][1] if seen else None
    gun_ms, status = epoch_ms(race.gun_at), athlete.status(now)
    rankings = _rankings(seen, gun_ms, rank_at)
    last = seen[-1][0] if seen else None
    return {
        "event": race.name,
        "dorsal": athlete.dorsal,
        "chip": chip(athlete),
        "category": athlete.category,
        "team": athlete.columns.get("team") or "",
        "team_type": [],
        "status": status,
        "realStatus": status,
        "distance": race.course.distance_m,
        "gunTime": gun_time(race, now),
        "gunTimeMode": "wave",
        "gunTimeModeConfig": {"wave": race.name},
        "startTime": start,
        "startRawTime": None if start is None else gun_ms + start,
        "startNetTime": start,
        "auto_category": "category" not in athlete.columns,
        "auto_chip": "chip" not in athlete.columns,
        "attributes": {},
        **_sightings(seen),
        "last_split_seen": last.name if last else None,
        "issuesCount": {"data": 0, "times": 0},
        "leader_weight": _weight(*seen[-1]) if rankings else 0,
        "leader": _leader(seen, rankings),
        "calculatedTimes": {
            point.name: {"official": ms, "net": ms - (start or 0)} for point, ms in seen[1:]
        },
        "times": {point.name: _time(athlete, point, ms, seen[0][1]) for point, ms in seen},
        "rankings": rankings,
        "backups": {},
        "mst": [],
        "predictive": {},
        "custom-rankings": [],
        "penalties": [],
        "commentator": _commentator(seen, rankings),
        "commentatorTimes": {point.name: gun_ms + ms for point, ms in seen[-1:] if rankings},
    }


def _time(athlete: Athlete, point: TimingPoint, ms: int, start: int) -> dict[str, Any]:
    read_at = epoch_ms(athlete.race.gun_at) + ms
    instant = athlete.race.gun_at + timedelta(milliseconds=ms)
    time: dict[str, Any] = {
        "split": point.name,
        "order": point.order,
        "distance": point.distance_m,
        "time": ms,
        "netTime": ms - start,
        "average": average(ms, point),
        "averageNet": average(ms - start, point),
        "raw": {
            "chip": str(chip(athlete)[0]),
            "created": read_at + _READ_TO_SERVER_MS,
            "device": f"TS2 {point.order:03d}",
            "import": False,
            "importId": None,
            "location": point.name,
            "offset": 0,
            "originalTime": read_at,
            "rawTime": read_at,
            "rewind": False,
            "rewindId": None,
            "time": iso(instant),
            "times": {"official": ms, "rawTime": read_at, "real": ms},
            "valid": True,
        },
    }
    if point.kind != "start":
        time |= {"rawTime": read_at, "weight": _weight(point, ms)}
    return time


def _rankings(seen: Seen, gun_ms: int, rank_at: RankAt) -> dict[str, Any]:
    rankings: dict[str, Any] = {}
    for point, ms in seen[1:]:
        rank = rank_at(point)
        if rank is not None:
            net = ms - seen[0][1]
            rankings[point.name] = {
                "location": point.name,
                "time": ms,
                "net": net,
                "average": average(ms, point),
                "averageNet": average(net, point),
                "rawTime": gun_ms + ms,
                **{_PLACES[name]: place for name, place in asdict(rank).items()},
            }
    return rankings


def _sightings(seen: Seen) -> dict[str, int]:
    """How many points were seen and missed on the way, and the longest row of missed ones."""
    gaps = [after[0].order - before[0].order - 1 for before, after in pairwise(seen)]
    return {
        "splitsSeen": len(seen),
        "splitsMissing": sum(gaps),
        "maxConsecutiveSplitsMissing": max(gaps, default=0),
    }


def _leader(seen: Seen, rankings: dict[str, Any]) -> dict[str, Any]:
    if not rankings:
        return {}
    point, ms = seen[-1]
    names = ("location", "time", "average", "rawTime", "pos", "posGen", "posCat")
    held = {name: rankings[point.name][name] for name in names}
    return {"split": point.name, **held, "weight": _weight(point, ms)}


def _commentator(seen: Seen, rankings: dict[str, Any]) -> dict[str, Any]:
    if not rankings:
        return {}
    name = seen[-1][0].name
    places = {f"{name}_{key}": rankings[name][key] for key in ("time", "pos", "posGen", "posCat")}
    return {f"{name}_name": name, **places}


def _weight(point: TimingPoint, ms: int) -> float:
    """Orders everybody on the course: the further the heavier, the later the lighter."""
    return point.order + 1 - ms / 1e13
