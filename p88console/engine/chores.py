"""Housekeeping beside the queue: work that nobody waits for and that never stops the engine."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from p88console.domain.errors import StoreLost

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something the engine does every so many machine seconds; its faults go to the log."""

    name: str
    work: Callable[[], Awaitable[object]]
    every_s: float

    async def run(self) -> None:
        """Do it once."""
        try:
            await self.work()
        except StoreLost as fault:
            log.warning("%s waits: %s", self.name, fault)
        except Exception:
            log.exception("%s could not be done; it is tried again", self.name)
