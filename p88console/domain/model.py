"""The field's own things as plain values: providers, events, races, participants, results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

RawRow = Mapping[str, Any]
"""One row exactly as a provider sent it."""


class Provider(StrEnum):
    """Where registrations live or scoring happens, by the name used in data and commands."""

    RUNSIGNUP = "runsignup"
    RACEROSTER = "raceroster"
    HAKU = "haku"
    COPERNICO = "copernico"
    CHRONOTRACK = "chronotrack"

    @property
    def title(self) -> str:  # type: ignore[override]  # a provider's title is its name on screen
        """The name as the provider writes it, for screens and messages."""
        return _PROVIDER_TITLES[self]

    @property
    def registers(self) -> bool:
        """Whether people register here; the others score."""
        return self in (Provider.RUNSIGNUP, Provider.RACEROSTER, Provider.HAKU)


_PROVIDER_TITLES = {
    Provider.RUNSIGNUP: "RunSignUp",
    Provider.RACEROSTER: "Race Roster",
    Provider.HAKU: "Haku",
    Provider.COPERNICO: "Copernico",
    Provider.CHRONOTRACK: "ChronoTrack",
}


class Gender(StrEnum):
    """A gender as registrations state it; anything else stays raw and is flagged."""

    FEMALE = "F"
    MALE = "M"
    NONBINARY = "X"


class ParticipantStatus(StrEnum):
    """Whether a registration still stands, and if not, why."""

    ACTIVE = "active"
    REMOVED = "removed"
    TRANSFERRED = "transferred"
    DEFERRED = "deferred"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class ResultStatus(StrEnum):
    """Where a runner stands; providers' other words are kept as they are."""

    NOT_STARTED = "notstarted"
    RUNNING = "running"
    FINISHED = "finished"
    DNF = "dnf"
    DNS = "dns"
    DQ = "dq"


class PushState(StrEnum):
    """What one scoring system is known to hold of one participant."""

    UNSENT = "unsent"
    SENT = "sent"
    VERIFIED = "verified"
    DIFFERS = "differs"
    IGNORED = "ignored"
    REFUSED = "refused"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class RaceRecord:
    """One distance inside an event, as a provider states it; `starts_at` is UTC."""

    provider_race_id: str
    name: str
    starts_at: datetime | None = None
    distance_m: float | None = None
    raw: RawRow = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One race day or weekend; `timezone` is an IANA name, `starts_at` is UTC.

    `race_day` is the day by the venue's calendar where the provider names a day and no time: when
    the gun goes is then unknown.
    """

    provider_event_id: str
    name: str
    timezone: str
    starts_at: datetime | None
    races: tuple[RaceRecord, ...] = ()
    raw: RawRow = field(default_factory=dict)
    race_day: date | None = None


class ParticipantRecord(NamedTuple):
    """One person in one race, known by the provider's stable id.

    `provider_id` is None when the provider sent none: such a row is kept, never pushed.
    `provider_race_id` is empty where the row names no race. `race_name` names a race that the
    provider lists nowhere else. `registration` is the id that several races of one person share,
    where the provider keeps them in one registration.
    `status` is what the row says of itself; `awaits_detail` that it is a short row of a
    listing which leaves out what a second call tells, so that nobody is sent on it.
    `flags` names the fields whose value could not be read and stays in `raw` only. A pull makes one
    for every row, so it is a tuple: a frozen dataclass takes twice as long to make.
    """

    provider_id: str | None
    provider_race_id: str
    raw: RawRow
    race_name: str | None = None
    registration: str | None = None
    bib: str | None = None
    chip: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    gender: str | None = None
    birth_date: date | None = None
    email: str | None = None
    phone: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    team: str | None = None
    status: ParticipantStatus = ParticipantStatus.ACTIVE
    awaits_detail: bool = False
    registered_at: datetime | None = None
    modified_at: datetime | None = None
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovalRecord:
    """A provider's word that a registration no longer stands, with its reason.

    `provider_id` is a participant's, or that of a registration with everybody in it. `unsaid` means
    that nobody said so: they are missing from a complete listing; `doubtful` that this provider
    would have said so.
    """

    provider_id: str
    status: ParticipantStatus
    moved_to: str | None = None
    unsaid: bool = False
    doubtful: bool = False
    raw: RawRow = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Split:
    """One timing point passed; times in integer milliseconds since gun and since own start."""

    name: str
    gun_time_ms: int | None
    chip_time_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ResultRecord:
    """One runner's standing in one race at a scoring system; times in integer milliseconds.

    `remote_id` is the scoring system's id of the athlete where it gives one; else None and the
    bib decides.
    """

    remote_id: str | None
    remote_race_id: str
    bib: str | None
    first_name: str | None
    last_name: str | None
    status: str
    gun_time_ms: int | None = None
    chip_time_ms: int | None = None
    place: int | None = None
    gender_place: int | None = None
    category: str | None = None
    category_place: int | None = None
    splits: tuple[Split, ...] = ()
    raw: RawRow = field(default_factory=dict)
