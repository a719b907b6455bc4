"""What operators typed and what became of it: nothing may be lost, here or at scoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from p88console.domain.fields import FIELDS, as_text
from p88console.domain.model import ParticipantStatus
from p88console.store.mirror.participants import CHANGES, PARTICIPANTS
from p88console.store.people.edits import ACTIONS
from p88console.store.work.ledger import LEDGER


def edits(connection: Connection) -> list[RowMapping]:
    """The latest word of an operator about each field of everybody who stands, unless undone."""
    latest = (
        select(func.max(CHANGES.c.id).label("id"))
        .join(ACTIONS, ACTIONS.c.id == CHANGES.c.action_id)
        .where(ACTIONS.c.undone_at.is_(None), CHANGES.c.field.in_(FIELDS))
        .group_by(CHANGES.c.participant_id, CHANGES.c.field)
        .subquery()
    )
    query = (
        select(CHANGES.c.participant_id, CHANGES.c.field, CHANGES.c.after)
        .join(latest, latest.c.id == CHANGES.c.id)
        .join(PARTICIPANTS, PARTICIPANTS.c.id == CHANGES.c.participant_id)
        .where(PARTICIPANTS.c.status == ParticipantStatus.ACTIVE.value)
    )
    return list(connection.execute(query).mappings())


def lost(connection: Connection) -> list[RowMapping]:
    """Those of them that no longer stand here, or that a scoring system holds otherwise."""
    typed = edits(connection)
    ids = {edit["participant_id"] for edit in typed}
    query = select(PARTICIPANTS).where(PARTICIPANTS.c.id.in_(ids))
    rows = {row["id"]: row for row in connection.execute(query).mappings()}
    held: dict[int, list[Mapping[str, Any]]] = {}
    ledger = select(LEDGER.c.participant_id, LEDGER.c.acknowledged).where(
        LEDGER.c.participant_id.in_(ids), LEDGER.c.acknowledged.is_not(None)
    )
    for row in connection.execute(ledger):
        held.setdefault(row.participant_id, []).append(row.acknowledged)

    def kept(edit: RowMapping) -> bool:
        its_id, column = edit["participant_id"], edit["field"]
        name = "race" if column == "race_id" else column
        there = [values[name] for values in held.get(its_id, ()) if name in values]
        return {as_text(rows[its_id][column]), *there} == {edit["after"]}

    return [edit for edit in typed if not kept(edit)]
