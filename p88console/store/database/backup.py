"""One file that another laptop opens: copies made while everything runs, and taking one over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import update

from p88console.domain.errors import StoreFault, UsageFault
from p88console.store.database.db import Tx
from p88console.store.database.kinds import CORE
from p88console.store.database.migrate import HEAD
from p88console.store.database.sqlite import BUSY_TIMEOUT_MS
from p88console.store.tenancy.events import LINKS
from p88console.store.work import engines, leases
from p88console.store.work.engines import Holder
from p88console.store.work.schedule import MARKS

OURS = {"alembic_version", "partners", "accounts", "participants", "sync_queue", "backup_settings"}
"""Tables that every backup has; in the last one the settings file travels."""

SQLITE = b"SQLite format 3\0"


def make(database: Path, target: Path, settings: str) -> int:
    """Copy a database that may be in use, with the text of the settings file beside it.

    Returns how many rows were copied. Raises `StoreFault`.
    """
    with _told(database), closing(_read_only(database)) as source, closing(_open(target)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, whatever opens it
        with copy:
            copy.execute("CREATE TABLE backup_settings (text TEXT NOT NULL)")
            copy.execute("INSERT INTO backup_settings VALUES (?)", (settings,))
    return check(target)


def check(file: Path) -> int:
    """See that a file is a whole backup that this version can open; returns its rows.

    Raises `UsageFault` with the reason why it is none.
    """
    try:
        with file.open("rb") as opened:
            head = opened.read(len(SQLITE))
    except OSError as fault:
        raise UsageFault(f"{file} cannot be read", str(fault.strerror)) from None
    if head != SQLITE:
        raise _foreign(file, "it is no database")
    try:
        with closing(_read_only(file)) as found:
            return _checked(file, found)
    except (sqlite3.Error, ValueError) as fault:  # text that is no UTF-8 among them
        raise _damaged(file, str(fault)) from None


def _checked(file: Path, found: sqlite3.Connection) -> int:
    found.execute("PRAGMA trusted_schema = OFF")
    schema = found.execute("SELECT type, name FROM sqlite_master").fetchall()
    tables = {name for kind, name in schema if kind == "table"}
    if not tables >= OURS:
        raise _foreign(file, "it lacks the tables of one")
    if any(kind == "trigger" for kind, _name in schema):
        raise _foreign(file, "it would run statements of its own")
    version = found.execute("SELECT version_num FROM alembic_version").fetchone()
    if version is None or not str(version[0]).isdecimal():
        raise _foreign(file, "its version is unknown")
    if str(version[0]) > HEAD:
        raise UsageFault(
            f"{file} comes from a newer version of this program",
            f"its schema is {version[0]}, this version knows {HEAD}",
            "update P88 Console here first",
        )
    [told] = found.execute("PRAGMA integrity_check(1)").fetchone()
    if told != "ok":
        raise _damaged(file, str(told))
    if found.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise _damaged(file, "rows point to rows that are not there")
    ours = tables & set(CORE.tables)
    counts = (f"SELECT count(*) FROM {name}" for name in ours)  # noqa: S608  # our own tables
    return sum(found.execute(query).fetchone()[0] for query in counts)


def is_set_up(database: Path) -> bool:
    """Whether a database holds anything that would be lost; a damaged one counts."""
    if not database.exists():
        return False
    try:
        with closing(_read_only(database)) as found:
            return bool(found.execute("SELECT count(*) FROM partners").fetchone()[0])
    except sqlite3.Error:
        return True


def put_back(file: Path, database: Path) -> str:
    """Make a checked backup the database, all at once; returns the settings it carried.

    Whoever has the database open sees the new content at the next look. Raises `StoreFault`.
    """
    with _told(database), closing(_read_only(file)) as source, closing(_open(database)) as target:
        target.execute("BEGIN IMMEDIATE")  # the copy itself would wait for a writer without end
        target.rollback()
        source.backup(target)
        with target:
            [text] = target.execute("SELECT text FROM backup_settings").fetchone()
            target.execute("DROP TABLE backup_settings")
    return str(text)


def take_over(tx: Tx, mine: Holder, lease_s: float, now: datetime) -> None:
    """Fence off whoever worked on the database before, and doubt what the backup believes.

    The engine lease is `mine`, running jobs are taken back, every listing is read whole again,
    and before a link's next push everybody is looked for at the far side.
    """
    engines.join(tx, mine, lease_s, lambda _owner: True, several=False)
    leases.rescue(tx, now, lambda _owner: True)
    tx.connection.execute(update(LINKS).values(restored_at=now))
    tx.connection.execute(update(MARKS).values(watermark=None, reconciled_at=None))
    tx.touch("queue", "history", "events", "engine", "accounts", "participants", "results")


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=BUSY_TIMEOUT_MS / 1000)


@contextmanager
def _told(database: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError, ValueError) as fault:
        locked = getattr(fault, "sqlite_errorname", "") == "SQLITE_BUSY"
        hint = "close what has it open, then try again" if locked else "is there room on the disk?"
        raise StoreFault("the database could not be copied", f"{database}: {fault}", hint) from None


def _foreign(file: Path, why: str) -> UsageFault:
    return UsageFault(f"{file} is no backup of P88 Console", why, "choose another file")


def _damaged(file: Path, why: str) -> UsageFault:
    return UsageFault(f"{file} is damaged", why, "choose an older backup")
