"""The rules by which an event's fields are merged, at one moment of its race clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from p88console.domain.fields import FIELDS
from p88console.domain.inbox import Kind
from p88console.domain.merge import Settle, Value, Version
from p88console.domain.ownership import FieldRule as Rule
from p88console.domain.policy import Policy
from p88console.store import core
from p88console.store.inbox.questions import Question
from p88console.store.tenancy.events import EVENTS, RACES
from p88console.store.tenancy.tenants import ACCOUNTS

FIELD_RULES = core.FIELD_RULES


class Rules:
    """Settings with the operator's standing decisions over them, gun times, names for reasons."""

    def __init__(self, connection: Connection, event_id: int, policy: Policy) -> None:
        self.event_id = event_id
        standing = select(FIELD_RULES.c.field, FIELD_RULES.c.both).where(
            FIELD_RULES.c.event_id == event_id
        )
        self._standing = {row.field: Settle(row.both) for row in connection.execute(standing)}
        self._rules: Mapping[str, Rule] = {name: policy.ownership.of(name) for name in FIELDS}
        event = connection.execute(
            select(EVENTS.c.starts_at, ACCOUNTS.c.provider)
            .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
            .where(EVENTS.c.id == event_id)
        ).one()
        self.provider: str = event.provider
        self._starts_at: datetime | None = event.starts_at
        races = connection.execute(select(RACES).where(RACES.c.event_id == event_id)).mappings()
        self._races = {row["id"]: row for row in races}

    def gun(self, race_id: int | None) -> datetime | None:
        """When this race starts, else the event; UTC."""
        race = self._races.get(race_id)
        return (race["starts_at"] if race else None) or self._starts_at

    def timing_owns(self, name: str, race_id: int | None, at: datetime, *, set_here: bool) -> bool:
        """Whether what stands in a field at `at` is timing's own."""
        return self._rules[name].timing_owns(at, self.gun(race_id), set_here=set_here)

    def both(self, name: str) -> Settle:
        """What happens when both sides changed a field: the inbox's decision, else the setting."""
        return self._standing.get(name, self._rules[name].both)

    def shown(self, name: str, value: Value) -> str:
        """A value in words: a race by its name, a blank as nothing."""
        if value is None:
            return "nothing"
        race = self._races.get(int(value)) if name == "race_id" else None
        return repr(race["name"] if race else value)


def conflict_key(participant_id: int, name: str) -> str:
    """The inbox key of a conflict about one field of one person."""
    return f"conflict:{participant_id}:{name}"


def conflict(
    rules: Rules, title: str, participant_id: int, name: str, ours: Value, version: Version
) -> Question:
    """What to ask about a field that both sides changed; `title` is the provider's name."""
    label = name.removesuffix("_id").replace("_", " ")
    stands, says = rules.shown(name, ours), rules.shown(name, version.theirs)
    reason = f"{label} was set to {stands} here, {title} says {says}"
    if ours == version.base:
        reason = f"{title} changes {label} {stands} to {says}, and {label} is timing's own by now"
    return Question(
        key=conflict_key(participant_id, name),
        kind=Kind.CONFLICT,
        reason=reason,
        event_id=rules.event_id,
        participant_id=participant_id,
        field=name,
        base=version.base,
        ours=ours,
        theirs=version.theirs,
    )
