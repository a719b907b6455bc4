"""What the engine noticed, and who was told of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from p88console.domain.notices import NoticeKind
from p88console.store.tables.base import one_of

STANDS = text("ended_at IS NULL")


class EngineNotice(SQLModel, table=True):
    """Something a person should know; each thing stands once at a time."""

    __tablename__ = "engine_notices"
    __table_args__ = (
        one_of("kind", NoticeKind),
        Index(
            "uq_engine_notices_one_stands",
            "key",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str
    kind: str
    title: str
    detail: str
    event_id: int | None = Field(default=None, foreign_key="events.id")
    account_id: int | None = Field(default=None, foreign_key="accounts.id")
    job_id: int | None = None
    began_at: datetime
    ended_at: datetime | None = Field(default=None, index=True)
    told_at: datetime | None = None
    """When its alert went out."""
    over_told_at: datetime | None = None
    """When it was told that it is over."""
