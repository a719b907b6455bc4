"""Watches the room on the disk: warns in time, and keeps the last of it for the work."""

from __future__ import annotations

import asyncio
import shutil
import socket

from p88console.domain.notices import Noticed, NoticeKind
from p88console.engine.chores import Chore
from p88console.store.database.db import Database
from p88console.store.inbox import notices
from p88console.system.clock import Clock
from p88console.system.home import Home

LOOK_S = 30.0
"""Machine seconds between looks."""

WARN_BELOW = 1_000_000_000
SPARE_BELOW = 200_000_000
"""Bytes free, from which on a person is warned, and from which on nothing but work is written."""


def free_bytes(home: Home) -> int:
    """How many bytes are free where the home lies."""
    return shutil.disk_usage(home.folder).free


def disk_watch(home: Home, db: Database, clock: Clock) -> Chore:
    """The chore that tells when the disk is nearly full."""
    key = f"disk:{socket.gethostname()}"  # laptops that share a database have disks of their own

    async def look() -> None:
        free = await asyncio.to_thread(free_bytes, home)
        found = None
        if free < WARN_BELOW:
            spares = "; no backups are made until there is more" if free < SPARE_BELOW else ""
            title = f"the disk is nearly full: {free / 1e6:.0f} MB free"
            detail = f"{home.folder}{spares}"
            found = Noticed(key, NoticeKind.DISK, title, detail)
        if found is not None or await db.read(notices.stands, key):
            await db.write(notices.settle, key, found, clock.now())

    return Chore("the look at the disk", look, LOOK_S)
