"""An account's calls, shared by every process: the last hour's count, two buckets, slots.

What was granted is counted by the minute, so that no hour, wherever it begins, holds more than the
limit. The schedule draws from a small bucket besides, so that it never uses an hour up at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from p88console.domain.pacing import FOR_THE_GUN, at_once, flowing, kept_for_near
from p88console.store import core
from p88console.store.database.clocks import machine_time
from p88console.store.database.db import Tx, alongside
from p88console.store.database.upsert import upsert
from p88console.store.work.lines import FRESH
from p88console.store.work.nearness import gun_within_the_hour

LINES = core.ACCOUNT_LINES
SLOTS = core.CALL_SLOTS

SLOTS_LAPSE_S = 30.0
"""Machine seconds after which the slots of a process that fell silent are free again."""

WORTHWHILE, AT_LEAST = 0.05, 10.0
"""The part of an hour's calls that has to be there again before the schedule goes on, and how many
calls at least (but never more than half an hour's), so that a job gets somewhere each time."""


WINDOW_MINUTES = 61
"""Whole minutes before the present one that count as the last hour: a call may leave a moment
after it was granted."""

ALMOST = 1e-6
"""What a whole call may lack by rounding."""

Minutes = list[list[int]]
"""Pairs, oldest first: a minute since the epoch, and the calls that were granted in it."""


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
    purse = _purse(tx, account_id, limits, now)
    if purse.needs_care(asked) and gun_within_the_hour(tx.connection, account_id, now):
        purse = replace(purse, reserved=purse.reserve)
    left, per_hour = purse.left(asked), limits.per_hour
    if per_hour is not None and left + ALMOST < 1:
        wait_s = _until_worthwhile(per_hour, purse, asked, now)
        until = None if asked.by_hand else now + timedelta(seconds=wait_s)
        _write(tx, account_id, purse, now)
        _spent(tx, account_id, until)
        keep_slots(tx, account_id, asked.owner, asked.in_flight, asked.lapse_s)
        return Grant(0, 0, wait_s, spent=True)
    calls = int(min(asked.wanted, purse.second, left) + ALMOST)
    slots, alone = 0, True
    if calls:
        slots, alone = _take_slots(tx, account_id, limits.concurrent, asked)
        calls = calls if slots > asked.in_flight else 0
    _write(tx, account_id, purse.without(calls, now), now)
    wait_s = 0.0 if purse.second + ALMOST >= 1 else (1 - purse.second) / limits.per_second
    return Grant(calls, slots, wait_s, alone=alone)


def give_back(tx: Tx, account_id: int, owner: str, unused: int, slots: int) -> None:
    """Return calls that were not made, and keep no more slots than these."""
    if unused:
        query = select(LINES.c.recent_calls).where(LINES.c.account_id == account_id)
        recent = tx.connection.execute(query.with_for_update()).scalar_one_or_none()
        tx.connection.execute(
            update(LINES)
            .where(LINES.c.account_id == account_id)
            .values(
                recent_calls=_less(recent or [], unused),
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
    query = select(LINES.c.account_id, LINES.c.per_hour, LINES.c.recent_calls)
    found = connection.execute(query.where(LINES.c.per_hour.is_not(None)))
    return {
        row.account_id: max(0, row.per_hour - _sum(_of_last_hour(row.recent_calls, now)))
        for row in found
    }


@dataclass(frozen=True, slots=True)
class _Purse:
    """What there is at a moment: calls of the last hour, and what is in the two buckets.

    Without an hourly limit `schedule` is None and nothing is counted.
    """

    per_hour: int | None
    recent: Minutes
    schedule: float | None
    second: float
    reserved: float = 0.0
    """What is left to a gun that is near by everything else that is asked for by hand."""

    @property
    def reserve(self) -> float:
        """How many calls a near gun finds in this hour, whatever was asked for by hand."""
        return (self.per_hour or 0) * FOR_THE_GUN

    def needs_care(self, asked: Asked) -> bool:
        """Whether this may take what a gun would need, if one is near."""
        if self.per_hour is None or not asked.by_hand or asked.near:
            return False
        return self.per_hour - _sum(self.recent) - asked.wanted < self.reserve

    def left(self, asked: Asked) -> float:
        """The calls that this may still make in this hour."""
        if self.per_hour is None or self.schedule is None:
            return math.inf
        of_hour = self.per_hour - _sum(self.recent)
        if asked.by_hand:
            return of_hour - self.reserved
        kept = 0.0 if asked.near else kept_for_near(self.per_hour)
        return min(of_hour, self.schedule - kept)

    def without(self, calls: int, now: datetime) -> _Purse:
        """What is there when these have been granted now."""
        second = self.second - calls
        if self.schedule is None or not calls:
            return replace(self, second=second)
        minute = _minute(now)
        before = [[at, count] for at, count in self.recent if at != minute]
        of_minute = _sum(self.recent) - _sum(before) + calls
        schedule = max(0.0, self.schedule - calls)
        return replace(
            self, recent=[*before, [minute, of_minute]], schedule=schedule, second=second
        )


def _purse(tx: Tx, account_id: int, limits: Limits, now: datetime) -> _Purse:
    """What is there now; full buckets where nothing was counted."""
    fresh = [{"account_id": account_id, **FRESH}]
    upsert(tx.connection, LINES, fresh, key=("account_id",), keep=tuple(FRESH))
    query = select(LINES.c.calls_left, LINES.c.burst_left, LINES.c.counted_at, LINES.c.recent_calls)
    # whoever asks for the same account waits here until this one is served
    row = tx.connection.execute(
        query.where(LINES.c.account_id == account_id).with_for_update()
    ).one()
    second = burst = max(1.0, limits.per_second)
    if row.burst_left is not None:
        second = _filled(row.burst_left, row.counted_at, burst, limits.per_second, now)
    if limits.per_hour is None:
        return _Purse(None, [], None, second)
    schedule = full = at_once(limits.per_hour)
    if row.calls_left is not None:
        flow = flowing(limits.per_hour) / 3600
        schedule = _filled(row.calls_left, row.counted_at, full, flow, now)
    return _Purse(limits.per_hour, _of_last_hour(row.recent_calls, now), schedule, second)


def _filled(
    left: float, counted_at: datetime | None, full: float, a_second: float, now: datetime
) -> float:
    """A bucket into which so much flows each second until it is full."""
    passed = max(0.0, (now - counted_at).total_seconds()) if counted_at else 0.0
    return min(full, left + a_second * passed)


def _minute(instant: datetime) -> int:
    return int(instant.timestamp() // 60)


def _sum(minutes: Minutes) -> int:
    return sum(calls for _minute_of, calls in minutes)


def _of_last_hour(recent: Minutes | None, now: datetime) -> Minutes:
    """What counts at this moment; after a clock was set back, minutes ahead count as this one."""
    minute = _minute(now)
    return [[min(at, minute), calls] for at, calls in recent or [] if at >= minute - WINDOW_MINUTES]


def _less(recent: Minutes, unused: int) -> Minutes:
    """The same without calls that were granted last and not made."""
    kept: Minutes = []
    for at, calls in reversed(recent):
        back = min(calls, unused)
        unused -= back
        kept = [[at, calls - back], *kept]
    return kept


def _until_worthwhile(per_hour: int, purse: _Purse, asked: Asked, now: datetime) -> float:
    """Seconds until it makes sense to go on: for one call by hand, for a few by schedule."""
    worthwhile, wait_s = 1.0, 0.0
    if not asked.by_hand and purse.schedule is not None:
        few = min(AT_LEAST, per_hour / 2)
        kept = 0.0 if asked.near else kept_for_near(per_hour)
        wanted = few / 2 if asked.near else max(per_hour * WORTHWHILE, few)
        worthwhile = max(1.0, min(wanted, at_once(per_hour) - kept))
        wait_s = (worthwhile + kept - purse.schedule) * 3600 / flowing(per_hour)
    lacking = worthwhile + purse.reserved - (per_hour - _sum(purse.recent))
    for at, calls in purse.recent:
        if lacking <= 0:
            break
        lacking -= calls
        over_s = (at + WINDOW_MINUTES + 1) * 60 - now.timestamp()
        wait_s = max(wait_s, over_s)
    return max(wait_s, ALMOST)


def _write(tx: Tx, account_id: int, purse: _Purse, now: datetime) -> None:
    counted = {
        "per_hour": purse.per_hour,
        "recent_calls": purse.recent or None,
        "calls_left": purse.schedule,
        "burst_left": purse.second,
        "counted_at": now,
    }
    tx.connection.execute(update(LINES).where(LINES.c.account_id == account_id).values(**counted))


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
