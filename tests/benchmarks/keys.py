"""How long a key takes, painted, in each room, quiet and while 50,000 people are synced beside it.

Run it by `python -m tests.benchmarks.keys`; it prints a table and says so where a bound is missed.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from statistics import median, quantiles

from p88console.domain.model import ParticipantRecord
from p88console.runtime.desk import RuntimeDesk
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.store.mirror import participants
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from p88console.ui.app import ConsoleApp
from tests.store.bench import PULL_SOURCE, Bench, ada, set_up
from tests.support.clock import SteppedClock

PEOPLE, PAGE = 50_000, 500
MEDIAN_MS, MEMORY_MIB = 100, 400
"""What a key may take at the median beside a sync, and the process at its largest."""

WALKS: dict[str, tuple[str, Sequence[str]]] = {
    "board, moving": ("1", ["down", "up", "right"] * 20),
    "roster, moving": ("2", ["down", "pagedown", "up"] * 20),
    "roster, a bib typed": ("2", ["slash", "5", "1", "escape"] * 12),
    "history, moving": ("5", ["down", "up"] * 20),
}


def people(first_name: str) -> list[ParticipantRecord]:
    """The whole field, everybody by another first name."""
    return [
        ada(str(one), bib=str(one), first_name=f"{first_name}{one % 977}", last_name=f"Last{one}")
        for one in range(PEOPLE)
    ]


def pages(found: list[ParticipantRecord]) -> Iterator[list[ParticipantRecord]]:
    """The people as a provider sends them."""
    for start in range(0, PEOPLE, PAGE):
        yield found[start : start + PAGE]


async def sync(runtime: Runtime, bench: Bench) -> None:
    """Pull changes of everybody, without an end."""
    turn = 0
    while True:
        turn += 1
        for page in pages(people(f"Turn{turn}-")):
            await runtime.db.write(
                participants.upsert_page, bench.event, page, PULL_SOURCE, bench.now
            )


@asynccontextmanager
async def synced(runtime: Runtime, bench: Bench) -> AsyncIterator[None]:
    """Everybody is synced beside the block."""
    syncing = asyncio.create_task(sync(runtime, bench))
    try:
        yield
    finally:
        syncing.cancel()
        with suppress(asyncio.CancelledError):
            await syncing


async def painted(app: ConsoleApp, key: str) -> float:
    """Milliseconds from a key until what it changed is on screen."""
    done, began = asyncio.Event(), time.perf_counter()
    app.simulate_key(key)
    app.screen.call_later(lambda: app.screen.call_after_refresh(done.set))
    await done.wait()
    return (time.perf_counter() - began) * 1_000


async def walk(app: ConsoleApp, door: str, keys: Sequence[str]) -> list[float]:
    """Milliseconds of each key in a room, as fast as a hand presses them."""
    await painted(app, door)
    await asyncio.sleep(1)
    spent = []
    for key in keys:
        spent.append(await painted(app, key))
        await asyncio.sleep(0.03)
    return spent


async def measure(folder: Path) -> bool:
    """Print the table; whether every bound was kept."""
    home, clock = Home(folder), SteppedClock()
    made = set_up(home.database, clock)
    made.db.close()
    kept = True
    async with open_runtime(home, clock=clock, vault=MemoryVault()) as runtime:
        bench = Bench(runtime.db, clock, event=made.event)
        for page in pages(people("First")):
            bench.write(participants.upsert_page, bench.event, page, PULL_SOURCE, bench.now)
        app = ConsoleApp(RuntimeDesk(runtime))
        app.animation_level = "none"
        print("| room | beside it | median | 95 % | longest |\n|---|---|---|---|---|")  # noqa: T201
        async with app.run_test(size=(140, 45)):
            for beside in ("nothing", "a sync"):
                for name, (door, keys) in WALKS.items():
                    if beside == "nothing":
                        spent = await walk(app, door, keys)
                    else:
                        async with synced(runtime, bench):
                            spent = await walk(app, door, keys)
                    kept &= median(spent) <= MEDIAN_MS
                    figures = (median(spent), quantiles(spent, n=20)[18], max(spent))
                    told = " | ".join(f"{one:.0f} ms" for one in figures)
                    print(f"| {name} | {beside} | {told} |", flush=True)  # noqa: T201
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{memory:.0f} MiB at its largest, {PEOPLE:,} people")  # noqa: T201
    return kept and memory <= MEMORY_MIB


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="p88-keys-") as name:
        sys.exit(0 if asyncio.run(measure(Path(name))) else 1)
