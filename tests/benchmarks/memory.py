"""Memory of engine and console with the whole field, and over a day of changes every minute."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

from p88console.runtime.desk import RuntimeDesk
from p88console.runtime.runtime import open_runtime
from p88console.store.mirror import participants
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from p88console.ui.app import ConsoleApp
from tests.benchmarks.keys import painted
from tests.benchmarks.mirror import PAGE, field, pull
from tests.benchmarks.timing import Finding
from tests.store.bench import PULL_SOURCE, ada, set_up
from tests.support.clock import SteppedClock

PEOPLE, MOST_MIB = 50_000, 250
HOURS, CHANGES = 8, 20
"""Of the day, each minute a pull that changes so many people; one hour of it counts as warming."""

ROOMS = ("1", "2", "down", "5", "down", "4", "3")


def resident() -> float:
    """MiB of this process that are in memory now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1024 / 1024


async def day(folder: Path) -> list[float]:
    """MiB with everybody mirrored and on screen, then after each hour."""
    home, clock = Home(folder), SteppedClock()
    made = set_up(home.database, clock)
    for first in range(0, PEOPLE, PAGE):
        pull(made, field(PAGE, first))
    made.db.close()
    async with open_runtime(home, clock=clock, vault=MemoryVault()) as runtime:
        await runtime.engine.start()
        app = ConsoleApp(RuntimeDesk(runtime))
        app.animation_level = "none"
        async with app.run_test(size=(140, 45)):
            found = [resident()]
            for minute in range(HOURS * 60):
                clock.step(60)
                people = [
                    ada(str(one), bib=str(one), first_name=f"Minute{minute}")
                    for one in range(minute % 50, CHANGES + minute % 50)
                ]
                await runtime.db.write(
                    participants.upsert_page, made.event, people, PULL_SOURCE, clock.now()
                )
                await painted(app, ROOMS[minute % len(ROOMS)])
                if minute % 60 == 59:
                    found.append(resident())
            return found


def whole_day(folder: Path) -> Iterator[Finding]:
    """The most that was in use against what is wanted, and the last hour against the first."""
    found = asyncio.run(day(folder / "memory"))
    what = f"memory, {PEOPLE:,} people, at its most in {HOURS} h"
    yield Finding(what, "what is wanted", [(max(found), MOST_MIB)], 1.0, _mib)
    later = f"memory after {HOURS} simulated hours"
    yield Finding(later, "after the first", [(found[-1], found[1])], 1.1, _mib)


def _mib(size: float) -> str:
    return f"{size:.0f} MiB"
