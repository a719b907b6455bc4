"""A partner's "sync now", as other programs ask for it: one provider, one kind of work."""

from __future__ import annotations

from datetime import timedelta

from p88console.domain.errors import NotThere, UsageFault
from p88console.domain.jobs import Direction, JobKey, Operation, Operator, Trigger
from p88console.domain.model import Provider
from p88console.runtime import syncs
from p88console.runtime.runtime import Runtime
from p88console.store.tenancy import events, tenants
from p88console.store.tenancy.events import EventRow
from p88console.store.tenancy.tenants import AccountRow
from p88console.store.windows import overview
from p88console.store.work.queue import Enqueued

STILL_ON = timedelta(hours=36)
"""How long after its last gun an event still takes part when none is named."""


async def ask(
    runtime: Runtime,
    partner_id: int,
    provider: Provider,
    operation: Operation,
    event_id: int | None = None,
    by: Operator | None = None,
) -> list[Enqueued]:
    """Queue the work at every account that the partner has at this provider.

    Participants are pulled where people register and pushed where they are scored; without an
    event, for all events that are still ahead. Raises `NotThere` for an unknown partner or event,
    `UsageFault` for work that this provider has no part in.
    """
    await runtime.db.read(tenants.partner, partner_id)
    accounts = await runtime.db.read(tenants.accounts)
    ours = [a for a in accounts if a.partner_id == partner_id and a.provider is provider]
    if not ours:
        raise UsageFault(
            f"this partner has no account at {provider.title}", f"provider_name: {provider.value}"
        )
    if operation is Operation.EVENTS:
        return [(await syncs.discover(runtime, a.id, Trigger.API, by)) for a in ours]
    mirrored = await _events(runtime, partner_id, event_id)
    keys = [key for account in ours for key in _keys(account, operation, mirrored)]
    if not keys and operation is Operation.RESULTS and provider.registers:
        raise UsageFault(
            f"results are scored elsewhere than at {provider.title}",
            f"operation_type: {operation.value}",
        )
    if not keys and event_id is not None:
        raise UsageFault(
            f"that event has nothing to do with {provider.title}", f"event_id: {event_id}"
        )
    pushed = operation is Operation.PARTICIPANTS and not provider.registers
    return await syncs.enqueue(runtime, keys, Trigger.API, more=pushed, by=by)


def _keys(account: AccountRow, operation: Operation, mirrored: list[EventRow]) -> list[JobKey]:
    if account.provider.registers and operation is Operation.PARTICIPANTS:
        own = [event for event in mirrored if event.account_id == account.id]
        return [JobKey(account.id, event.id, operation, Direction.PULL) for event in own]
    push = operation is Operation.PARTICIPANTS
    linked = [
        event for event in mirrored if account.id in {link.account_id for link in event.links}
    ]
    direction = Direction.PUSH if push else Direction.PULL
    return [JobKey(account.id, event.id, operation, direction) for event in linked]


async def _events(runtime: Runtime, partner_id: int, event_id: int | None) -> list[EventRow]:
    mirrored = await runtime.db.read(events.events, partner_id=partner_id)
    if event_id is not None:
        named = [event for event in mirrored if event.id == event_id]
        if not named:
            raise NotThere(f"there is no event {event_id}", hint="see: p88console event list")
        return named
    now = runtime.clock.now()
    ahead = [event for event in mirrored if not event.moments or event.moments[-1] > now - STILL_ON]
    nearest = overview.nearest(mirrored, now)
    return ahead or ([nearest] if nearest else [])
