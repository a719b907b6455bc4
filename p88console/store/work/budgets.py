"""An account's calls, shared by every process: a bucket for the hour, one for the second, slots."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from p88console.domain.pacing import held_back
from p88console.store.database.clocks import machine_time
from p88console.store.database.db import Tx, alongside
from p88console.store.database.upsert import upsert
from p88console.store.tables import AccountLine, CallSlots
from p88console.store.tables.base import table
from p88console.store.work.lines import FRESH

LINES = table(AccountLine)
SLOTS = table(CallSlots)

SLOTS_LAPSE_S = 30.0
"""Machine seconds after which the slots of a process that fell silent are free again."""

WORTHWHILE, AT_LEAST = 0.05, 10.0
"""The part of an hour's calls that has to be there again before the schedule goes on, and how many
calls at least (but never more than half an hour's), so that a job gets somewhere each time."""


ALMOST = 1e-6
"""What a whole call may lack by rounding."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an account may do: concurrent calls, calls a second and (or None) an hour."""

    concurrent: int
    per_second: float
    per_hour: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a process asks for.

    `wanted` calls on top of `in_flight`, those it has under way; `by_hand` when somebody waits for
    them, so that the part of the hour that the schedule never uses is open to it.
    """

    owner: str
    wanted: int
    in_flight: int = 0
    by_hand: bool = False
    is_dead: Callable[[str], bool] = lambda _: False
    """Whether another owner of slots is known to be no more."""
    lapse_s: float = SLOTS_LAPSE_S
    """Machine seconds after which this one's slots are free unless it says more."""
    near: bool = False
    """Whether they are for work that follows a gun of this very day."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a process may do for a moment: so many calls, so many of them at once.

    Without calls or slots it has to wait: race seconds until there are calls, `spent` when it is
    the hour's budget; without slots until another process gives some back.
    """

    calls: int
    slots: int
    wait_s: float = 0.0
    spent: bool = False
    alone: bool = True


@alongside
def grant(tx: Tx, account_id: int, limits: Limits, asked: Asked, now: datetime) -> Grant:
    """Take calls and slots for a process, as far as there are any.

    Args:
        tx: The transaction.
        account_id: Whose calls.
        limits: What the account may do.
        asked: Who asks for what.
        now: The instant, in race time, by which the buckets fill.
    """
    hour, second = _buckets(tx, account_id, limits, now)
    left = math.inf
    if hour is not None and limits.per_hour is not None:
        left = hour - limits.per_hour * held_back(by_hand=asked.by_hand, near=asked.near)
        if left + ALMOST < 1:
            wait_s = _until_worthwhile(limits.per_hour, left, asked)
            until = None if asked.by_hand else now + timedelta(seconds=wait_s)
            _write(tx, account_id, limits, (hour, second), now)
            _spent(tx, account_id, until)
            keep_slots(tx, account_id, asked.owner, asked.in_flight, asked.lapse_s)
            return Grant(0, 0, wait_s, spent=True)
    calls = int(min(asked.wanted, second, left) + ALMOST)
    slots, alone = 0, True
    if calls:
        slots, alone = _take_slots(tx, account_id, limits.concurrent, asked)
        calls = calls if slots > asked.in_flight else 0
    after = (None if hour is None else hour - calls, second - calls)
    _write(tx, account_id, limits, after, now)
    wait_s = 0.0 if second + ALMOST >= 1 else (1 - second) / limits.per_second
    return Grant(calls, slots, wait_s, alone=alone)


def give_back(tx: Tx, account_id: int, owner: str, unused: int, slots: int) -> None:
    """Return calls that were not made, and keep no more slots than these."""
    tx.connection.execute(
        update(LINES)
        .where(LINES.c.account_id == account_id)
        .values(
            calls_left=LINES.c.calls_left + unused,
            burst_left=LINES.c.burst_left + unused,
        )
    )
    if slots:
        mine = update(SLOTS).where(SLOTS.c.account_id == account_id, SLOTS.c.owner == owner)
        tx.connection.execute(mine.values(slots=slots))
    else:
        _drop(tx, account_id, owner)


def calls_left(connection: Connection, now: datetime) -> dict[int, int]:
    """How many calls each account with an hourly budget may still make, as of this moment."""
    query = select(LINES.c.account_id, LINES.c.per_hour, LINES.c.calls_left, LINES.c.counted_at)
    found = connection.execute(query.where(LINES.c.per_hour.is_not(None)))
    return {
        row.account_id: int(_filled(row.calls_left, row.counted_at, row.per_hour, 3600, now))
        for row in found
        if row.calls_left is not None
    }


def _buckets(tx: Tx, account_id: int, limits: Limits, now: datetime) -> tuple[float | None, float]:
    """What is in the hour's and in the second's bucket now; full ones where nothing was counted."""
    fresh = [{"account_id": account_id, **FRESH}]
    upsert(tx.connection, LINES, fresh, key=("account_id",), keep=tuple(FRESH))
    query = select(LINES.c.calls_left, LINES.c.burst_left, LINES.c.counted_at)
    # whoever asks for the same account waits here until this one is served
    row = tx.connection.execute(
        query.where(LINES.c.account_id == account_id).with_for_update()
    ).one()
    burst = max(1.0, limits.per_second)
    second = burst
    if row.burst_left is not None:
        second = _filled(row.burst_left, row.counted_at, burst, burst / limits.per_second, now)
    if limits.per_hour is None:
        return None, second
    if row.calls_left is None:
        return float(limits.per_hour), second
    return _filled(row.calls_left, row.counted_at, limits.per_hour, 3600, now), second


def _filled(
    left: float, counted_at: datetime | None, full: float, seconds: float, now: datetime
) -> float:
    """A bucket that is full `seconds` after it was empty."""
    passed = max(0.0, (now - counted_at).total_seconds()) if counted_at else 0.0
    return min(float(full), left + full * passed / seconds)


def _until_worthwhile(per_hour: int, left: float, asked: Asked) -> float:
    """Seconds until it makes sense to go on: for one call by hand, for a few by schedule."""
    few = min(AT_LEAST, per_hour / 2)
    scheduled = few / 2 if asked.near else max(per_hour * WORTHWHILE, few)
    worthwhile = 1.0 if asked.by_hand else max(1.0, scheduled)
    return (worthwhile - left) * 3600 / per_hour


def _write(
    tx: Tx, account_id: int, limits: Limits, left: tuple[float | None, float], now: datetime
) -> None:
    counted = {"per_hour": limits.per_hour, "calls_left": left[0], "burst_left": left[1]}
    tx.connection.execute(
        update(LINES).where(LINES.c.account_id == account_id).values(**counted, counted_at=now)
    )


def _spent(tx: Tx, account_id: int, until: datetime | None) -> None:
    """The schedule claims nothing for the account before this instant."""
    if until is not None:
        of = update(LINES).where(LINES.c.account_id == account_id)
        tx.connection.execute(of.values(spent_until=until))
        tx.touch("network")


def _take_slots(tx: Tx, account_id: int, concurrent: int, asked: Asked) -> tuple[int, bool]:
    """This process's fair part of the slots, as far as it is free, and whether nobody else asks."""
    lapsed = (SLOTS.c.until < machine_time(tx.connection)).label("lapsed")
    query = select(SLOTS.c.owner, SLOTS.c.slots, lapsed).where(
        SLOTS.c.account_id == account_id, SLOTS.c.owner != asked.owner
    )
    taken, claimants = 0, 1
    for other in tx.connection.execute(query).all():
        if other.lapsed or asked.is_dead(other.owner):
            _drop(tx, account_id, other.owner)
        else:
            claimants += 1
            taken += other.slots
    share = max(1, concurrent // claimants)
    slots = max(asked.in_flight, min(share, concurrent - taken), 0)
    _hold(tx, account_id, asked.owner, slots, asked.lapse_s)
    return slots, claimants == 1


@alongside
def keep_slots(tx: Tx, account_id: int, owner: str, slots: int, lapse_s: float) -> None:
    """Say that so many calls are still under way; none gives all slots back."""
    if slots:
        _hold(tx, account_id, owner, slots, lapse_s)
    else:
        _drop(tx, account_id, owner)


def _hold(tx: Tx, account_id: int, owner: str, slots: int, lapse_s: float) -> None:
    key = {"account_id": account_id, "owner": owner}
    upsert(
        tx.connection, SLOTS, [{**key, "slots": slots, "until": 0.0}], key=("account_id", "owner")
    )
    mine = update(SLOTS).where(SLOTS.c.account_id == account_id, SLOTS.c.owner == owner)
    tx.connection.execute(mine.values(until=machine_time(tx.connection) + lapse_s))


def _drop(tx: Tx, account_id: int, owner: str) -> None:
    tx.connection.execute(
        delete(SLOTS).where(SLOTS.c.account_id == account_id, SLOTS.c.owner == owner)
    )


def slots_in_use(connection: Connection, account_id: int) -> int:
    """How many concurrent calls all processes may make for this account at this moment."""
    query = select(func.coalesce(func.sum(SLOTS.c.slots), 0))
    return int(connection.execute(query.where(SLOTS.c.account_id == account_id)).scalar_one())
