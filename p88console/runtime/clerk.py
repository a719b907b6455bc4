"""The practice race's operator: corrects names at the desk, and stands by them when asked."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.domain.inbox import Decision, Kind
from p88console.domain.jobs import Operator
from p88console.runtime import operators
from p88console.runtime.runtime import Runtime
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.decisions import Verdict
from p88console.store.people import lists as people

CLERK = Operator("clerk", "practice")
ONE_IN = 50
"""Of so many people one comes to the desk with a name to be corrected."""


async def correct_names(runtime: Runtime, event_ids: Sequence[int]) -> int:
    """Correct the last name of every so many of the people who are here; returns how many."""
    typed = 0
    for event_id in event_ids:
        found = await runtime.db.read(people.participants, event_id, only=people.Filter.ACTIVE)
        for person in sorted(found, key=lambda one: int(one.row["id"]))[::ONE_IN]:
            name = f"{person.row['last_name'] or person.row['first_name']}-Desk"
            await operators.edit(runtime, CLERK, person.row["id"], {"last_name": name})
            typed += 1
    return typed


async def stand_by_them(runtime: Runtime) -> None:
    """Where the provider has corrected the same name since, keep what was typed here."""
    asked = await runtime.db.read(inbox.items, kind=Kind.CONFLICT)
    if asked:
        await operators.resolve(runtime, CLERK, asked, Verdict(Decision.MINE))
