"""Which people each count of an attempt is about, so that every number can be opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.upsert import upsert

ROWS = core.ATTEMPT_ROWS

SAID = 500
"""Rows that are nobody's told for each count of an attempt; the count itself is never cut."""


@dataclass(slots=True)
class Touched:
    """Whom an attempt touched so far, by the name of the count they stand in."""

    people: dict[str, set[int]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, participant_ids: Iterable[int]) -> None:
        """Name people of a count, each once."""
        if ids := set(participant_ids):
            self.people.setdefault(kind, set()).update(ids)

    def say(self, kind: str, text: str) -> None:
        """Tell of a row that is nobody's."""
        said = self.notes.setdefault(kind, [])
        if len(said) < SAID:
            said.append(text)

    @property
    def sizes(self) -> dict[str, int]:
        """How many rows can be opened of each count."""
        return {
            kind: len(self.people.get(kind, ())) + len(self.notes.get(kind, ()))
            for kind in sorted({*self.people, *self.notes})
        }


def save(tx: Tx, history_id: int, touched: Touched) -> None:
    """Write down whom an attempt touched."""
    rows = [
        {
            "history_id": history_id,
            "kind": kind,
            "participant_ids": _runs(sorted(touched.people.get(kind, ()))),
            "notes": touched.notes.get(kind, []),
        }
        for kind in touched.sizes
    ]
    upsert(tx.connection, ROWS, rows, key=("history_id", "kind"))


def of_attempt(connection: Connection, history_id: int) -> Touched:
    """Whom an attempt touched, by the name of the count they stand in."""
    found = Touched()
    query = select(ROWS).where(ROWS.c.history_id == history_id)
    for row in connection.execute(query).mappings():
        for run in row["participant_ids"]:
            first, last = run if isinstance(run, list) else (run, run)
            found.note(row["kind"], range(first, last + 1))
        if row["notes"]:
            found.notes[row["kind"]] = row["notes"]
    return found


def _runs(ids: Sequence[int]) -> list[int | list[int]]:
    """Ids with every run of following ones as its first and last: a whole field is one pair."""
    runs: list[list[int]] = []
    for its_id in ids:
        if runs and runs[-1][1] == its_id - 1:
            runs[-1][1] = its_id
        else:
            runs.append([its_id, its_id])
    return [run[0] if run[0] == run[1] else run for run in runs]
