"""Decides what is due: intervals by the race clock, due times in the schedule table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from p88console.domain.cadence import CadenceSettings, Interval, interval_for, told
from p88console.domain.jobs import Direction, JobKey, Operation, Trigger
from p88console.domain.pacing import Want, pace
from p88console.providers.reading import zone_or_utc
from p88console.store.database.db import Reading, Tx
from p88console.store.tenancy import events, tenants
from p88console.store.tenancy.events import EventRow
from p88console.store.tenancy.tenants import AccountRow
from p88console.store.work import lines, queue, schedule
from p88console.store.work.schedule import Due

DISCOVERY_AT = time(2, 0)
"""Local time of the daily discovery, in the zone of the account's nearest event."""

Rhythm = Callable[[int | None], CadenceSettings]
"""The intervals that hold for an event, by its id; for work without an event, by None."""

UNKNOWN_CALLS = 2
"""What is reckoned for work that has not been done yet: a page, and the empty one after it."""

Slot = tuple[int, int | None, Operation]
"""An account's work of one kind for one event."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """What has to be written after a look at the clock."""

    changed: tuple[Due, ...]
    gone: tuple[Due, ...]
    due: tuple[Due, ...]


@dataclass(frozen=True, slots=True)
class Purse:
    """The calls an hour of each account, and what each piece of work takes of them."""

    hourly: Mapping[int, int]
    calls: Mapping[Slot, int]

    def afford(self, wishes: Mapping[Slot, Interval]) -> dict[Slot, Interval]:
        """What can be had of these intervals: the nearest guns theirs, the rest stretched alike."""
        given = dict(wishes)
        for account_id, per_hour in self.hourly.items():
            own = {slot: wish for slot, wish in wishes.items() if slot[0] == account_id}
            wants = [
                Want(slot, wish.every, self.calls.get(slot, UNKNOWN_CALLS), wish.to_gun)
                for slot, wish in own.items()
            ]
            for slot, every in pace(wants, per_hour).items():
                if every > own[slot].every:
                    why = f"{own[slot].reason}; stretched from {told(own[slot].every)}: "
                    why += f"{per_hour:,} calls an hour for {len({one[1] for one in own})} events"
                    given[slot] = replace(own[slot], every=every, reason=why)
        return given


def look(connection: Reading, rhythm: Rhythm, now: datetime) -> Timetable:
    """Compare the schedule with events, links and the clock, without writing anything."""
    known = _known(connection)
    wanted = {
        (row.account_id, row.event_id, row.operation): row for row in ahead(connection, rhythm, now)
    }
    due = tuple(row for row in wanted.values() if row.due_at <= now)
    changed = tuple(
        row for slot, row in wanted.items() if known.get(slot) != row and row.due_at > now
    )
    gone = tuple(row for slot, row in known.items() if slot not in wanted)
    return Timetable(changed, gone, due)


def ahead(connection: Reading, rhythm: Rhythm, now: datetime) -> list[Due]:
    """When each account's work is due next, soonest first, whether an engine runs or not."""
    accounts, mirrored = tenants.accounts(connection), events.events(connection)
    purse = Purse(lines.hourly(connection), schedule.calls(connection))
    return sorted(
        _wanted(accounts, mirrored, _known(connection), rhythm, purse, now),
        key=lambda row: (row.due_at, row.account_id, row.event_id or 0, row.operation),
    )


def race_day(connection: Reading, rhythm: Rhythm, now: datetime) -> bool:
    """Whether the gun or the finish of any event is being followed."""
    wishes = (
        interval_for(operation, event.guns, now, rhythm(event.id), event.day)
        for event in events.events(connection)
        for operation in (Operation.PARTICIPANTS, Operation.RESULTS)
    )
    return any(wish is not None and wish.to_gun is not None for wish in wishes)


def _known(connection: Reading) -> dict[Slot, Due]:
    return {(row.account_id, row.event_id, row.operation): row for row in schedule.rows(connection)}


def _wanted(
    accounts: Sequence[AccountRow],
    mirrored: Sequence[EventRow],
    known: Mapping[Slot, Due],
    rhythm: Rhythm,
    purse: Purse,
    now: datetime,
) -> Iterator[Due]:
    for account in accounts:
        own = [event for event in mirrored if event.account_id == account.id]
        yield _discovery(account.id, own, known, rhythm, now)
    wishes: dict[Slot, Interval] = {}
    for event in mirrored:
        slots: list[Slot] = []
        if event.provider.registers:
            slots.append((event.account_id, event.id, Operation.PARTICIPANTS))
        slots += [(account_id, event.id, Operation.RESULTS) for account_id in event.scored_at]
        for slot in slots:
            interval = interval_for(slot[2], event.guns, now, rhythm(event.id), event.day)
            if interval is not None:
                wishes[slot] = interval
    for slot, interval in purse.afford(wishes).items():
        last = _last(known.get(slot), now)
        due_at = last + interval.every if last else now
        yield Due(*slot, last, due_at, interval.every, interval.reason)


def _last(before: Due | None, now: datetime) -> datetime | None:
    """When it was last queued; None where a clock that was set back says that it will have been."""
    last = before.enqueued_at if before else None
    return last if last is not None and last <= now else None


def _discovery(
    account_id: int,
    own: Sequence[EventRow],
    known: Mapping[Slot, Due],
    rhythm: Rhythm,
    now: datetime,
) -> Due:
    last = _last(known.get((account_id, None, Operation.EVENTS)), now)
    zone = zone_or_utc(own[0].timezone) if own else ZoneInfo("UTC")
    due_at = next_at(DISCOVERY_AT, zone, last) if last else now
    reason = f"daily at {DISCOVERY_AT:%H:%M} {zone.key}"
    return Due(account_id, None, Operation.EVENTS, last, due_at, rhythm(None).events, reason)


def next_at(wall: time, zone: ZoneInfo, after: datetime) -> datetime:
    """The first instant after `after` at which the clocks of `zone` show `wall`, in UTC."""
    local = after.astimezone(zone)
    for days in (0, 1):
        day = local.date() + timedelta(days=days)
        found = datetime.combine(day, wall, zone).astimezone(ZoneInfo("UTC"))
        if found > after:
            return found
    return after + timedelta(days=1)


def carry_out(tx: Tx, timetable: Timetable, now: datetime) -> int:
    """Queue what is due, once each, and write down when it is due again."""
    for row in timetable.due:
        key = JobKey(row.account_id, row.event_id, row.operation, Direction.PULL)
        queue.enqueue(tx, key, Trigger.SCHEDULE, now)
    again = [replace(row, enqueued_at=now, due_at=now + row.interval) for row in timetable.due]
    schedule.write(tx, [*again, *timetable.changed])
    schedule.forget(tx, list(timetable.gone))
    return len(timetable.due)
