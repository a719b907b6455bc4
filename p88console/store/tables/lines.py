"""What stands between this installation and its providers: lines, budgets, the network."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from p88console.domain.network import NetworkClass, Reach
from p88console.store.database.kinds import JSON_VALUE
from p88console.store.tables.base import one_of


class AccountLine(SQLModel, table=True):
    """One account's line to its provider.

    While it is closed nothing is claimed for the account; a probe without credentials opens it.
    `recent_calls` are those granted in the last hour, by the minute; `calls_left` is what the
    schedule may make at once as of `counted_at`, `burst_left` what a second holds. Race time.
    """

    __tablename__ = "account_lines"
    __table_args__ = (one_of("reach", Reach),)

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    closed_at: datetime | None = None
    closings: int = 0
    """How often it closed since a call last went well."""
    fault: dict[str, Any] | None = Field(default=None, sa_type=JSON_VALUE)
    """What closed it, as the jobs that wait tell it."""
    reach: str | None = None
    named: bool = True
    asked_at: datetime | None = None
    broken_off: int = 0
    """Calls that broke off one after the other until now, from where on it rests."""
    rests_until: datetime | None = None
    throttled_until: datetime | None = None
    spent_until: datetime | None = None
    per_hour: int | None = None
    recent_calls: list[list[int]] | None = Field(default=None, sa_type=JSON_VALUE)
    calls_left: float | None = None
    burst_left: float | None = None
    counted_at: datetime | None = None


class CallSlots(SQLModel, table=True):
    """How many concurrent calls of an account a process may make; 0 while it waits for one."""

    __tablename__ = "call_slots"
    __table_args__ = (CheckConstraint("slots >= 0", name="slots_counted"),)

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    owner: str = Field(primary_key=True)
    slots: int
    until: float
    """The machine's Unix time at which the slots are free again, if nobody renews them."""


class NetworkState(SQLModel, table=True):
    """The network's class as the last probes told it; there is one row at most."""

    __tablename__ = "network_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"), one_of("kind", NetworkClass))

    id: int | None = Field(default=1, primary_key=True)
    kind: str
    since: datetime
    neutral: str | None = None
    """What a probe of a host that is nobody's provider met."""
