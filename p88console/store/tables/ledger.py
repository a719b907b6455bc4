"""What each linked scoring event is known to hold of each participant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from p88console.domain.model import PushState
from p88console.store.database.kinds import JSON_VALUE
from p88console.store.tables.base import one_of


class BibReturn(SQLModel, table=True):
    """What became of a bib that was given here and sent back to where its wearer registered."""

    __tablename__ = "bib_returns"
    __table_args__ = (one_of("state", PushState),)

    participant_id: int = Field(foreign_key="participants.id", primary_key=True)
    bib: str
    state: str
    reason: str | None = None
    at: datetime


class PushLedger(SQLModel, table=True):
    """One row per link and participant.

    `acknowledged` is what a read of the far side last showed, `sent` what was last put on its way.
    `mirror_hash` is the participant's content when here and there last agreed.
    """

    __tablename__ = "push_ledger"
    __table_args__ = (
        UniqueConstraint("link_id", "participant_id"),
        one_of("state", PushState),
        Index("ix_push_ledger_link_state", "link_id", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="links.id")
    participant_id: int = Field(foreign_key="participants.id", index=True)
    remote_id: str | None = None
    state: str = PushState.UNSENT.value
    acknowledged: dict[str, Any] | None = Field(default=None, sa_type=JSON_VALUE)
    sent: dict[str, Any] | None = Field(default=None, sa_type=JSON_VALUE)
    mirror_hash: str | None = None
    reason: str | None = None
    withdrawn: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether it holds them as no longer taking part."""
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
