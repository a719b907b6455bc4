"""How long a key takes, painted, in each room, quiet and while 50,000 people are synced beside it.

The sync is the worst one: pages come without a network's pauses, and everybody is another person
in each turn. Run it by `python -m tests.benchmarks.keys`; it prints a table and says so where a
bound is missed.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path
from statistics import median, quantiles

from p88console.domain.model import ParticipantRecord
from p88console.runtime.desk import RuntimeDesk
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.store.mirror import participants
from p88console.system.attention import SETTLED_S, attentive, give_way
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from p88console.ui.app import ConsoleApp
from p88console.ui.widgets.grid import Grid
from tests.benchmarks.timing import Finding
from tests.store.bench import PULL_SOURCE, Bench, ada, set_up
from tests.support.clock import SteppedClock

PEOPLE, PAGE = 50_000, 500
KEY_MS, FOUND_MS, MEMORY_MIB = 50, 100, 400
"""What a key and a search may take in 95 of 100 cases, and the process at its largest."""

ROUNDS = 5
"""How often quiet and syncing are taken in turns for the benchmarks' table."""

WALKS: dict[str, tuple[str, Sequence[str]]] = {
    "board, moving": ("1", ["down", "up", "right"] * 20),
    "roster, moving": ("2", ["down", "pagedown", "up"] * 20),
    "roster, a bib typed": ("2", ["slash", "5", "1", "escape"] * 12),
    "history, moving": ("5", ["down", "up"] * 20),
}
BIBS = ("517", "40020", "9", "33331", "12345", "808", "27", "49999", "6", "1500") * 2
HEAD = """| room | beside it | median | 95 % | longest | wanted | |
|---|---|---|---|---|---|---|"""


def page(first_name: str, start: int) -> list[ParticipantRecord]:
    """A page of the field as a provider sends it, everybody by another first name."""
    people = []
    for one in range(start, start + PAGE):
        give_way()
        name = f"{first_name}{one % 977}"
        people.append(ada(str(one), bib=str(one), first_name=name, last_name=f"Last{one}"))
    return people


async def sync(runtime: Runtime, bench: Bench) -> None:
    """Pull changes of everybody, without an end."""
    turn = 0
    while True:
        turn += 1
        for start in range(0, PEOPLE, PAGE):
            found = await asyncio.to_thread(page, f"Turn{turn}-", start)
            await runtime.db.write(
                participants.upsert_page, bench.event, found, PULL_SOURCE, bench.now
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


async def search(app: ConsoleApp) -> list[float]:
    """Milliseconds from a bib's last digit until its runner is on screen, for each bib."""
    await painted(app, "2")
    await asyncio.sleep(1)
    grid, spent = app.screen.query_one(Grid), []
    for bib in BIBS:
        for key in ("slash", *bib[:-1]):
            await painted(app, key)
        began = time.perf_counter()
        await painted(app, bib[-1])
        while grid.busy or not grid.current or grid.current.bib != bib:  # noqa: ASYNC110  # the table tells nobody outside
            await asyncio.sleep(0.001)
        shown = asyncio.Event()
        app.screen.call_after_refresh(shown.set)
        await shown.wait()
        spent.append((time.perf_counter() - began) * 1_000)
        await painted(app, "escape")
        await asyncio.sleep(0.1)
    return spent


def within(spent: list[float]) -> float:
    """What 95 of 100 stay within."""
    return quantiles(spent, n=20, method="inclusive")[18]


def told(what: str, beside: str, spent: list[float], bound_ms: float) -> bool:
    """Print a row of the table; whether its bound was kept."""
    worst = within(spent)
    figures = " | ".join(f"{one:.0f} ms" for one in (median(spent), worst, max(spent)))
    verdict = "met" if worst <= bound_ms else "**missed**"
    print(f"| {what} | {beside} | {figures} | {bound_ms} ms | {verdict} |", flush=True)  # noqa: T201
    return worst <= bound_ms


@asynccontextmanager
async def drawn(folder: Path) -> AsyncIterator[tuple[Runtime, Bench, ConsoleApp]]:
    """The console over everybody, settled."""
    home, clock = Home(folder), SteppedClock()
    made = set_up(home.database, clock)
    made.db.close()
    async with open_runtime(home, clock=clock, vault=MemoryVault()) as runtime:
        bench = Bench(runtime.db, clock, event=made.event)
        for start in range(0, PEOPLE, PAGE):
            found = page("First", start)
            bench.write(participants.upsert_page, bench.event, found, PULL_SOURCE, bench.now)
        app = ConsoleApp(RuntimeDesk(runtime))
        app.animation_level = "none"
        with attentive():
            async with app.run_test(size=(140, 45)):
                await asyncio.sleep(SETTLED_S)
                yield runtime, bench, app


async def measure(folder: Path) -> bool:
    """Print the table; whether every bound was kept."""
    kept = True
    async with drawn(folder) as (runtime, bench, app):
        print(HEAD)  # noqa: T201
        for name in ("nothing", "a sync"):
            async with nullcontext() if name == "nothing" else synced(runtime, bench):
                for what, (door, keys) in WALKS.items():
                    kept &= told(what, name, await walk(app, door, keys), KEY_MS)
                kept &= told("roster, a runner found", name, await search(app), FOUND_MS)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n{memory:.0f} MiB at its largest, {PEOPLE:,} people")  # noqa: T201
    return kept and memory <= MEMORY_MIB


async def rounds(folder: Path) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Seconds that 95 % of keys, and of searches, stay within: syncing and quiet, in turns."""
    pressed, found = list[tuple[float, float]](), list[tuple[float, float]]()
    async with drawn(folder) as (runtime, bench, app):
        for _ in range(ROUNDS):
            quiet = await one_round(app)
            async with synced(runtime, bench):
                busy = await one_round(app)
            pressed.append((busy[0], quiet[0]))
            found.append((busy[1], quiet[1]))
    return pressed, found


async def one_round(app: ConsoleApp) -> tuple[float, float]:
    """Seconds that 95 of 100 keys of all rooms stay within, and 95 of 100 searches."""
    keys = [spent for door, keys in WALKS.values() for spent in await walk(app, door, keys)]
    return within(keys) / 1_000, within(await search(app)) / 1_000


def answers(folder: Path) -> Iterator[Finding]:
    """Keys and searches while everybody is synced, against quiet and against what is wanted."""
    pressed, found = asyncio.run(rounds(folder / "keys"))
    for what, pairs, bound_ms in (
        ("key to paint", pressed, KEY_MS),
        ("bib found", found, FOUND_MS),
    ):
        name = f"{what}, 95 %, while {PEOPLE:,} are synced"
        yield Finding(name, "quiet", pairs, 2.0)
        yield Finding(name, "what is wanted", [(busy, bound_ms / 1_000) for busy, _ in pairs], 1.0)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="p88-keys-") as name:
        sys.exit(0 if asyncio.run(measure(Path(name))) else 1)
