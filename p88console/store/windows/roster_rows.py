"""What the Roster shows: rows, ways to narrow and order them, and one person's whole story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class RosterFacet(StrEnum):
    """Ways to narrow the list; each has a count of its own."""

    EVERYBODY = "all"
    """Whoever is registered or was."""
    NO_BIB = "no bib"
    DUPLICATE = "duplicate"
    """Who shares a bib within their race."""
    UNSENT = "unsent"
    """Whom some linked scoring event does not hold as they are."""
    NEEDS_YOU = "needs you"
    """Refused, ignored, differing or held at scoring."""
    REMOVED = "removed"
    CHANGED = "changed"
    """Who is new or was changed since an instant."""


class RosterOrder(StrEnum):
    """What the list is sorted by."""

    NAME = "name"
    BIB = "bib"
    RACE = "race"
    CHANGED = "changed"
    """The newest change first."""


@dataclass(frozen=True, slots=True)
class RosterQuery:
    """Which people, in which order; every event when `event_id` is None."""

    event_id: int | None = None
    text: str = ""
    facet: RosterFacet = RosterFacet.EVERYBODY
    since: datetime | None = None
    """From when on a change counts; needed by the facet `changed` alone."""
    order: RosterOrder = RosterOrder.NAME


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One participant as listed; instants are UTC."""

    id: int
    event_id: int
    event_name: str
    race_name: str | None
    provider: str
    bib: str | None
    chip: str | None
    first_name: str | None
    last_name: str | None
    gender: str | None
    birth_date: date | None
    city: str | None
    region: str | None
    team: str | None
    status: str
    scoring: str | None
    """The push state that most needs attention; None where no scoring event is linked."""
    quarantined: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SystemState:
    """What one linked scoring event is known to hold of a person; instants are UTC."""

    provider: str
    account_label: str
    remote_event: str
    state: str
    remote_id: str | None
    acknowledged: Mapping[str, Any] | None
    reason: str | None
    sent_at: datetime | None
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of the audit trail."""

    at: datetime
    who: str
    door: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One standing that a result once had, by the names of its columns."""

    revision: int
    at: datetime
    standing: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResultStory:
    """A person's result in one race at one scoring event, with every revision, newest last."""

    provider: str
    race_name: str | None
    standing: Mapping[str, Any]
    changed_at: datetime
    revisions: tuple[RevisionRow, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """What a field was when all last agreed and what the provider says, beside what is here."""

    base: str | None
    theirs: str | None
    conflict: bool
    """Whether a person has to decide between the two."""


@dataclass(frozen=True, slots=True)
class PersonStory:
    """Everything known of one participant."""

    id: int
    event_id: int
    fields: Mapping[str, Any]
    """The mirror's row by column names, without the provider's raw row."""
    raw: Mapping[str, Any]
    provider: str
    account_label: str
    event_name: str
    timezone: str
    gun_at: datetime | None
    race_name: str | None
    systems: tuple[SystemState, ...]
    results: tuple[ResultStory, ...]
    changes: tuple[ChangeRow, ...]
    """The newest first."""
    races: tuple[str, ...] = ()
    """The races of the event, by name."""
    sides: Mapping[str, Sides] = field(default_factory=dict)
    """Field → its other versions, where they are not what stands here."""
    newest_change: datetime | int = 0
    """Id of the newest change in the audit trail, or its instant where no more is known; what is
    typed over this picture comes later."""


@dataclass(frozen=True, slots=True)
class EventChoice:
    """An event to choose from, with how many people it has."""

    id: int
    name: str
    timezone: str
    provider: str
    starts_at: datetime | None
    participants: int
