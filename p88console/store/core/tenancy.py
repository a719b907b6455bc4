"""The tables of `store.tables.tenancy` for statements; derived, never edited."""

from __future__ import annotations

from sqlalchemy import Column, Table

from p88console.store.database import kinds

ACCOUNTS = Table(
    "accounts",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("partner_id", kinds.WHOLE, nullable=False),
    Column("provider", kinds.WORDS, nullable=False),
    Column("label", kinds.WORDS, nullable=False),
    Column("base_url", kinds.WORDS),
    Column("options", kinds.JSON_VALUE, nullable=False, default=dict),
    Column("vault_key", kinds.WORDS, nullable=False),
    Column("held_since", kinds.MOMENT),
    Column("held_reason", kinds.WORDS),
    Column("renewals", kinds.WHOLE, nullable=False, default=0),
    Column("created_at", kinds.MOMENT, nullable=False),
    Column("removed_at", kinds.MOMENT),
)

ACCOUNT_HEALTH = Table(
    "account_health",
    kinds.CORE,
    Column("account_id", kinds.WHOLE, primary_key=True, autoincrement=False),
    Column("clock_offset_s", kinds.REAL),
    Column("warnings", kinds.JSON_VALUE, nullable=False, default=list),
    Column("measured_at", kinds.MOMENT, nullable=False),
)

LINKS = Table(
    "links",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("event_id", kinds.WHOLE, nullable=False),
    Column("account_id", kinds.WHOLE, nullable=False),
    Column("remote_event_id", kinds.WORDS, nullable=False),
    Column("remote_name", kinds.WORDS, nullable=False),
    Column("remote_races", kinds.JSON_VALUE, nullable=False, default=list),
    Column("takes_people", kinds.TRUTH, nullable=False, default=True),
    Column("options", kinds.JSON_VALUE, nullable=False, default=dict),
    Column("created_at", kinds.MOMENT, nullable=False),
    Column("restored_at", kinds.MOMENT),
)

PARTNERS = Table(
    "partners",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("name", kinds.WORDS, nullable=False),
    Column("created_at", kinds.MOMENT, nullable=False),
)

RACE_LINKS = Table(
    "race_links",
    kinds.CORE,
    Column("id", kinds.WHOLE, primary_key=True),
    Column("link_id", kinds.WHOLE, nullable=False),
    Column("race_id", kinds.WHOLE, nullable=False),
    Column("remote_race_id", kinds.WORDS, nullable=False),
    Column("remote_race_name", kinds.WORDS, nullable=False),
)
