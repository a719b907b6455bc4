"""Opens the database of a home, after a look at its place: nothing lost may pass for new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from p88console.domain.errors import StoreFault
from p88console.store.database.db import Database
from p88console.store.tenancy.guns import set_guns
from p88console.system.home import Home
from p88console.system.places import unfit
from p88console.system.settings import Settings


async def open_store(
    home: Home, settings: Settings, machine: Callable[[], float] | None = None
) -> Database:
    """The home's database, which knows the guns that are set.

    `machine` is the clock by which leases run. Raises `StoreFault`, and `UsageFault` for an
    address that cannot be used.
    """
    check_place(home)
    check_kept(home)
    db = await asyncio.to_thread(Database.open, home.shared or home.database, machine)
    if settings.guns:
        await db.write(set_guns, settings.guns)
    return db


def check_place(home: Home) -> None:
    """See that the home can hold a database. Raises `StoreFault` with the reason why not."""
    if home.shared is None and (why := unfit(home.folder)) is not None:
        raise StoreFault(
            "the database cannot lie in this folder",
            f"{home.folder}: {why}",
            "choose a folder of this machine alone with --home, or move this one there; "
            "copies for elsewhere are made by: p88console backup -o FILE",
        )


def check_kept(home: Home) -> None:
    """See that a database that was there still is. Raises `StoreFault` where it was lost."""
    if home.shared is not None:
        return
    file = home.database
    copies = sorted(home.backups.glob("*.db"))
    if file.exists() and not file.stat().st_size and (copies or home.log.exists()):
        raise _lost(home, "the database file was emptied", f"{file} has 0 bytes")
    if not file.exists() and copies:
        raise _lost(home, "the database file is gone", f"{file} is not there, its backups are")


def _lost(home: Home, what: str, detail: str) -> StoreFault:
    copies = sorted(home.backups.glob("*.db"), key=lambda copy: copy.stat().st_mtime)
    back = f"p88console restore {copies[-1]} --yes" if copies else "p88console restore FILE --yes"
    anew = "take the file and the folders backups and logs away"
    return StoreFault(what, detail, f"bring it back: {back}; or, to begin anew, {anew}")
