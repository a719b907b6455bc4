"""What people decide: versions that differ, what waits for a person, and what was done about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from p88console.domain.inbox import Kind
from p88console.domain.merge import Settle
from p88console.store.database.kinds import JSON_VALUE
from p88console.store.tables.base import one_of

OPEN = text("decided_at IS NULL")
IN_CONFLICT = text("conflict")


class FieldVersion(SQLModel, table=True):
    """Base and theirs of one field, where they differ from ours or where ours was set here.

    Ours is the participant's own column: what is in force. Values are text, as in the audit trail.
    """

    __tablename__ = "field_versions"
    __table_args__ = (
        Index(
            "ix_field_versions_conflict",
            "participant_id",
            sqlite_where=IN_CONFLICT,
            postgresql_where=IN_CONFLICT,
        ),
    )

    participant_id: int = Field(foreign_key="participants.id", primary_key=True)
    field: str = Field(primary_key=True)
    base: str | None = None
    theirs: str | None = None
    set_here: bool = False
    conflict: bool = False
    """Both sides changed: ours is in force here, and no far side is sent it until decided."""


class OperatorAction(SQLModel, table=True):
    """One thing an operator did, with what is needed to take it back. Append-only but for `undone`.

    `bases` lists what the versions of touched fields were: participant id, field, base, theirs,
    set here.
    """

    __tablename__ = "operator_actions"

    id: int | None = Field(default=None, primary_key=True)
    event_id: int | None = Field(default=None, foreign_key="events.id", index=True)
    at: datetime
    who: str
    door: str
    kind: str
    summary: str
    bases: list[Any] = Field(default_factory=list, sa_type=JSON_VALUE)
    undone_at: datetime | None = None


class FieldRule(SQLModel, table=True):
    """An operator's standing decision about a field of an event, made in the inbox."""

    __tablename__ = "field_rules"
    __table_args__ = (UniqueConstraint("event_id", "field"), one_of("both", Settle))

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="events.id")
    field: str
    both: str
    action_id: int = Field(foreign_key="operator_actions.id")


class InboxItem(SQLModel, table=True):
    """Something that needs a person; open until `decided_at`, and kept after it.

    `key` says what it is about: of one thing at most one item is open. `decision` is a person's
    word, or how it settled itself when `decided_by` is nobody.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        one_of("kind", Kind),
        Index("uq_inbox_open", "key", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_inbox_event_kind", "event_id", "kind", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str
    kind: str
    event_id: int | None = Field(default=None, foreign_key="events.id")
    participant_id: int | None = Field(default=None, foreign_key="participants.id", index=True)
    link_id: int | None = Field(default=None, foreign_key="links.id", index=True)
    job_id: int | None = Field(default=None, foreign_key="sync_queue.id", ondelete="SET NULL")
    account_id: int | None = Field(default=None, foreign_key="accounts.id")
    field: str | None = None
    base: str | None = None
    ours: str | None = None
    theirs: str | None = None
    reason: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
    opened_at: datetime
    changed_at: datetime
    decided_at: datetime | None = None
    decision: str | None = None
    value: str | None = None
    """What was typed, where the decision is a value."""
    decided_by: str | None = None
    door: str | None = None
    action_id: int | None = Field(default=None, foreign_key="operator_actions.id", index=True)


class AttemptRows(SQLModel, table=True):
    """Which people a count of an attempt is about: their ids, a run of them as first and last."""

    __tablename__ = "attempt_rows"
    __table_args__ = (UniqueConstraint("history_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    history_id: int = Field(foreign_key="sync_history.id", ondelete="CASCADE")
    kind: str
    participant_ids: list[Any] = Field(default_factory=list, sa_type=JSON_VALUE)
    notes: list[str] = Field(default_factory=list, sa_type=JSON_VALUE)
    """Rows that are nobody's yet, in words."""


class Look(SQLModel, table=True):
    """When somebody last looked at what changed in an event."""

    __tablename__ = "looks"

    event_id: int = Field(foreign_key="events.id", primary_key=True)
    who: str = Field(primary_key=True)
    at: datetime
