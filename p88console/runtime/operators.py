"""What operators do to people and to the inbox: the same for commands, screens and the API."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from p88console.domain.errors import UsageFault
from p88console.domain.fields import typed
from p88console.domain.inbox import Kind
from p88console.domain.merge import Value
from p88console.runtime.runtime import Runtime
from p88console.store import decide, edits, events, inbox, people, undo
from p88console.store.db import Tx
from p88console.store.decide import Verdict
from p88console.store.edits import Done, Hand
from p88console.store.events import EventRow
from p88console.store.inbox_rows import Item
from p88console.store.people import Person
from p88console.store.undo import Undone


@dataclass(frozen=True, slots=True)
class Operator:
    """Who acts, and through which door: `cli`, `console`, `api`."""

    who: str
    door: str


def hand(runtime: Runtime, operator: Operator, event_id: int | None) -> Hand:
    """The operator at this moment, under the event's settings."""
    policy = runtime.shop.settings.policy_of(event_id)
    return Hand(operator.who, operator.door, runtime.clock.now(), policy)


async def edit(
    runtime: Runtime, operator: Operator, participant_id: int, texts: Mapping[str, str]
) -> Done:
    """Set fields of one person as typed; the change and its push commit together.

    `texts` maps a field's name to what was typed; `race` takes a name or an id, `status` active or
    withdrawn. Raises `UsageFault`.
    """
    event = await _event_of(runtime, participant_id)
    values = read_fields(event, texts)
    done = await runtime.db.write(
        edits.edit, hand(runtime, operator, event.id), participant_id, values
    )
    runtime.engine.nudge()
    return done


async def add(
    runtime: Runtime, operator: Operator, event_id: int, texts: Mapping[str, str]
) -> Done:
    """Register a walk-up. Raises `UsageFault`."""
    event = await runtime.db.read(events.event, event_id)
    values = read_fields(event, texts)
    if "status" in values:
        raise UsageFault("somebody who is registered here is active")
    token = secrets.token_hex(6)
    done = await runtime.db.write(
        edits.add, hand(runtime, operator, event.id), event.id, token, values
    )
    runtime.engine.nudge()
    return done


async def swap_bibs(runtime: Runtime, operator: Operator, first_id: int, second_id: int) -> Done:
    """Let two people wear each other's bib. Raises `UsageFault`."""
    event = await _event_of(runtime, first_id)
    done = await runtime.db.write(
        edits.swap_bibs, hand(runtime, operator, event.id), first_id, second_id
    )
    runtime.engine.nudge()
    return done


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


def read_fields(event: EventRow, texts: Mapping[str, str]) -> dict[str, Value]:
    """What was typed, checked; a race by its name or id. Raises `UsageFault`."""
    values: dict[str, Value] = {}
    for name, text in texts.items():
        if name == "status":
            values["status"] = text.strip().casefold()
        elif name in ("race", "race_id"):
            values["race_id"] = race_of(event, text)
        else:
            values[name] = typed(name, text)
    return values


def race_of(event: EventRow, text: str) -> str:
    """The id of the event's race that goes by this name or id. Raises `UsageFault`."""
    wanted = text.strip().casefold()
    for race in event.races:
        if wanted in (race.name.casefold(), str(race.id), race.provider_race_id.casefold()):
            return str(race.id)
    names = ", ".join(f"{race.name} ({race.id})" for race in event.races)
    raise UsageFault(f"there is no race {text!r} in {event.name}", f"there are: {names}")


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
    for account_id in {item.account_id for item in items if item.account_id is not None}:
        await runtime.shop.adapters.forget(account_id)
    runtime.engine.nudge()
    return done
