"""What was typed over an older picture: merged with what has changed since, or asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from p88console.domain.errors import UsageFault
from p88console.domain.fields import FIELDS, as_text
from p88console.domain.inbox import Kind
from p88console.domain.merge import Step, Value, Version, edited, heard
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import STAMP, Question
from p88console.store.mirror import versions
from p88console.store.mirror.participants import CHANGES, PARTICIPANTS
from p88console.store.mirror.rules import Rules
from p88console.store.people import edits
from p88console.store.people.edits import Act, Done, Edit, Hand

TYPED_BY = "typed_by"
"""The key in an inbox item's `detail` that names whose value stands against what is in force."""


@dataclass(frozen=True, slots=True)
class _Since:
    """What became of a field since somebody looked: what they saw, and who changed it last."""

    saw: Value
    who: str
    by_hand: bool


def edit(
    tx: Tx,
    hand: Hand,
    participant_id: int,
    changes: Mapping[str, Value],
    seen: datetime | int,
    reason: str | None = None,
) -> Done:
    """Set fields of one person as typed by somebody who saw them as they were at `seen`.

    That is an instant, or the id of the newest change that they saw, which no clock can mistake.

    What nobody touched since is set. What the provider changed since is merged by the rules of its
    field. What another operator changed since stays in force, and the inbox asks. Raises
    `UsageFault` like `edits.edit`.
    """
    (row,) = edits.rows_of(tx.connection, [participant_id])
    edits.check(tx.connection, row, changes)
    rules = Rules(tx.connection, row["event_id"], hand.policy)
    known = versions.of(tx.connection, [participant_id]).get(participant_id, {})
    moved = _since(tx.connection, participant_id, seen)
    taken, asked = list[Edit](), list[Question]()
    for name, value in changes.items():
        since, stands = moved.get(name), as_text(row[name])
        if value == stands:
            continue
        if since is not None and since.by_hand and since.saw != stands:
            asked.append(_question(rules, hand, row, (name, value), since))
        else:
            step = _merged(rules, row, (name, value), known.get(name), since, hand.now)
            taken.append(Edit(participant_id, name, step))
    told = [
        f"{edits.label(one.name)} {rules.shown(one.name, as_text(row[one.name]))}"
        f" → {rules.shown(one.name, one.step.value)}"
        for one in taken
        if one.step.value != as_text(row[one.name])
    ]
    inbox.ask(tx, asked, hand.now)
    told += [f"the inbox asks about {edits.label(one.field or '')}" for one in asked]
    summary = f"{edits.name_of(row)}: {', '.join(told) or 'is so already'}"
    if not taken:
        return Done(None, summary, (participant_id,), tuple(one.reason for one in asked))
    done = edits.carry_out(tx, hand, Act(row["event_id"], "edit", summary, reason), taken)
    return replace(done, asked=tuple(one.reason for one in asked))


def swap_bibs(
    tx: Tx, hand: Hand, first_id: int, second_id: int, seen_at: datetime, reason: str | None = None
) -> Done:
    """Let two people wear each other's bib, unless a bib of theirs has changed since `seen_at`.

    Raises `UsageFault` then, and like `edits.swap_bibs`.
    """
    for row in edits.rows_of(tx.connection, [first_id, second_id]):
        since = _since(tx.connection, row["id"], seen_at).get("bib")
        if since is not None and since.saw != row["bib"]:
            raise UsageFault(
                f"{edits.name_of(row)} wears {row['bib'] or 'no bib'} by now",
                f"{since.who} changed it after the swap was typed",
            )
    return edits.swap_bibs(tx, hand, first_id, second_id, reason)


def is_applied(connection: Connection, reason: str) -> bool:
    """Whether a change with this very reason stands in the trail."""
    return (
        connection.execute(select(CHANGES.c.id).where(CHANGES.c.reason == reason)).first()
        is not None
    )


def is_added(connection: Connection, event_id: int, token: str) -> bool:
    """Whether the walk-up of this token is registered already."""
    person = PARTICIPANTS.c
    query = select(person.id).where(
        person.event_id == event_id, person.row_key == edits.walk_up_key(token)
    )
    return connection.execute(query).first() is not None


def hand_over(tx: Tx, hand: Hand, key: str, what: str, participant_id: int | None) -> None:
    """Ask a person to do what could not be applied; nothing that was typed is lost."""
    known = _event_of(tx.connection, participant_id)
    question = Question(
        key=key,
        kind=Kind.BY_HAND,
        reason=what,
        event_id=known,
        participant_id=None if known is None else participant_id,
        detail={TYPED_BY: hand.who},
    )
    inbox.ask(tx, [question], hand.now)


def _event_of(connection: Connection, participant_id: int | None) -> int | None:
    query = select(PARTICIPANTS.c.event_id).where(PARTICIPANTS.c.id == participant_id)
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def _since(connection: Connection, participant_id: int, seen: datetime | int) -> dict[str, _Since]:
    """The fields of a person that were changed after an instant, or after a change."""
    later = CHANGES.c.id > seen if isinstance(seen, int) else CHANGES.c.at > seen
    query = (
        select(CHANGES)
        .where(CHANGES.c.participant_id == participant_id, later)
        .order_by(CHANGES.c.id)
    )
    found: dict[str, _Since] = {}
    for row in connection.execute(query).mappings():
        first = found.get(row["field"])
        saw = row["before"] if first is None else first.saw
        found[row["field"]] = _Since(saw, row["who"], row["action_id"] is not None)
    return found


def _merged(
    rules: Rules,
    row: RowMapping,
    typed: tuple[str, Value],
    version: Version | None,
    since: _Since | None,
    now: datetime,
) -> Step:
    name, value = typed
    if name not in FIELDS:
        return Step(value, None)
    stands = as_text(row[name])
    if since is None or since.saw == stands:
        return edited(stands, version, value)
    # as if the edit had been made first and the provider had spoken after it
    theirs = version.theirs if version is not None else stands
    owns = rules.timing_owns(name, row["race_id"], now, set_here=True)
    return heard(
        value, Version(since.saw, since.saw, True), theirs, timing_owns=owns, both=rules.both(name)
    )


def _question(
    rules: Rules, hand: Hand, row: RowMapping, typed: tuple[str, Value], since: _Since
) -> Question:
    name, value = typed
    stands = as_text(row[name])
    return Question(
        key=f"typed:{row['id']}:{name}",
        kind=Kind.CONFLICT,
        reason=f"{since.who} set {edits.label(name)} to {rules.shown(name, stands)}, "
        f"{hand.who} to {rules.shown(name, value)}: both saw {rules.shown(name, since.saw)}",
        event_id=row["event_id"],
        participant_id=row["id"],
        field=name,
        base=since.saw,
        ours=stands,
        theirs=value,
        detail={STAMP: f"{stands} {value}", TYPED_BY: hand.who},
    )
