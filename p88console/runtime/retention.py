"""Forgets by schedule what the settings no longer want kept."""

from __future__ import annotations

from p88console.engine.chores import Chore
from p88console.store.database import retention
from p88console.store.database.db import Database
from p88console.system.clock import Clock
from p88console.system.settings import Retention

EVERY_S = 3600.0
"""Machine seconds between rounds."""


def forgetting(db: Database, clock: Clock, settings: Retention) -> Chore:
    """The chore that deletes old attempts, and jobs that are over and have no attempt left."""

    async def tidy() -> None:
        now = clock.now()
        while attempts := await db.read(retention.old_attempts, now - settings.history):
            await db.write(retention.forget_attempts, attempts)
        while jobs := await db.read(retention.old_jobs, now - settings.jobs):
            await db.write(retention.forget_jobs, jobs)
        await db.write(retention.forget_notices, now - settings.history)

    return Chore("the tidying", tidy, EVERY_S)
