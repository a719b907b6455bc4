"""Backups of the home's database: by hand, by themselves, and opening one somewhere else."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from p88console.domain.errors import P88Error, UsageFault
from p88console.engine.chores import Chore
from p88console.engine.owners import new_owner
from p88console.engine.worker import LEASE_S
from p88console.runtime.disk import SPARE_BELOW, free_bytes
from p88console.runtime.opening import check_place
from p88console.store.database import backup
from p88console.store.database.db import Database
from p88console.store.work.engines import Holder
from p88console.system.clock import Clock
from p88console.system.files import made_whole
from p88console.system.home import Home
from p88console.system.settings import Backups

LOOK_S = 60.0
"""Machine seconds between looks whether a rolling backup is due."""

ROLLING = "rolling-*.db"
STAMP = "%Y%m%dT%H%M%SZ"


def make_backup(home: Home, clock: Clock, target: Path | None = None) -> tuple[Path, int]:
    """Copy the database, in use or not, into one file; returns where it is and its rows.

    Raises `UsageFault` for the database itself as a target, `P88Error` when it cannot be written.
    """
    see_own(home)
    if target is None:
        home.backups.mkdir(parents=True, exist_ok=True)
        target = _place(home.backups, clock, "backup")
    if target.resolve() == home.database.resolve():
        raise UsageFault(f"{target} is the database itself", hint="choose another file")
    settings = home.settings.read_text("utf-8") if home.settings.exists() else ""
    with made_whole(target) as half:
        rows = backup.make(home.database, half, settings)
    return target, rows


def restore(home: Home, clock: Clock, file: Path, *, overwrite: bool) -> tuple[Path, int]:
    """Make a backup this home's database and take its engine lease; returns it and its rows.

    A database that is there is kept beside the other backups first. Raises `UsageFault` for a
    file that is no sound backup, and for a database that is there unless `overwrite` is given.
    """
    see_own(home)
    check_place(home)
    rows = backup.check(file)
    if backup.is_set_up(home.database):
        if not overwrite:
            raise UsageFault(
                "there is a database here already",
                str(home.database),
                "add --yes to put the backup in its place; what is there is kept in backups",
            )
        _keep_aside(home, clock)
    home.folder.mkdir(parents=True, exist_ok=True)
    settings = backup.put_back(file, home.database)
    if settings and not home.settings.exists():
        home.settings.write_text(settings, "utf-8")
    database = Database.open(home.database)
    try:
        mine = Holder(new_owner(), socket.gethostname(), os.getpid(), clock.now())
        with database.writer() as tx:
            backup.take_over(tx, mine, LEASE_S, clock.now())
    finally:
        database.close()
    return home.database, rows


def see_own(home: Home) -> None:
    """See that the home's own database is the one in use. Raises `UsageFault`."""
    if home.shared:
        raise UsageFault(
            "a shared database is copied and restored where its server runs",
            "P88_DATABASE_URL is set",
            "pg_dump --format=custom --file=race.dump DATABASE makes a copy while everything works;"
            " pg_restore --clean --dbname=DATABASE race.dump opens it",
        )


def _keep_aside(home: Home, clock: Clock) -> None:
    """Keep the database that is about to be replaced, as it is if it is damaged."""
    home.backups.mkdir(parents=True, exist_ok=True)
    try:
        make_backup(home, clock, _place(home.backups, clock, "before-restore"))
    except P88Error:
        place = _place(home.backups, clock, "damaged")
        for part in ("", "-wal", "-shm"):
            file = home.database.with_name(home.database.name + part)
            if file.exists():
                file.replace(place.with_name(place.name + part))


def rolling(home: Home, clock: Clock, settings: Backups) -> Chore:
    """The chore that copies the database every so often and keeps the newest copies."""

    async def look() -> None:
        await asyncio.to_thread(_roll, home, clock, settings)

    return Chore("the rolling backup", look, LOOK_S)


def _roll(home: Home, clock: Clock, settings: Backups) -> None:
    kept = sorted(home.backups.glob(ROLLING))
    last_due = datetime.fromtimestamp(clock.machine(), UTC) - settings.every
    if kept and kept[-1].name > f"rolling-{last_due:{STAMP}}.db":
        return
    if free_bytes(home) < SPARE_BELOW + home.database.stat().st_size:
        return  # what room there is belongs to the work
    home.backups.mkdir(parents=True, exist_ok=True)
    made, _rows = make_backup(home, clock, _place(home.backups, clock, "rolling"))
    _thin_out([*kept, made], settings.keep)
    if settings.also_to is not None and settings.also_to.is_dir():
        with made_whole(settings.also_to / made.name) as half:
            shutil.copyfile(made, half)
        _thin_out(settings.also_to.glob(ROLLING), settings.keep)


def last_copy(home: Home, clock: Clock, settings: Backups) -> str | None:
    """Copy the database before the machine goes out; says where to, None where it is shared.

    The copy goes to the second folder where it is there, else into the home. Raises `P88Error`.
    """
    if home.shared:
        return None
    home.backups.mkdir(parents=True, exist_ok=True)
    second = settings.also_to
    folder = second if second is not None and second.is_dir() else home.backups
    made, _rows = make_backup(home, clock, _place(folder, clock, "battery"))
    return str(made)


def _thin_out(copies: Iterable[Path], keep: int) -> None:
    for old in sorted(copies)[:-keep]:
        old.unlink(missing_ok=True)


def _place(folder: Path, clock: Clock, kind: str) -> Path:
    """Where the next copy of its kind goes; no copy is ever written over another."""
    made = f"{datetime.fromtimestamp(clock.machine(), UTC):{STAMP}}"
    place, again = folder / f"{kind}-{made}.db", 1
    while place.exists():
        again += 1
        place = folder / f"{kind}-{made}-{again}.db"
    return place
