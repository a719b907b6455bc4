"""What keeps the whole engine waiting: a database that cannot be used for now."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from p88console.domain.errors import StoreLost
from p88console.store.database.feed import Feed
from p88console.system.clock import Clock

log = logging.getLogger(__name__)

TRY_S = 2.0
"""Machine seconds between tries to write, while the database cannot be used."""


class Standstill:
    """Whether the engine waits for its database, since when, and the tries to go on."""

    def __init__(self, clock: Clock, feed: Feed) -> None:
        self.fault: StoreLost | None = None
        self.since: datetime | None = None
        self._clock, self._feed = clock, feed
        self._begun = asyncio.Event()

    def met(self, fault: StoreLost) -> None:
        """The database could not be used just now."""
        if self.since is None:
            self.since = self._clock.now()
            log.warning("the engine waits: %s", fault)
        told = self.fault is None or self.fault.title != fault.title
        self.fault = fault
        self._begun.set()
        if told:
            self._feed.publish({"engine"})

    def over(self) -> None:
        """Something was written."""
        if self.since is not None:
            log.info("the engine goes on; it waited since %s", self.since.isoformat())
            self.fault = self.since = None
            self._begun.clear()
            self._feed.publish({"engine"})

    async def as_far_as_reached(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Do it, unless the database cannot be used: then the next time tries again."""
        try:
            await work()
        except StoreLost as fault:
            self.met(fault)
            return False
        return True

    async def until_reached(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it as soon as the database can be used."""
        while not await self.as_far_as_reached(work):  # noqa: ASYNC110  # nobody tells when it can
            await asyncio.sleep(TRY_S)

    async def mend(self, write: Callable[[], Awaitable[None]], go_on: Callable[[], None]) -> None:
        """Try to write every so often while the engine waits, and go on once it works."""
        while True:
            await self._begun.wait()
            await asyncio.sleep(TRY_S)
            if await self.as_far_as_reached(write):
                self.over()
                go_on()
