"""Asking for work by hand: what "sync now" means for an event or an account."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from p88console.domain.errors import UsageFault
from p88console.domain.jobs import Direction, JobKey, Operation, Operator, Trigger
from p88console.domain.model import EventRecord, RaceRecord
from p88console.domain.plan import Plan
from p88console.engine.farside import taking_people
from p88console.engine.push import plan_push
from p88console.engine.returns import taking_bibs
from p88console.providers.base import ReadsResults
from p88console.runtime.runtime import Runtime
from p88console.store.database.db import Tx
from p88console.store.tenancy import events, tenants
from p88console.store.tenancy.events import EventRow, LinkRow
from p88console.store.windows import overview
from p88console.store.work import queue
from p88console.store.work.queue import Enqueued

THE_DAY = timedelta(hours=36)
"""Events with a gun this near belong to the day that a key acts on."""


async def the_day(runtime: Runtime) -> list[EventRow]:
    """The registration events that a key without a selection is about."""
    now = runtime.clock.now()
    found = [one for one in await runtime.db.read(events.events) if one.provider.registers]
    today = [event for event in found if any(abs(gun - now) <= THE_DAY for gun in event.moments)]
    if today:
        return today
    nearest = overview.nearest(found, now)
    return [nearest] if nearest else []


async def discover(
    runtime: Runtime, account_id: int, trigger: Trigger, by: Operator | None = None
) -> Enqueued:
    """Queue discovery for an account."""
    await runtime.db.read(tenants.account, account_id)
    key = JobKey(account_id, None, Operation.EVENTS, Direction.PULL)
    return (await enqueue(runtime, [key], trigger, by=by))[0]


async def pull_participants(
    runtime: Runtime,
    event: EventRow,
    trigger: Trigger,
    by: Operator | None = None,
    *,
    full: bool = False,
) -> Enqueued:
    """Queue a participants pull for an event."""
    key = JobKey(event.account_id, event.id, Operation.PARTICIPANTS, Direction.PULL)
    return (await enqueue(runtime, [key], trigger, full=full, by=by))[0]


async def check_push(runtime: Runtime, event: EventRow) -> None:
    """Say so before anything starts where no linked scoring event takes people from here.

    Raises `NotOffered`, with the way that is left, and `UsageFault` where nothing is linked.
    """
    if linked_accounts(event, takes_people=True):
        return
    for account_id in linked_accounts(event):
        if account_id != event.account_id:
            taking_people(await runtime.shop.adapters.of(account_id))
    raise _not_linked(event)


def _not_linked(event: EventRow) -> UsageFault:
    return UsageFault(
        f"{event.name} is not linked to a scoring event", hint="tie it: p88console event link"
    )


async def push_participants(
    runtime: Runtime,
    event: EventRow,
    trigger: Trigger,
    by: Operator | None = None,
    *,
    full: bool = False,
) -> list[Enqueued]:
    """Queue a push to every scoring account the event is linked to."""
    keys = [
        JobKey(account_id, event.id, Operation.PARTICIPANTS, Direction.PUSH)
        for account_id in linked_accounts(event, takes_people=True)
    ]
    return await enqueue(runtime, keys, trigger, full=full, more=True, by=by)


async def return_bibs(
    runtime: Runtime, event: EventRow, trigger: Trigger, by: Operator | None = None
) -> list[Enqueued]:
    """Queue sending bibs that were given here back to where people registered.

    Raises `NotOffered` where that provider takes none.
    """
    taking_bibs(await runtime.shop.adapters.of(event.account_id))
    key = JobKey(event.account_id, event.id, Operation.PARTICIPANTS, Direction.PUSH)
    return await enqueue(runtime, [key], trigger, more=True, by=by)


async def pull_results(
    runtime: Runtime,
    event: EventRow,
    trigger: Trigger,
    by: Operator | None = None,
    *,
    full: bool = False,
) -> list[Enqueued]:
    """Queue a results pull from every scoring account the event is linked to.

    Linked to none, its results come from its own provider where that offers them; `UsageFault`
    where it does not.
    """
    if not event.links:
        event = await _linked_to_itself(runtime, event)
    keys = [
        JobKey(account_id, event.id, Operation.RESULTS, Direction.PULL)
        for account_id in event.scored_at
    ]
    if not keys:
        raise _not_linked(event)
    return await enqueue(runtime, keys, trigger, full=full, by=by)


async def _linked_to_itself(runtime: Runtime, event: EventRow) -> EventRow:
    """The event with a link to its own provider, from where only results come, if it has any."""
    if not isinstance(await runtime.shop.adapters.of(event.account_id), ReadsResults):
        return event
    own = [RaceRecord(race.provider_race_id, race.name, race.starts_at) for race in event.races]
    itself = EventRecord(
        event.provider_event_id, event.name, event.timezone, event.starts_at, tuple(own)
    )
    await runtime.db.write(
        events.link,
        event.id,
        event.account_id,
        itself,
        races={race.id: (race.provider_race_id, race.name) for race in event.races},
        options={},
        now=runtime.clock.now(),
        takes_people=False,
    )
    return await event_of(runtime, event.id)


async def enqueue(
    runtime: Runtime,
    keys: Iterable[JobKey],
    trigger: Trigger,
    *,
    full: bool = False,
    more: bool = False,
    by: Operator | None = None,
) -> list[Enqueued]:
    """Queue these jobs in one transaction and wake the engine."""

    def write(tx: Tx) -> list[Enqueued]:
        now = runtime.clock.now()
        return [queue.enqueue(tx, key, trigger, now, full=full, more=more, by=by) for key in keys]

    queued = await runtime.db.write(write)
    runtime.engine.nudge()
    return queued


def linked_accounts(event: EventRow, *, takes_people: bool = False) -> list[int]:
    """The accounts an event is linked to, each once; all, or only those that people are sent to."""
    links = [link for link in event.links if link.takes_people or not takes_people]
    return list(dict.fromkeys(link.account_id for link in links))


async def plans(
    runtime: Runtime, event: EventRow, *, everyone: bool = False
) -> Sequence[tuple[LinkRow, Plan]]:
    """What a push of this event would do at this moment, link by link."""
    found = []
    for link in event.links:
        if not link.takes_people:
            continue
        adapter = taking_people(await runtime.shop.adapters.of(link.account_id))
        plan = await plan_push(runtime.shop, link, adapter, everyone=everyone)
        found.append((link, plan))
    return found


async def event_of(runtime: Runtime, event_id: int) -> EventRow:
    """One event. Raises `UsageFault` when there is none."""
    return await runtime.db.read(events.event, event_id)
