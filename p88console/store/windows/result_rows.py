"""What the Results room shows: standings, what moved, how the finish goes on, publications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from p88console.domain.case import Finding
from p88console.store.windows.roster_rows import RevisionRow


class ResultFacet(StrEnum):
    """Ways to narrow the standings, beside one race."""

    ALL = "all"
    MOVED = "moved"
    """Another time, place or status than at an instant."""
    NOBODYS = "nobody's"
    """A result that no registration answers to."""


@dataclass(frozen=True, slots=True)
class ResultQuery:
    """Which standings of an event."""

    event_id: int
    race_id: int | None = None
    facet: ResultFacet = ResultFacet.ALL
    since: datetime | None = None
    """From when on a move counts; needed by the facet `moved` alone."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class RaceChoice:
    """A race of the event with how its results stand."""

    id: int
    name: str
    gun_at: datetime | None
    distance_m: float | None
    results: int


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One runner's standing as listed; times in milliseconds, instants UTC."""

    id: int
    participant_id: int | None
    race_name: str | None
    bib: str | None
    first_name: str | None
    last_name: str | None
    status: str
    place: int | None
    gender_place: int | None
    category: str | None
    category_place: int | None
    gun_time_ms: int | None
    chip_time_ms: int | None
    split: tuple[str, int | None] | None
    """The name and gun time of the newest split passed."""
    revision: int
    before: Mapping[str, Any] | None
    """The standing of the revision before this one."""
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class StandingStory:
    """One result whole, with every revision, the oldest first."""

    id: int
    provider: str
    event_name: str
    race_name: str | None
    standing: Mapping[str, Any]
    revisions: tuple[RevisionRow, ...]
    suggestion: str | None
    """Who it probably was, where nobody answers to it."""


@dataclass(frozen=True, slots=True)
class Leader:
    """One line of the announcer's sheet; times in milliseconds."""

    bib: str | None
    first_name: str | None
    last_name: str | None
    category: str | None
    home: str | None
    """Team, else city, as registered."""
    gun_time_ms: int | None
    chip_time_ms: int | None


@dataclass(frozen=True, slots=True)
class LeadingGroup:
    """The first few of one race, sex and category, the winner first."""

    race_name: str | None
    gender: str | None
    """Empty for a race's everybody, and for who has none."""
    category: str | None
    everybody: bool
    leaders: Sequence[Leader]


@dataclass(frozen=True, slots=True)
class Finish:
    """How the finish goes on: everybody by status, finishers by minute, and their paces."""

    statuses: Mapping[str, int]
    minutes: Mapping[int, int]
    """Minute of the Unix epoch in which they crossed the line → how many did."""
    paces: Mapping[int, int]
    """Whole seconds for a kilometre, in steps of `PACE_STEP_S` → how many ran it."""
    registered: int
    """Active registrations of the event or race."""


PACE_STEP_S = 10


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One publication of a race; instants are UTC."""

    id: int
    race_name: str
    version: int
    origin: int
    mode: str
    state: str
    official: bool
    lines: int
    rows: Mapping[str, int]
    """How many lines are in which state."""
    reason: str | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class PublishWish:
    """What is to be published, and how; all races when `race_id` is None."""

    event_id: int
    race_id: int | None = None
    official: bool = False
    notify: bool = False
    full: bool = False
    previous: bool = False
    unpublish: bool = False


@dataclass(frozen=True, slots=True)
class RaceDraft:
    """What would go out for one race, in words, and what the guard says, the gravest first."""

    race_name: str
    words: str
    findings: Sequence[Finding]
