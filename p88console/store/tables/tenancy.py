"""Timing partners, their accounts at providers, and links between events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from p88console.domain.model import Provider
from p88console.store.database.kinds import JSON_VALUE
from p88console.store.tables.base import one_of


class Partner(SQLModel, table=True):
    """One timing company: the tenant that sees only its own data."""

    __tablename__ = "partners"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    created_at: datetime


class Account(SQLModel, table=True):
    """One partner's sign-in at one provider; its secrets are in the keyring under `vault_key`."""

    __tablename__ = "accounts"
    __table_args__ = (one_of("provider", Provider),)

    id: int | None = Field(default=None, primary_key=True)
    partner_id: int = Field(foreign_key="partners.id", index=True)
    provider: str
    label: str
    base_url: str | None = None
    options: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
    vault_key: str = Field(unique=True)
    held_since: datetime | None = None
    held_reason: str | None = None
    renewals: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often secrets or a hold were seen to: what was opened before that is opened anew."""
    created_at: datetime
    removed_at: datetime | None = None


class AccountHealth(SQLModel, table=True):
    """What the last calls told about an account's provider."""

    __tablename__ = "account_health"

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    clock_offset_s: float | None = None
    warnings: list[str] = Field(
        default_factory=list, sa_type=JSON_VALUE, sa_column_kwargs={"server_default": "[]"}
    )
    """What works today and will not much longer, in sentences."""
    measured_at: datetime


class Link(SQLModel, table=True):
    """This event here is that event at a scoring account."""

    __tablename__ = "links"
    __table_args__ = (UniqueConstraint("event_id", "account_id", "remote_event_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="events.id")
    account_id: int = Field(foreign_key="accounts.id", index=True)
    remote_event_id: str
    remote_name: str
    remote_races: list[list[str]] = Field(default_factory=list, sa_type=JSON_VALUE)
    """Id and name of each race there, to map races that turn up here later."""
    takes_people: bool = True
    """Whether people are sent there; else only results come from there."""
    options: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_VALUE)
    created_at: datetime
    restored_at: datetime | None = None
    """When this database came out of a backup: what was sent after that one is unknown here."""


class RaceLink(SQLModel, table=True):
    """This race here is that race at the linked event."""

    __tablename__ = "race_links"
    __table_args__ = (UniqueConstraint("link_id", "race_id"),)

    id: int | None = Field(default=None, primary_key=True)
    link_id: int = Field(foreign_key="links.id")
    race_id: int = Field(foreign_key="races.id", index=True)
    remote_race_id: str
    remote_race_name: str
