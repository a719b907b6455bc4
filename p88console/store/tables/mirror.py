"""The mirror: events, races, participants and results over all providers, raw rows beside them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from p88console.domain.model import ParticipantStatus
from p88console.store.database.kinds import JSON_VALUE, PLAIN_TEXT
from p88console.store.tables.base import one_of

QUARANTINED = text("quarantined_since IS NOT NULL")
NAMELESS = text("provider_id IS NULL")


WORN = text("bib IS NOT NULL")


class Event(SQLModel, table=True):
    """One race day or weekend, keyed by (account, provider id).

    `race_day` is its day by the venue's calendar, where the provider names no time.
    """

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("account_id", "provider_event_id"),)

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="accounts.id")
    provider_event_id: str
    name: str
    timezone: str
    starts_at: datetime | None = Field(default=None, index=True)
    race_day: date | None = None
    raw: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
    raw_hash: str
    first_seen_at: datetime
    changed_at: datetime
    people: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How many participants it has, whatever their status; whoever adds one adds to it."""


class Race(SQLModel, table=True):
    """One distance inside an event, keyed by (event, provider id)."""

    __tablename__ = "races"
    __table_args__ = (
        UniqueConstraint("event_id", "provider_race_id"),
        Index("ix_races_starts_at", "starts_at", "event_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="events.id")
    provider_race_id: str
    name: str
    starts_at: datetime | None = None
    distance_m: float | None = None
    raw: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)


class Participant(SQLModel, table=True):
    """One person in one race, keyed by (event, provider id).

    `row_key` is the provider's id, or a fingerprint of the row where the provider sent none.
    `content_hash` covers the fields, `raw_hash` the raw row. `name_key` is what the person is
    sorted and found by; whoever writes a name writes it too (`domain.folding`).
    """

    __tablename__ = "participants"
    __table_args__ = (
        UniqueConstraint("event_id", "row_key"),
        one_of("status", ParticipantStatus),
        Index("ix_participants_event_bib", "event_id", "bib"),
        Index(
            "ix_participants_event_number",
            "event_id",
            text("length(bib)"),
            "bib",
            sqlite_where=WORN,
            postgresql_where=WORN,
        ),
        Index("ix_participants_event_name", "event_id", "name_key", "bib"),
        Index("ix_participants_event_standing", "event_id", "status", "race_id", "bib"),
        Index("ix_participants_event_changed", "event_id", "changed_at"),
        Index(
            "ix_participants_quarantined",
            "event_id",
            sqlite_where=QUARANTINED,
            postgresql_where=QUARANTINED,
        ),
        Index(
            "ix_participants_nameless",
            "event_id",
            sqlite_where=NAMELESS,
            postgresql_where=NAMELESS,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="events.id")
    race_id: int | None = Field(default=None, foreign_key="races.id", index=True)
    provider_id: str | None = None
    row_key: str
    added_here: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """A walk-up: known to no registration provider, its `row_key` is our own."""
    registration: str | None = Field(default=None, index=True)
    """The registration that this race is one of, where one holds several."""
    bib: str | None = None
    chip: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    name_key: str = Field(default="", sa_column_kwargs={"server_default": ""})
    gender: str | None = None
    birth_date: date | None = None
    email: str | None = None
    phone: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    team: str | None = None
    status: str = ParticipantStatus.ACTIVE.value
    status_reason: str | None = None
    moved_to: str | None = None
    quarantined_since: datetime | None = None
    awaits_detail: bool = False
    """Only the short row of a listing is known; nobody is sent on it."""
    registered_at: datetime | None = None
    modified_at: datetime | None = None
    flags: list[str] = Field(default_factory=list, sa_type=JSON_VALUE)
    raw: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
    raw_hash: str
    content_hash: str
    first_seen_at: datetime
    changed_at: datetime


class NameWord(SQLModel, table=True):
    """A word by which a participant is found; whoever writes a name or a bib writes these too."""

    __tablename__ = "name_words"
    __table_args__ = (
        Index("ix_name_words_found", "event_id", "word", "name_key", "participant_id"),
        {"sqlite_with_rowid": False},
    )

    participant_id: int = Field(foreign_key="participants.id", primary_key=True, ondelete="CASCADE")
    word: str = Field(primary_key=True, sa_type=PLAIN_TEXT)
    event_id: int = Field(foreign_key="events.id")
    name_key: str = Field(sa_type=PLAIN_TEXT)


class ParticipantChange(SQLModel, table=True):
    """The audit trail: who changed what about whom, when, through which door. Append-only."""

    __tablename__ = "participant_changes"

    id: int | None = Field(default=None, primary_key=True)
    participant_id: int = Field(foreign_key="participants.id", index=True)
    at: datetime = Field(index=True)
    who: str
    door: str
    field: str
    before: str | None = None
    after: str | None = None
    reason: str | None = None
    action_id: int | None = Field(default=None, foreign_key="operator_actions.id", index=True)


class ListedRow(SQLModel, table=True):
    """A person's short row in a listing that leaves out details, and whether those were read.

    `position` grows down the listing, newest change first; it may be negative. `read_hash` is the
    `list_hash` for which the detail was read; another one, or none, means that it is still to read.
    """

    __tablename__ = "listed_rows"
    __table_args__ = (UniqueConstraint("event_id", "row_key"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="events.id")
    row_key: str
    position: int
    raw: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
    list_hash: str
    read_hash: str | None = None
    read_at: datetime | None = None


class Result(SQLModel, table=True):
    """A runner's latest standing in one race, as scored; times in integer milliseconds.

    `row_key` is race and athlete id as the scoring system names them, or race and bib where it
    gave no id. A row whose runner nobody knows keeps `participant_id` empty.
    """

    __tablename__ = "results"
    __table_args__ = (
        UniqueConstraint("link_id", "row_key"),
        Index("ix_results_event_place", "event_id", "race_id", "place", "gun_time_ms"),
    )

    id: int | None = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="links.id")
    event_id: int = Field(foreign_key="events.id")
    race_id: int | None = Field(default=None, foreign_key="races.id", index=True)
    participant_id: int | None = Field(default=None, foreign_key="participants.id", index=True)
    row_key: str
    bib: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    status: str
    gun_time_ms: int | None = None
    chip_time_ms: int | None = None
    place: int | None = None
    gender_place: int | None = None
    category: str | None = None
    category_place: int | None = None
    splits: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON_VALUE)
    raw: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
    content_hash: str
    attached: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether an operator said whose it is; then no pull says otherwise."""
    revision: int = 1
    changed_at: datetime


class ResultRevision(SQLModel, table=True):
    """Every standing a result ever had, whole. Append-only."""

    __tablename__ = "result_revisions"
    __table_args__ = (UniqueConstraint("result_id", "revision"),)

    id: int | None = Field(default=None, primary_key=True)
    result_id: int = Field(foreign_key="results.id")
    revision: int
    at: datetime
    standing: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
