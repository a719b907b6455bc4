"""Which people each count of an attempt is about, so that every number can be opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from p88console.store.db import Tx
from p88console.store.tables import AttemptRows
from p88console.store.tables.base import table
from p88console.store.upsert import upsert

ROWS = table(AttemptRows)

KEPT = 500
"""People named for each count of an attempt; the count itself is never cut."""


@dataclass(slots=True)
class Touched:
    """Whom an attempt touched so far, by the name of the count they stand in."""

    people: dict[str, list[int]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, participant_ids: Iterable[int]) -> None:
        """Name people of a count, each once, as far as there is room."""
        named = self.people.setdefault(kind, [])
        for its_id in participant_ids:
            if len(named) >= KEPT:
                return
            if its_id not in named:
                named.append(its_id)

    def say(self, kind: str, text: str) -> None:
        """Tell of a row that is nobody's."""
        said = self.notes.setdefault(kind, [])
        if len(said) < KEPT:
            said.append(text)


def save(tx: Tx, history_id: int, touched: Touched) -> None:
    """Write down whom an attempt touched."""
    rows = [
        {
            "history_id": history_id,
            "kind": kind,
            "participant_ids": touched.people.get(kind, []),
            "notes": touched.notes.get(kind, []),
        }
        for kind in sorted({*touched.people, *touched.notes})
    ]
    upsert(tx.connection, ROWS, rows, key=("history_id", "kind"))


def of_attempt(connection: Connection, history_id: int) -> Touched:
    """Whom an attempt touched, by the name of the count they stand in."""
    found = Touched()
    query = select(ROWS).where(ROWS.c.history_id == history_id)
    for row in connection.execute(query).mappings():
        if row["participant_ids"]:
            found.people[row["kind"]] = row["participant_ids"]
        if row["notes"]:
            found.notes[row["kind"]] = row["notes"]
    return found
