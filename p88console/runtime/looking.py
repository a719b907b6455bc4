"""A look at a home's database, without what it takes to work on it: commands that only tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from p88console.runtime.opening import open_store
from p88console.store.database.db import Database
from p88console.system.clock import Clock, SystemClock
from p88console.system.home import Home
from p88console.system.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Look:
    """What is needed to tell how things stand."""

    db: Database
    clock: Clock
    settings: Settings


@asynccontextmanager
async def open_look(home: Home) -> AsyncIterator[Look]:
    """Open the database and hand it out. Raises like `open_runtime`, which opens the rest too."""
    if home.shared and home.spool.exists():
        from p88console.runtime.runtime import open_runtime  # noqa: PLC0415  # the whole engine

        async with open_runtime(home):
            pass  # what was typed while the database was away is applied by that
    settings = await asyncio.to_thread(read_settings, home.settings)
    db = await open_store(home, settings)
    try:
        yield Look(db, SystemClock(), settings)
    finally:
        db.close()
