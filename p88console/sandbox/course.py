"""The courses of the practice race, their timing points, and how a runner gets round them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

Crossings = tuple[int | None, ...]
"""For each timing point of a course: milliseconds since the gun, or None if never read there."""


@dataclass(frozen=True, slots=True)
class TimingPoint:
    """A place on the course where reads are taken; `order` counts from 1."""

    name: str
    distance_m: int
    order: int
    kind: str
    """`start`, `standard` or `finish`."""


@dataclass(frozen=True, slots=True)
class Course:
    """One distance: its timing points and how fast its field goes, in seconds per kilometre."""

    name: str
    distance: str
    """The distance as a registration system prints it."""
    fee: str
    gun_after_minutes: int
    share: float
    """Which part of all registrations this race has."""
    points: tuple[TimingPoint, ...]
    fastest: float
    usual: float
    slowest: float

    @property
    def distance_m(self) -> int:
        """The whole length in metres."""
        return self.points[-1].distance_m


def _points(*between: tuple[str, int], finish: int) -> tuple[TimingPoint, ...]:
    places = [("Start", 0), *between, ("Finish", finish)]
    last = len(places)
    kinds = {1: "start", last: "finish"}
    return tuple(
        TimingPoint(name, metres, order, kinds.get(order, "standard"))
        for order, (name, metres) in enumerate(places, 1)
    )


COURSES = (
    Course(
        name="Half Marathon",
        distance="13.1 Miles",
        fee="$95.00",
        gun_after_minutes=0,
        share=0.45,
        points=_points(("5K", 5000), ("10K", 10000), ("15K", 15000), finish=21097),
        fastest=195,
        usual=345,
        slowest=465,
    ),
    Course(
        name="10K",
        distance="10K",
        fee="$55.00",
        gun_after_minutes=15,
        share=0.30,
        points=_points(("5K", 5000), finish=10000),
        fastest=180,
        usual=360,
        slowest=510,
    ),
    Course(
        name="5K",
        distance="5K",
        fee="$40.00",
        gun_after_minutes=30,
        share=0.25,
        points=_points(("2.5 km", 2500), finish=5000),
        fastest=175,
        usual=390,
        slowest=600,
    ),
)

LONGEST_WAIT_MS = 300_000
"""Nobody crosses the start line later than this after the gun."""


def draw_crossings(rng: Random, course: Course, field_size: int, *, gives_up: bool) -> Crossings:
    """How one runner gets round: the start line, then every mat, now and then one that misses.

    Args:
        rng: Where chance comes from.
        course: The course.
        field_size: How many start together: the back of a large field waits longer.
        gives_up: The runner stops on the way and never reaches the finish.
    """
    pace = rng.triangular(course.fastest, course.slowest, course.usual)
    place_in_field = (pace - course.fastest) / (course.slowest - course.fastest)
    whole_wait = min(LONGEST_WAIT_MS, 5_000 + field_size * 150)
    wait = int(whole_wait * min(1.0, max(0.0, place_in_field + rng.gauss(0, 0.1))))
    wait += rng.randrange(200, 3_000)
    fades = rng.gauss(0.03, 0.03)
    last = rng.randrange(1, len(course.points)) if gives_up else len(course.points)
    crossings: list[int | None] = []
    for point in course.points:
        part = point.distance_m / course.distance_m
        # Even pace at the finish, a little ahead of it on the way: most people slow down.
        running = point.distance_m * pace * (1 - fades * (1 - part))
        missed = point.kind == "standard" and rng.random() < 0.01
        crossings.append(None if point.order > last or missed else wait + int(running))
    return tuple(crossings)


def passed(crossings: Crossings, elapsed_ms: int) -> int:
    """How many reads of a runner exist this long after the gun."""
    return sum(1 for crossing in crossings if crossing is not None and crossing <= elapsed_ms)
