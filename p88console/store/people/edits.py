"""What operators do to people: the change, its trail and its outbox job in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from p88console.domain.errors import NotThere, UsageFault
from p88console.domain.fields import FIELDS, as_text, as_value
from p88console.domain.fingerprint import fingerprint
from p88console.domain.folding import name_key
from p88console.domain.inbox import Decision
from p88console.domain.jobs import Operator, Trigger
from p88console.domain.merge import Step, Value, Version, edited
from p88console.domain.model import ParticipantStatus, Provider
from p88console.domain.policy import PLAIN, Policy
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.upsert import chunked
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import Answer
from p88console.store.mirror import kept, name_words, versions
from p88console.store.mirror.name_words import FOUND_BY
from p88console.store.mirror.participants import (
    CHANGES,
    CONTENT,
    PARTICIPANTS,
    Source,
    content_hash,
)
from p88console.store.mirror.rules import Rules, conflict, conflict_key
from p88console.store.people import bibs
from p88console.store.tenancy.events import count_in
from p88console.store.work import outbox

ACTIONS = core.OPERATOR_ACTIONS

STATUSES = (ParticipantStatus.ACTIVE, ParticipantStatus.WITHDRAWN)
"""What an operator may set a registration to; the rest is the provider's to say."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it is, through which door, when, and under which settings of the event."""

    who: str
    door: str
    now: datetime
    policy: Policy = PLAIN

    @property
    def source(self) -> Source:
        """As the audit trail names it."""
        return Source(self.who, self.door)

    @property
    def operator(self) -> Operator:
        """As jobs name whoever asked for them."""
        return Operator(self.who, self.door)


@dataclass(frozen=True, slots=True)
class Edit:
    """One field of one person and what it comes to, with its version."""

    participant_id: int
    name: str
    step: Step


@dataclass(frozen=True, slots=True)
class Done:
    """What an operator's action came to."""

    action_id: int | None
    summary: str
    participant_ids: tuple[int, ...]
    doubled: tuple[str, ...] = ()
    """Duplicate bibs that stand after it, in words."""
    asked: tuple[str, ...] = ()
    """What the inbox asks because somebody else changed the same, in words."""
    kept: bool = False
    """It is on this machine only, until the shared database is back."""


@dataclass(slots=True)
class Act:
    """An operator's action in the making."""

    event_id: int
    kind: str
    summary: str
    reason: str | None = None
    more: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Other columns to set, by participant."""


def edit(tx: Tx, hand: Hand, participant_id: int, changes: Mapping[str, Value]) -> Done:
    """Set fields of one person. Raises `UsageFault` for unknown people, races and standings."""
    (row,) = rows_of(tx.connection, [participant_id])
    check(tx.connection, row, changes)
    known = versions.of(tx.connection, [participant_id]).get(participant_id, {})
    edits = [
        Edit(participant_id, name, _typed(row, name, known.get(name), value))
        for name, value in changes.items()
        if as_text(row[name]) != value
    ]
    if not edits:
        return Done(None, f"{name_of(row)} is so already", (participant_id,))
    rules = Rules(tx.connection, row["event_id"], hand.policy)
    told = ", ".join(
        f"{label(one.name)} {rules.shown(one.name, as_text(row[one.name]))}"
        f" → {rules.shown(one.name, one.step.value)}"
        for one in edits
    )
    return carry_out(tx, hand, Act(row["event_id"], "edit", f"{name_of(row)}: {told}"), edits)


def _typed(row: RowMapping, name: str, version: Version | None, value: Value) -> Step:
    if name == "status":
        return Step(value, None)
    return edited(as_text(row[name]), version, value)


def check(
    connection: Connection, row: RowMapping | Mapping[str, Any], changes: Mapping[str, Value]
) -> None:
    """Raises `UsageFault` for races, standings and names that cannot be."""
    if "race_id" in changes:
        races = bibs.races_of(connection, row["event_id"])
        if changes["race_id"] not in {str(race_id) for race_id in races}:
            raise UsageFault(
                f"there is no race {changes['race_id']} in this event",
                "there are: " + ", ".join(f"{name} ({its})" for its, name in races.items()),
            )
    if changes.get("status", "active") not in STATUSES:
        raise UsageFault(
            f"a registration cannot be set to {changes['status']!r} here",
            "write active or withdrawn; the other standings are the provider's to say",
        )
    names = ("first_name", "last_name")
    if not any(changes.get(name, row[name]) for name in names):
        raise UsageFault("nobody is without a name", "leave the first or the last name")


def swap_bibs(tx: Tx, hand: Hand, first_id: int, second_id: int, reason: str | None = None) -> Done:
    """Let two people of an event wear each other's bib. Raises `UsageFault`."""
    if first_id == second_id:
        raise UsageFault("two people swap bibs", "the same person was named twice")
    rows = rows_of(tx.connection, [first_id, second_id])
    if len({row["event_id"] for row in rows}) > 1:
        raise UsageFault("they are registered for different events")
    for row in rows:
        if row["status"] != ParticipantStatus.ACTIVE.value:
            raise UsageFault(f"{name_of(row)} is {row['status']}", "only active people swap bibs")
    first, second = rows
    if first["bib"] == second["bib"]:
        raise UsageFault("there is nothing to swap", f"both wear {first['bib'] or 'no bib'}")
    known = versions.of(tx.connection, [first_id, second_id])
    edits = [
        Edit(row["id"], "bib", edited(row["bib"], known.get(row["id"], {}).get("bib"), other))
        for row, other in ((first, second["bib"]), (second, first["bib"]))
    ]
    summary = (
        f"{name_of(first)} and {name_of(second)} swap bibs "
        f"{first['bib'] or 'none'} and {second['bib'] or 'none'}"
    )
    return carry_out(tx, hand, Act(first["event_id"], "swap", summary, reason or "swap"), edits)


def add(tx: Tx, hand: Hand, event_id: int, token: str, values: Mapping[str, Value]) -> Done:
    """Register a walk-up here; `token` makes the id under which scoring systems know them."""
    row: dict[str, Any] = dict.fromkeys(CONTENT) | {
        name: as_value(name, value) for name, value in values.items()
    }
    check(tx.connection, row | {"event_id": event_id}, values)
    row |= {"status": ParticipantStatus.ACTIVE.value, "event_id": event_id}
    row |= {"row_key": walk_up_key(token), "added_here": True, "flags": [], "raw": {}}
    row |= {"raw_hash": fingerprint({}), "content_hash": content_hash(row)}
    row |= {"name_key": name_key(row["first_name"], row["last_name"])}
    row |= {"registered_at": hand.now, "first_seen_at": hand.now, "changed_at": hand.now}
    participant_id: int = tx.connection.execute(
        insert(PARTICIPANTS).values(row).returning(PARTICIPANTS.c.id)
    ).scalar_one()
    name_words.refresh(tx.connection, [participant_id])
    count_in(tx.connection, event_id, 1)
    summary = f"{name_of(row)} was registered here"
    act = Act(event_id, "add", summary, "registered here")
    action_id = open_action(tx, hand, act, [])
    born = {"status": ParticipantStatus.ACTIVE.value, "bib": values.get("bib")}
    trail = [
        trail_row(participant_id, name, (None, value), hand, act, action_id)
        for name, value in born.items()
        if value is not None
    ]
    tx.connection.execute(insert(CHANGES), trail)
    return _aftermath(tx, hand, act, action_id, [participant_id])


def walk_up_key(token: str) -> str:
    """The key under which a walk-up is known here and at scoring."""
    return f"walkup-{token}"


def carry_out(tx: Tx, hand: Hand, act: Act, edits: Sequence[Edit]) -> Done:
    """Make these changes: columns, versions, conflicts, trail, duplicates, outbox."""
    ids = sorted({one.participant_id for one in edits})
    rows = {row["id"]: row for row in rows_of(tx.connection, ids)}
    known = versions.of(tx.connection, ids)
    bases: list[Any] = []
    for one in edits:
        if one.name not in FIELDS:
            continue
        ours = as_text(rows[one.participant_id][one.name])
        version = known.get(one.participant_id, {}).get(one.name) or Version(ours, ours)
        was = (version.base, version.theirs, version.set_here)
        bases.append([one.participant_id, one.name, *was])
    action_id = open_action(tx, hand, act, bases)
    write(tx, hand, act, edits, rows, action_id)
    return _aftermath(tx, hand, act, action_id, ids)


def write(
    tx: Tx,
    hand: Hand,
    act: Act,
    edits: Sequence[Edit],
    rows: Mapping[int, RowMapping],
    action_id: int | None,
) -> None:
    """Write new values, versions, conflicts and the trail; `action_id` where a person did it."""
    trail, by_person = [], dict[int, dict[str, Value]]()
    for one in edits:
        before = as_text(rows[one.participant_id][one.name])
        if before != one.step.value:
            by_person.setdefault(one.participant_id, {})[one.name] = one.step.value
            trail.append(
                trail_row(
                    one.participant_id, one.name, (before, one.step.value), hand, act, action_id
                )
            )
    for participant_id in sorted({*by_person, *act.more}):
        changed: dict[str, Any] = {
            name: as_value(name, value) for name, value in by_person.get(participant_id, {}).items()
        }
        if "status" in changed:
            changed |= dict.fromkeys(("status_reason", "moved_to", "quarantined_since"))
        changed |= act.more.get(participant_id, {})
        whole = {**rows[participant_id], **changed}
        changed["name_key"] = name_key(whole["first_name"], whole["last_name"])
        tx.connection.execute(
            update(PARTICIPANTS)
            .where(PARTICIPANTS.c.id == participant_id)
            .values(**changed, content_hash=content_hash(whole), changed_at=hand.now)
        )
    renamed = [its for its, values in by_person.items() if not values.keys().isdisjoint(FOUND_BY)]
    name_words.refresh(tx.connection, renamed)
    versions.save(
        tx,
        [(one.participant_id, one.name, one.step.version) for one in edits if one.name in FIELDS],
    )
    if act.event_id:
        follow_conflicts(tx, hand, act.event_id, edits)
    if trail:
        tx.connection.execute(insert(CHANGES), trail)
    if action_id is not None:
        said = {one.participant_id: one.step.value for one in edits if one.name == "status"}
        answer = Answer(Decision.KEEP, hand.who, hand.door, action_id)
        kept.follow(tx, act.event_id, rows, said, answer, hand.now)
    tx.touch("participants")


def follow_conflicts(tx: Tx, hand: Hand, event_id: int, edits: Iterable[Edit]) -> None:
    """Ask about conflicts that stand after a change, let go of those that do not."""
    rules = Rules(tx.connection, event_id, hand.policy)
    title = Provider(rules.provider).title
    questions, gone = [], []
    for one in edits:
        version = one.step.version
        if version is not None and version.conflict:
            questions.append(
                conflict(rules, title, one.participant_id, one.name, one.step.value, version)
            )
        else:
            gone.append(conflict_key(one.participant_id, one.name))
    inbox.ask(tx, questions, hand.now)
    inbox.settle(tx, gone, "agreed", hand.now)


def _aftermath(tx: Tx, hand: Hand, act: Act, action_id: int, ids: Sequence[int]) -> Done:
    doubled = bibs.mind(tx, act.event_id, hand.policy.bibs, hand.now)
    outbox.enqueue_pushes(tx, act.event_id, Trigger.OPERATOR, hand.now, hand.operator)
    touched = set(ids)
    told = [
        double.reason
        for double in doubled
        if touched & {wearer.participant_id for wearer in double.wearers}
    ]
    return Done(action_id, act.summary, tuple(ids), tuple(told))


def open_action(tx: Tx, hand: Hand, act: Act, bases: Sequence[Any]) -> int:
    """Log an operator's action; its changes carry its id."""
    action_id: int = tx.connection.execute(
        insert(ACTIONS)
        .values(
            event_id=act.event_id or None,
            at=hand.now,
            who=hand.who,
            door=hand.door,
            kind=act.kind,
            summary=act.summary,
            bases=list(bases),
        )
        .returning(ACTIONS.c.id)
    ).scalar_one()
    tx.touch("participants", "inbox")
    return action_id


def trail_row(
    participant_id: int,
    name: str,
    values: tuple[Value, Value],
    hand: Hand,
    act: Act,
    action_id: int | None,
) -> dict[str, Any]:
    """One line of the audit trail."""
    return {
        "participant_id": participant_id,
        "at": hand.now,
        "who": hand.who,
        "door": hand.door,
        "field": name,
        "before": values[0],
        "after": values[1],
        "reason": act.reason,
        "action_id": action_id,
    }


def rows_of(connection: Connection, participant_ids: Sequence[int]) -> list[RowMapping]:
    """These people's rows, in this order. Raises `UsageFault` when one does not exist."""
    found: dict[int, RowMapping] = {}
    for ids in chunked(participant_ids):
        query = select(PARTICIPANTS).where(PARTICIPANTS.c.id.in_(ids))
        found |= {row["id"]: row for row in connection.execute(query).mappings()}
    for its_id in participant_ids:
        if its_id not in found:
            raise NotThere(f"there is no participant {its_id}")
    return [found[its_id] for its_id in participant_ids]


def name_of(row: RowMapping | Mapping[str, Any]) -> str:
    """First and last name, as far as they are known."""
    return " ".join(row[name] for name in ("first_name", "last_name") if row[name]) or "somebody"


def label(name: str) -> str:
    """A field's name in words."""
    return name.removesuffix("_id").replace("_", " ")
