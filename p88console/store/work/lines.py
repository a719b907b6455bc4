"""Each account's line to its provider: closed and opened, and what is known of the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RowMapping,
    and_,
    bindparam,
    or_,
    select,
    update,
)

from p88console.domain.errors import P88Error
from p88console.domain.jobs import CLAIMABLE_STATES, Priority
from p88console.domain.model import Provider
from p88console.domain.network import (
    BREAKS_AT,
    Network,
    NetworkClass,
    Probe,
    Reach,
    Standing,
    advice_for,
    classify,
)
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.upsert import upsert
from p88console.store.work.nearness import SAME, Around, around, gun_of

LINES = core.ACCOUNT_LINES
ACCOUNTS = core.ACCOUNTS
NETWORK = core.NETWORK_STATE
QUEUE = core.SYNC_QUEUE

OPENS_AGAIN = timedelta(seconds=15)
"""How long a line stays closed at least from the second closing on; doubled by each further one
without a good call between."""

OPENS_AT_LAST = timedelta(minutes=5)

RESTS = timedelta(seconds=15)
"""How long a provider that broke off again and again is left alone; doubled each further time."""

RESTS_AT_MOST = timedelta(minutes=2)

FRESH = {"closings": 0, "named": True, "broken_off": 0}
"""What a line begins with."""

CLOSING = (Reach.FOREIGN, Reach.REFUSED, Reach.SILENT, Reach.NO_NAME, Reach.NO_ROUTE)
"""What a probe meets that a call would meet too."""


@dataclass(frozen=True, slots=True)
class LineRow:
    """One account's line as it stands; instants are UTC."""

    account_id: int
    provider: Provider
    label: str
    base_url: str | None
    closed_at: datetime | None
    closings: int
    probe: Probe | None
    broken_off: int
    throttled_until: datetime | None
    spent_until: datetime | None

    @property
    def standing(self) -> Standing:
        """The line as the network's class is told from it."""
        broken_off = BREAKS_AT if self.closed_at is not None else self.broken_off
        return Standing(
            self.provider.title, self.probe, broken_off, self.throttled_until, self.spent_until
        )

    def may_open(self, now: datetime) -> bool:
        """Whether it has been closed for long enough to be tried again."""
        if self.closed_at is None:
            return True
        wait = OPENS_AGAIN * (2.0 ** min(10, self.closings - 1) - 1)
        return now >= self.closed_at + min(wait, OPENS_AT_LAST)


def lines(connection: Connection) -> list[LineRow]:
    """The lines of all accounts in use."""
    told = [LINES.c[name] for name in ("closed_at", "closings", "reach", "named", "broken_off")]
    told += [LINES.c.throttled_until, LINES.c.spent_until]
    query = (
        select(
            ACCOUNTS.c.id,
            ACCOUNTS.c.provider,
            ACCOUNTS.c.label,
            ACCOUNTS.c.base_url,
            *told,
        )
        .outerjoin(LINES, LINES.c.account_id == ACCOUNTS.c.id)
        .where(ACCOUNTS.c.removed_at.is_(None))
        .order_by(ACCOUNTS.c.id)
    )
    return [_line(row) for row in connection.execute(query).mappings()]


def _line(row: RowMapping) -> LineRow:
    return LineRow(
        account_id=row["id"],
        provider=Provider(row["provider"]),
        label=row["label"],
        base_url=row["base_url"],
        closed_at=row["closed_at"],
        closings=row["closings"] or 0,
        probe=None if row["reach"] is None else Probe(Reach(row["reach"]), row["named"]),
        broken_off=row["broken_off"] or 0,
        throttled_until=row["throttled_until"],
        spent_until=row["spent_until"],
    )


def network(connection: Connection, now: datetime) -> Network:
    """How things stand at this moment, by what is written down."""
    neutral = connection.execute(select(NETWORK.c.neutral)).scalar()
    standings = {line.account_id: line.standing for line in lines(connection)}
    return classify(standings, Probe(Reach(neutral)) if neutral else None, now)


def network_since(connection: Connection) -> datetime | None:
    """Since when the network has been of the class that the last probes told."""
    found: datetime | None = connection.execute(select(NETWORK.c.since)).scalar()
    return found


def close(tx: Tx, account_id: int, fault: Mapping[str, str], now: datetime) -> None:
    """Close an account's line: whoever waits is told why, and nothing is claimed for it."""
    before = tx.connection.execute(
        select(LINES.c.closed_at, LINES.c.closings).where(LINES.c.account_id == account_id)
    ).one_or_none()
    if before is not None and before.closed_at is not None:
        return
    closings = (before.closings if before else 0) + 1
    _write(tx, account_id, closed_at=now, closings=closings, fault=dict(fault))
    tx.connection.execute(
        update(QUEUE)
        .where(QUEUE.c.account_id == account_id, QUEUE.c.state.in_(CLAIMABLE_STATES))
        .where(QUEUE.c.error.is_(None))
        .values(error=dict(fault))
    )
    tx.touch("queue")


def rest(tx: Tx, account_id: int, broken_off: int, now: datetime) -> None:
    """Call upon call broke off: the schedule leaves the provider alone for a while."""
    rests = min(RESTS * 2.0 ** min(10, broken_off - BREAKS_AT), RESTS_AT_MOST)
    _write(tx, account_id, broken_off=broken_off, rests_until=now + rests)


def went_well(tx: Tx, account_id: int) -> None:
    """Work went well: nothing is held against the line any more."""
    if tx.connection.execute(CLEAR, {"account": account_id}).rowcount:
        tx.touch("network", "accounts")


BURDENED = and_(
    LINES.c.account_id == bindparam("account", type_=Integer()),
    or_(
        LINES.c.closings > 0,
        LINES.c.broken_off > 0,
        LINES.c.throttled_until.is_not(None),
        LINES.c.reach != Reach.THEIRS.value,
    ),
)
"""Whether anything is held against an account's line."""

CLEAR = (
    update(LINES)
    .where(BURDENED)
    .values(
        closed_at=None,
        closings=0,
        fault=None,
        broken_off=0,
        rests_until=None,
        throttled_until=None,
        reach=Reach.THEIRS.value,
    )
)
"""Clears whatever is held against a line."""


def throttle(tx: Tx, account_id: int, until: datetime) -> None:
    """The provider named a time before which it wants no calls of this account."""
    _write(tx, account_id, throttled_until=until)


def probed(
    tx: Tx,
    probes: Mapping[int, Probe],
    neutral: Probe | None,
    now: datetime,
    *,
    by_hand: bool = False,
) -> list[int]:
    """Write down what probes met; close and open lines by it.

    Args:
        tx: The transaction.
        probes: What was met, by account.
        neutral: What was met at a host that is nobody's provider.
        now: The instant.
        by_hand: Somebody wants to know now: a line that would answer is opened at once.

    Returns:
        The accounts whose lines were opened.
    """
    before = {line.account_id: line for line in lines(tx.connection)}
    for account_id, probe in probes.items():
        _write(tx, account_id, reach=probe.reach.value, named=probe.named, asked_at=now)
    found = _note_network(tx, neutral, now)
    opened = []
    for account_id, probe in probes.items():
        line, kind = before[account_id], found.accounts[account_id]
        if line.closed_at is None and probe.reach in CLOSING:
            close(tx, account_id, _told(line, kind, probe), now)
        elif line.closed_at and probe.reach is Reach.THEIRS and (by_hand or line.may_open(now)):
            _write(tx, account_id, closed_at=None, fault=None)
            _go_on(tx, account_id, now)
            opened.append(account_id)
    return opened


def _told(line: LineRow, kind: NetworkClass, probe: Probe) -> dict[str, str]:
    title = line.provider.title
    detail = f"asked without credentials, {title} was met as: {probe.reach.value}"
    fault = P88Error(f"{title} cannot be reached: {kind.value}", detail, advice_for(kind, title))
    code = "portal" if kind is NetworkClass.PORTAL else "not_sent"
    return fault.as_dict() | {"code": code}


def _go_on(tx: Tx, account_id: int, now: datetime) -> None:
    """Whoever waited for the line is due now."""
    waiting = (QUEUE.c.account_id == account_id, QUEUE.c.state.in_(CLAIMABLE_STATES))
    tx.connection.execute(
        update(QUEUE).where(*waiting, QUEUE.c.waits, QUEUE.c.due_at > now).values(due_at=now)
    )
    tx.touch("queue")


def _note_network(tx: Tx, neutral: Probe | None, now: datetime) -> Network:
    """Write the class down where it changed."""
    standings = {line.account_id: line.standing for line in lines(tx.connection)}
    found = classify(standings, neutral, now)
    row: dict[str, Any] = {"kind": found.kind.value, "since": now}
    row["neutral"] = neutral.reach.value if neutral else None
    before = tx.connection.execute(select(NETWORK)).mappings().one_or_none()
    if before is not None and before["kind"] == row["kind"]:
        row["since"] = before["since"]
    if before is None or any(before[name] != value for name, value in row.items()):
        upsert(tx.connection, NETWORK, [{"id": 1, **row}], key=("id",))
        tx.touch("network")
    return found


def _write(tx: Tx, account_id: int, **values: Any) -> None:
    values = {**FRESH, **values} if _is_new(tx, account_id) else values
    upsert(tx.connection, LINES, [{"account_id": account_id, **values}], key=("account_id",))
    tx.touch("network", "accounts")


def _is_new(tx: Tx, account_id: int) -> bool:
    query = select(LINES.c.account_id).where(LINES.c.account_id == account_id)
    return tx.connection.execute(query).first() is None


def passable(at: Around) -> ColumnElement[bool]:
    """Whether a job may be claimed at a moment as far as its account's line goes.

    To be used where the queue is joined with `account_lines`; a missing line is an open one. What
    is asked for by hand waits for a closed line only: somebody wants to know. What follows a gun of
    this day still has calls when those of everything else are spent.
    """
    waits = (LINES.c.throttled_until, LINES.c.rests_until)
    over = and_(*(or_(until.is_(None), until <= at(SAME)) for until in waits))
    spent = LINES.c.spent_until
    left = or_(spent.is_(None), spent <= at(SAME), gun_of(at).is_not(None))
    by_hand = QUEUE.c.priority == int(Priority.MANUAL)
    return and_(LINES.c.closed_at.is_(None), or_(and_(over, left), by_hand))


def hourly(connection: Connection) -> dict[int, int]:
    """The calls an hour that accounts may make, where that is limited and known."""
    query = select(LINES.c.account_id, LINES.c.per_hour).where(LINES.c.per_hour.is_not(None))
    return {row.account_id: row.per_hour for row in connection.execute(query)}


def impassable(connection: Connection, job_ids: Sequence[int], now: datetime) -> set[int]:
    """Which of these jobs cannot be claimed because of their account's line."""
    query = (
        select(QUEUE.c.id)
        .outerjoin(LINES, LINES.c.account_id == QUEUE.c.account_id)
        .where(QUEUE.c.id.in_(job_ids), ~passable(around(now)))
    )
    return set(connection.execute(query).scalars())


def any_closed(connection: Connection) -> bool:
    """Whether any account's line is closed."""
    query = (
        select(LINES.c.account_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == LINES.c.account_id)
        .where(LINES.c.closed_at.is_not(None), ACCOUNTS.c.removed_at.is_(None))
    )
    return connection.execute(query.limit(1)).first() is not None
