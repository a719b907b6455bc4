"""Watches the battery, and keeps the machine awake while there is work or a race is on."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from datetime import datetime

from p88console.domain.errors import P88Error
from p88console.domain.notices import Noticed, NoticeKind
from p88console.domain.power import Battery, Power
from p88console.engine import timetable
from p88console.engine.chores import Chore
from p88console.engine.timetable import Rhythm
from p88console.store.database.db import Database, Reading
from p88console.store.inbox import notices
from p88console.store.work import ledger, queue
from p88console.system import power
from p88console.system.clock import Clock
from p88console.system.power import SystemWakefulness, Wakefulness

LOOK_S = 30.0
"""Machine seconds between looks."""

log = logging.getLogger(__name__)


class PowerWatch:
    """What this machine runs on, for its console; what follows from it, beside its engine."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        rhythm: Rhythm,
        copy: Callable[[], str | None],
        look: Callable[[], Battery | None] = power.battery,
        wakefulness: Wakefulness | None = None,
    ) -> None:
        """Make ready.

        Args:
            db: Where it is read whether there is work.
            clock: The race clock.
            rhythm: The intervals by which a race day is known.
            copy: Copies the database before the battery is empty; says where to, if anywhere.
            look: Asks the machine for its battery.
            wakefulness: Keeps the machine awake; the system's own where none is given.
        """
        self._db, self._clock, self._rhythm = db, clock, rhythm
        self._copy, self._look = copy, look
        self._wakefulness = wakefulness or SystemWakefulness()
        self._key = f"battery:{socket.gethostname()}"
        self._power = Power()
        self._looked_at: float | None = None
        self._copied: str | None = None

    @property
    def chore(self) -> Chore:
        """The chore that looks, tells and keeps awake."""
        return Chore("the look at the power", self.mind, LOOK_S)

    async def now(self) -> Power:
        """How things stand, from a look that is at most `LOOK_S` old."""
        last = self._looked_at
        if last is None or self._clock.steady() - last >= LOOK_S:
            await self._see()
        return self._power

    async def mind(self) -> None:
        """Look, tell a person of a low battery, and keep the machine awake while it matters."""
        battery = await self._see()
        found = None
        if battery is not None and battery.low:
            found = await self._told(battery)
        else:
            self._copied = None
        if found is not None or await self._db.read(notices.stands, self._key):
            await self._db.write(notices.settle, self._key, found, self._clock.now())
        matters = await self._db.read(_matters, self._rhythm, self._clock.now())
        kept = await self._wakefulness.want(matters)
        self._power = Power(battery, kept)

    async def close(self) -> None:
        """Let the machine sleep."""
        await self._wakefulness.close()

    async def _see(self) -> Battery | None:
        battery = await asyncio.to_thread(self._look)
        self._power = Power(battery, self._power.kept_awake)
        self._looked_at = self._clock.steady()
        return battery

    async def _told(self, battery: Battery) -> Noticed:
        """What is said of a low battery; one that is nearly empty has the database copied once."""
        if battery.nearly_empty and self._copied is None:
            try:
                self._copied = await asyncio.to_thread(self._copy)
            except (P88Error, OSError) as fault:
                log.warning("no copy could be made before the battery is empty: %s", fault)
        where = f"the database is copied to {self._copied}; " if self._copied else ""
        title = f"the battery is at {battery.percent:.0f} %: plug it in"
        detail = f"{where}nothing is lost when it goes out, and nothing is synced until it is back"
        return Noticed(self._key, NoticeKind.BATTERY, title, detail)


def _matters(connection: Reading, rhythm: Rhythm, now: datetime) -> bool:
    """Whether something is to be sent or done, or a gun or a finish is near."""
    return (
        queue.under_way(connection, now)
        or timetable.race_day(connection, rhythm, now)
        or ledger.unsent(connection)[0] > 0
    )
