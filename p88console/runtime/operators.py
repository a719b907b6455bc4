"""What operators do to people and to the inbox: the same for commands, screens and the API."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from p88console.domain.errors import StoreLost, UsageFault
from p88console.domain.inbox import Decision, Kind
from p88console.domain.jobs import Operator
from p88console.runtime import spooling
from p88console.runtime.reading import read_fields
from p88console.runtime.runtime import Runtime
from p88console.store.database.db import Tx
from p88console.store.database.spool import Deed, Typed
from p88console.store.inbox import decisions as decide
from p88console.store.inbox import orphans
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.people import edits, late, undo
from p88console.store.people import lists as people
from p88console.store.people.edits import Done, Hand
from p88console.store.people.lists import Person
from p88console.store.people.undo import Undone
from p88console.store.results import revisions as results
from p88console.store.tenancy import events
from p88console.store.tenancy.events import EventRow
from p88console.store.windows.inbox_rows import Item


def hand(runtime: Runtime, operator: Operator, event_id: int | None) -> Hand:
    """The operator at this moment, under the event's settings."""
    policy = runtime.shop.settings.policy_of(event_id)
    return Hand(operator.who, operator.door, runtime.clock.now(), policy)


async def edit(
    runtime: Runtime,
    operator: Operator,
    participant_id: int,
    texts: Mapping[str, str],
    seen: datetime | int | None = None,
) -> Done:
    """Set fields of one person as typed; the change and its push commit together.

    `texts` maps a field's name to what was typed; `race` takes a name or an id, `status` active or
    withdrawn. With `seen`, the newest change of the person that the operator saw, what somebody
    else changed since is not overwritten: the inbox asks. Raises `UsageFault`.
    """
    try:
        event = await _event_of(runtime, participant_id)
        values, mine = read_fields(event, texts), hand(runtime, operator, event.id)
        if seen is None:
            done = await runtime.db.write(edits.edit, mine, participant_id, values)
        else:
            done = await runtime.db.write(late.edit, mine, participant_id, values, seen)
    except StoreLost as fault:
        about = {"participant_id": participant_id, "texts": dict(texts)}
        return await _kept(runtime, operator, fault, Deed.EDIT, about, seen=seen)
    runtime.engine.nudge()
    return done


async def add(
    runtime: Runtime,
    operator: Operator,
    event_id: int,
    texts: Mapping[str, str],
    token: str | None = None,
) -> Done:
    """Register a walk-up, once for each `token`. Raises `UsageFault`."""
    if "status" in texts:
        raise UsageFault("somebody who is registered here is active")
    token = token or secrets.token_hex(6)
    try:
        event = await runtime.db.read(events.event, event_id)
        values, mine = read_fields(event, texts), hand(runtime, operator, event.id)
        done = await runtime.db.write(edits.add, mine, event.id, token, values)
    except StoreLost as fault:
        about = {"event_id": event_id, "texts": dict(texts)}
        return await _kept(runtime, operator, fault, Deed.ADD, about, token=token)
    runtime.engine.nudge()
    return done


async def swap_bibs(runtime: Runtime, operator: Operator, first_id: int, second_id: int) -> Done:
    """Let two people wear each other's bib. Raises `UsageFault`."""
    try:
        event = await _event_of(runtime, first_id)
        done = await runtime.db.write(
            edits.swap_bibs, hand(runtime, operator, event.id), first_id, second_id
        )
    except StoreLost as fault:
        about = {"first_id": first_id, "second_id": second_id}
        return await _kept(runtime, operator, fault, Deed.SWAP, about)
    runtime.engine.nudge()
    return done


async def _kept(
    runtime: Runtime,
    operator: Operator,
    fault: StoreLost,
    deed: Deed,
    about: Mapping[str, Any],
    *,
    token: str | None = None,
    seen: datetime | int | None = None,
) -> Done:
    """Keep what was typed on this machine; it was typed over `seen`, or the picture read last.

    Raises `fault` where the database is a file of this machine: there is no other place for it.
    """
    if runtime.home.shared is None:
        raise fault
    now = runtime.clock.now()
    read_at = now - timedelta(seconds=runtime.db.silent_s * runtime.clock.speed)
    seen_at = seen if isinstance(seen, datetime) else read_at
    if isinstance(seen, int):
        about = {**about, "seen": seen}
    token = token or secrets.token_hex(6)
    one = Typed(deed, operator.who, operator.door, now, seen_at, about, token)
    return await asyncio.to_thread(spooling.keep, runtime.home, one)


async def take_back(runtime: Runtime, operator: Operator) -> Undone:
    """Take back the newest change of this operator that can still be taken back.

    Raises `UsageFault` when there is none.
    """
    undone = await runtime.db.write(
        undo.undo, hand(runtime, operator, None), runtime.shop.settings.policy_of
    )
    runtime.engine.nudge()
    return undone


async def people_of(runtime: Runtime, participant_ids: Sequence[int]) -> list[Person]:
    """These people as they are now."""
    found = [await runtime.db.read(people.participant, its_id) for its_id in participant_ids]
    return [person for person, _changes in found]


async def _event_of(runtime: Runtime, participant_id: int) -> EventRow:
    (person,) = await people_of(runtime, [participant_id])
    return await runtime.db.read(events.event, person.row["event_id"])


async def asking(runtime: Runtime, item_id: int, *, alike: bool = False) -> list[Item]:
    """An inbox item, or every open one that asks the same. Raises `UsageFault`."""
    item = await runtime.db.read(inbox.item, item_id)
    if not alike:
        return [item]
    others = await runtime.db.read(inbox.items, event_id=item.event_id, kind=item.kind)
    return decide.alike(item, others)


async def resolve(
    runtime: Runtime, operator: Operator, items: Sequence[Item], verdict: Verdict
) -> list[Item]:
    """Carry a decision out, event by event and kind by kind; all of it or nothing.

    Returns the items as they are afterwards. Raises `UsageFault` where it does not apply.
    """
    groups: dict[tuple[int | None, Kind], list[Item]] = {}
    for item in items:
        groups.setdefault((item.event_id, item.kind), []).append(item)

    def write(tx: Tx) -> list[Item]:
        return [
            item
            for (event_id, _kind), group in groups.items()
            for item in decide.resolve(tx, hand(runtime, operator, event_id), group, verdict)
        ]

    done = await runtime.db.write(write)
    runtime.engine.nudge()
    return done


async def attach(
    runtime: Runtime, operator: Operator, result_id: int, participant_id: int
) -> dict[str, Any]:
    """Say whose result it is; returns the row. What the inbox asked about can be taken back.

    Raises `UsageFault`.
    """
    item = await runtime.db.read(orphans.asked_about, result_id)
    if item is None:
        return await runtime.db.write(
            orphans.attach, result_id, participant_id, runtime.clock.now()
        )
    await resolve(runtime, operator, [item], Verdict(Decision.VALUE, str(participant_id)))
    return await runtime.db.read(results.row, result_id)
