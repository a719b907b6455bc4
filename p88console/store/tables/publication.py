"""What was published of each race: every version whole, each line with how far it got."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from p88console.domain.publication import Mode, PublicationState, RowState
from p88console.store.database.kinds import JSON_VALUE
from p88console.store.tables.base import one_of


class Publication(SQLModel, table=True):
    """One version of a race's results, going or gone to the public; versions only ever grow.

    `origin` is the version whose lines these are, where an earlier one was published again.
    `list_id` is the far side's list that holds them, `replaces` the one that it takes the place of.
    """

    __tablename__ = "publications"
    __table_args__ = (
        UniqueConstraint("race_id", "version"),
        one_of("mode", Mode),
        one_of("state", PublicationState),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="events.id", index=True)
    race_id: int = Field(foreign_key="races.id")
    job_id: int | None = Field(
        default=None, foreign_key="sync_queue.id", ondelete="SET NULL", index=True
    )
    version: int
    origin: int
    mode: str
    state: str = PublicationState.OPEN.value
    official: bool
    notify: bool
    list_id: str | None = None
    replaces: str | None = None
    findings: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON_VALUE)
    """What the guard had found, and which stops somebody accepted."""
    reason: str | None = None
    created_at: datetime
    created_by: str
    settled_at: datetime | None = None


class PublicationRow(SQLModel, table=True):
    """One line of a publication, and what the far side is known to show of it."""

    __tablename__ = "publication_rows"
    __table_args__ = (
        UniqueConstraint("publication_id", "registration_id"),
        one_of("state", RowState),
    )

    id: int | None = Field(default=None, primary_key=True)
    publication_id: int = Field(foreign_key="publications.id", ondelete="CASCADE")
    registration_id: str
    participant_id: int | None = Field(default=None, foreign_key="participants.id", index=True)
    line: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
    state: str = RowState.UNSENT.value
    reason: str | None = None
