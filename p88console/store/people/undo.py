"""Taking back what an operator did: a compensating change, never a forgotten one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, delete, select, update

from p88console.domain.errors import UsageFault
from p88console.domain.fields import FIELDS, as_text
from p88console.domain.jobs import Trigger
from p88console.domain.merge import Step, Version, decided, heard
from p88console.domain.model import ParticipantStatus
from p88console.domain.policy import Policy
from p88console.store.database.db import Tx
from p88console.store.inbox import orphans
from p88console.store.inbox import questions as inbox
from p88console.store.mirror import kept, versions
from p88console.store.mirror.participants import CHANGES
from p88console.store.mirror.rules import FIELD_RULES, Rules
from p88console.store.people import bibs, edits
from p88console.store.people.edits import ACTIONS, Act, Edit, Hand
from p88console.store.work import outbox, steering

LOOKED_AT = 50
"""Newest actions looked at for one that can be taken back."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, and what could not be although it is newer, with why."""

    summary: str
    participant_ids: tuple[int, ...]
    passed_over: tuple[str, ...]


def undo(tx: Tx, hand: Hand, policy_of: Callable[[int | None], Policy]) -> Undone:
    """Take back the newest action of this operator that can still be taken back.

    Raises `UsageFault` when there is none, with the reason for the newest.
    """
    query = (
        select(ACTIONS)
        .where(ACTIONS.c.who == hand.who, ACTIONS.c.undone_at.is_(None))
        .where(ACTIONS.c.kind != "undo")
        .order_by(ACTIONS.c.id.desc())
        .limit(LOOKED_AT)
    )
    passed_over: list[str] = []
    for action in tx.connection.execute(query).mappings().all():
        changes = _changes(tx.connection, action["id"])
        obstacle = _obstacle(tx.connection, action, changes)
        if obstacle is None:
            hand = Hand(hand.who, hand.door, hand.now, policy_of(action["event_id"]))
            ids = _take_back(tx, hand, action, changes)
            return Undone(action["summary"], tuple(ids), tuple(passed_over))
        passed_over.append(f"{action['summary']}: {obstacle}")
    raise UsageFault(
        "there is nothing to take back",
        passed_over[0] if passed_over else f"{hand.who} has changed nothing",
    )


def _changes(connection: Connection, action_id: int) -> Sequence[RowMapping]:
    query = select(CHANGES).where(CHANGES.c.action_id == action_id).order_by(CHANGES.c.id)
    return connection.execute(query).mappings().all()


def _obstacle(
    connection: Connection, action: RowMapping, changes: Sequence[RowMapping]
) -> str | None:
    """Why an action cannot be taken back any more; None when it can."""
    if action["kind"] in steering.FINAL:
        return steering.FINAL[action["kind"]]
    if action["kind"] in steering.KINDS:
        return steering.obstacle(connection, action)
    rows = _rows(connection, changes)
    for change in changes:
        stands = as_text(rows[change["participant_id"]][change["field"]])
        if stands != change["after"]:
            name = edits.name_of(rows[change["participant_id"]])
            return f"{edits.label(change['field'])} of {name} has been changed since"
    return None


def _rows(connection: Connection, changes: Sequence[RowMapping]) -> dict[int, RowMapping]:
    ids = sorted({change["participant_id"] for change in changes})
    return {row["id"]: row for row in edits.rows_of(connection, ids)}


def _take_back(tx: Tx, hand: Hand, action: RowMapping, changes: Sequence[RowMapping]) -> list[int]:
    rows = _rows(tx.connection, changes)
    about = _decided(tx.connection, action["id"])
    act = Act(action["event_id"], "undo", f"taken back: {action['summary']}", "taken back")
    if action["kind"] == "add":
        gone = Step(ParticipantStatus.REMOVED.value, None)
        back = [Edit(its_id, "status", gone) for its_id in rows]
        act.more = {its_id: {"status_reason": f"taken back by {hand.who}"} for its_id in rows}
    elif action["kind"] in steering.KINDS:
        steering.take_back(tx, action, hand.now)
        back = []
    else:
        back = _reversed(tx.connection, hand, action, changes, rows)
    undo_id = edits.open_action(tx, hand, act, [])
    orphans.take_back(tx, action["id"], hand.now)
    kept.take_back(tx, action["id"], hand.now)
    edits.write(tx, hand, act, back, rows, undo_id)
    tx.connection.execute(
        update(ACTIONS).where(ACTIONS.c.id == action["id"]).values(undone_at=hand.now)
    )
    tx.connection.execute(delete(FIELD_RULES).where(FIELD_RULES.c.action_id == action["id"]))
    if action["event_id"] is not None:
        bibs.mind(tx, action["event_id"], hand.policy.bibs, hand.now)
        outbox.enqueue_pushes(tx, action["event_id"], Trigger.OPERATOR, hand.now, hand.operator)
    return sorted(rows) or about


def _reversed(
    connection: Connection,
    hand: Hand,
    action: RowMapping,
    changes: Sequence[RowMapping],
    rows: dict[int, RowMapping],
) -> list[Edit]:
    """Each touched field as it was, merged with what the provider says by now."""
    if action["event_id"] is None:
        return []
    rules = Rules(connection, action["event_id"], hand.policy)
    before = {(change["participant_id"], change["field"]): change["before"] for change in changes}
    then = {
        (its_id, name): Version(base, theirs, set_here)
        for its_id, name, base, theirs, set_here in action["bases"]
    }
    missing = sorted({its_id for its_id, _name in then} - set(rows))
    rows |= {row["id"]: row for row in edits.rows_of(connection, missing)}
    known = versions.of(connection, sorted(rows))
    found = []
    for its_id, name in {**before, **then}:
        row = rows[its_id]
        if name not in FIELDS:
            found.append(Edit(its_id, name, Step(before[its_id, name], None)))
            continue
        stands = as_text(row[name])
        version = known.get(its_id, {}).get(name) or Version(stands, stands)
        was, value = then[its_id, name], before.get((its_id, name), stands)
        if version.theirs == stands != was.theirs:
            # what is taken back has reached the provider: the old value is a new edit there
            step = decided(version, value)
        else:
            owns = rules.timing_owns(name, row["race_id"], hand.now, set_here=was.set_here)
            restored = Version(was.base, version.theirs, was.set_here)
            step = heard(value, restored, version.theirs, timing_owns=owns)
        found.append(Edit(its_id, name, step))
    return found


def _decided(connection: Connection, action_id: int) -> list[int]:
    """Whom an action was about that changed no field: those of the items it decided."""
    query = select(inbox.INBOX.c.participant_id).where(
        inbox.INBOX.c.action_id == action_id, inbox.INBOX.c.participant_id.is_not(None)
    )
    return sorted(set(connection.execute(query).scalars()))
