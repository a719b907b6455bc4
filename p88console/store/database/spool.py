"""What operators typed while the shared database was away: a small file of this machine."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from p88console.domain.errors import StoreFault

BUSY_S = 5.0
"""How long a writer waits for another process's write to end."""

TABLE = """
CREATE TABLE IF NOT EXISTS typed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    shared TEXT NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL, door TEXT NOT NULL,
    typed_at TEXT NOT NULL, seen_at TEXT NOT NULL, about TEXT NOT NULL, token TEXT NOT NULL
)
"""


class Deed(StrEnum):
    """What an operator asked for."""

    EDIT = "edit"
    ADD = "add"
    SWAP = "swap"


@dataclass(frozen=True, slots=True)
class Typed:
    """One thing that an operator asked for; instants are UTC race time.

    `seen_at` is the age of the picture that they had before them. `about` holds for an edit
    `participant_id`, `texts` and, where it is known, the newest change that was `seen`, for a
    walk-up `event_id` and `texts`, for a swap `first_id` and `second_id`. By its `token` it is
    known again where it was applied.
    """

    deed: Deed
    who: str
    door: str
    typed_at: datetime
    seen_at: datetime
    about: Mapping[str, Any]
    token: str
    id: int = 0


class Spool:
    """Keeps what was typed for one shared database, oldest first, until it is applied there."""

    def __init__(self, path: Path, shared: str) -> None:
        """Make ready.

        Args:
            path: The file; it is made when something is kept.
            shared: Which database it is meant for, without anything that opens it.
        """
        self.path = path
        self.shared = shared

    def keep(self, one: Typed) -> None:
        """Write it down, on the disk before this returns. Raises `StoreFault`."""
        times = (one.typed_at.isoformat(), one.seen_at.isoformat())
        about = json.dumps(dict(one.about))
        row = (self.shared, one.deed.value, one.who, one.door, *times, about, one.token)
        with self._file() as file, file:
            file.execute(
                "INSERT INTO typed (shared, kind, who, door, typed_at, seen_at, about, token)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )

    def waiting(self) -> list[Typed]:
        """What is still to be applied, oldest first. Raises `StoreFault`."""
        if not self.path.exists():
            return []
        with self._file() as file:
            rows = file.execute(
                "SELECT kind, who, door, typed_at, seen_at, about, token, id FROM typed"
                " WHERE shared = ? ORDER BY id",
                (self.shared,),
            ).fetchall()
        return [
            Typed(
                Deed(kind),
                who,
                door,
                datetime.fromisoformat(typed_at),
                datetime.fromisoformat(seen_at),
                json.loads(about),
                token,
                its_id,
            )
            for kind, who, door, typed_at, seen_at, about, token, its_id in rows
        ]

    def drop(self, its_id: int) -> None:
        """Let go of what has been applied. Raises `StoreFault`."""
        with self._file() as file, file:
            file.execute("DELETE FROM typed WHERE id = ?", (its_id,))

    @contextmanager
    def _file(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=BUSY_S)) as file:
                file.execute("PRAGMA synchronous = FULL")
                file.execute(TABLE)
                yield file
        except (OSError, sqlite3.Error) as fault:
            raise StoreFault(
                "what was typed could not be kept on this machine",
                f"{self.path}: {fault}",
                "see that the disk has room; type it again when the shared database is back",
            ) from fault
