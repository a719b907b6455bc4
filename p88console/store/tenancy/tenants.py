"""Timing partners and their accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.engine import RowMapping

from p88console.domain.errors import NotThere, UsageFault
from p88console.domain.model import Provider
from p88console.store import core
from p88console.store.database.db import Tx, alongside
from p88console.store.database.upsert import upsert

PARTNERS = core.PARTNERS
ACCOUNTS = core.ACCOUNTS
HEALTH = core.ACCOUNT_HEALTH


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One timing partner."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account; its secrets lie in the keyring under `vault_key`."""

    id: int
    partner_id: int
    provider: Provider
    label: str
    base_url: str | None
    options: Mapping[str, str]
    vault_key: str
    held_since: datetime | None
    held_reason: str | None
    renewals: int


def add_partner(tx: Tx, name: str, now: datetime) -> PartnerRow:
    """Add a timing partner. Raises `UsageFault` when the name is taken or empty."""
    if not name.strip():
        raise UsageFault("a timing partner needs a name")
    taken = tx.connection.execute(select(PARTNERS.c.id).where(PARTNERS.c.name == name)).scalar()
    if taken is not None:
        raise UsageFault(f"there is a partner {name!r} already", f"its id is {taken}")
    partner_id = tx.connection.execute(
        insert(PARTNERS).values(name=name, created_at=now).returning(PARTNERS.c.id)
    ).scalar_one()
    tx.touch("accounts")
    return PartnerRow(partner_id, name)


def partners(connection: Connection) -> list[PartnerRow]:
    """All timing partners."""
    rows = connection.execute(select(PARTNERS.c.id, PARTNERS.c.name).order_by(PARTNERS.c.id))
    return [PartnerRow(row.id, row.name) for row in rows]


def partner(connection: Connection, partner_id: int) -> PartnerRow:
    """One timing partner. Raises `NotThere`."""
    query = select(PARTNERS.c.id, PARTNERS.c.name).where(PARTNERS.c.id == partner_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotThere(f"there is no partner {partner_id}", hint="see: p88console partner list")
    return PartnerRow(row.id, row.name)


def add_account(
    tx: Tx,
    partner_id: int,
    provider: Provider,
    *,
    label: str,
    base_url: str | None,
    options: Mapping[str, str],
    vault_key: str,
    now: datetime,
) -> AccountRow:
    """Add an account. Raises `UsageFault` when there is no such partner."""
    partner(tx.connection, partner_id)
    account_id = tx.connection.execute(
        insert(ACCOUNTS)
        .values(
            partner_id=partner_id,
            provider=provider.value,
            label=label,
            base_url=base_url,
            options=dict(options),
            vault_key=vault_key,
            created_at=now,
        )
        .returning(ACCOUNTS.c.id)
    ).scalar_one()
    tx.touch("accounts")
    return account(tx.connection, account_id)


def account(connection: Connection, account_id: int) -> AccountRow:
    """One account. Raises `UsageFault` when there is none."""
    query = select(ACCOUNTS).where(ACCOUNTS.c.id == account_id, ACCOUNTS.c.removed_at.is_(None))
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotThere(f"there is no account {account_id}", hint="see: p88console account list")
    return _account(row)


def accounts(connection: Connection) -> list[AccountRow]:
    """All accounts in use."""
    query = select(ACCOUNTS).where(ACCOUNTS.c.removed_at.is_(None)).order_by(ACCOUNTS.c.id)
    return [_account(row) for row in connection.execute(query).mappings()]


def renew(tx: Tx, account_id: int) -> None:
    """Have every process read the account's secrets anew."""
    renewals = ACCOUNTS.c.renewals + 1
    tx.connection.execute(
        update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(renewals=renewals)
    )
    tx.touch("accounts")


def remove_account(tx: Tx, account_id: int, now: datetime) -> None:
    """Take an account out of use; what it mirrored stays."""
    account(tx.connection, account_id)
    tx.connection.execute(
        update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(removed_at=now)
    )
    tx.touch("accounts")


@alongside
def note_clock_offset(tx: Tx, account_id: int, offset_s: float | None, now: datetime) -> None:
    """Keep how far the provider's clock is from ours, in seconds (theirs minus ours)."""
    row: dict[str, Any] = {
        "account_id": account_id,
        "clock_offset_s": offset_s,
        "measured_at": now,
    }
    upsert(tx.connection, HEALTH, [row], key=("account_id",))
    tx.touch("accounts")


def clock_offsets(connection: Connection) -> dict[int, float]:
    """How far each account's provider is from our clock, in seconds, as last measured."""
    query = select(HEALTH.c.account_id, HEALTH.c.clock_offset_s)
    found = connection.execute(query.where(HEALTH.c.clock_offset_s.is_not(None)))
    return {row.account_id: row.clock_offset_s for row in found}


def warnings(connection: Connection, account_id: int) -> tuple[str, ...]:
    """What the account's operator was last warned of."""
    told = select(HEALTH.c.warnings).where(HEALTH.c.account_id == account_id)
    return tuple(connection.execute(told).scalar_one_or_none() or ())


@alongside
def note_warnings(tx: Tx, account_id: int, told: Sequence[str], now: datetime) -> None:
    """Keep what works today and will not much longer."""
    row: dict[str, Any] = {
        "account_id": account_id,
        "warnings": list(told),
        "measured_at": now,
    }
    upsert(tx.connection, HEALTH, [row], key=("account_id",))
    tx.touch("accounts")


def _account(row: RowMapping) -> AccountRow:
    return AccountRow(
        id=row["id"],
        partner_id=row["partner_id"],
        provider=Provider(row["provider"]),
        label=row["label"],
        base_url=row["base_url"],
        options=row["options"],
        vault_key=row["vault_key"],
        held_since=row["held_since"],
        held_reason=row["held_reason"],
        renewals=row["renewals"],
    )
