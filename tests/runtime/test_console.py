"""The real console over the real runtime: keys pressed, providers on sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from p88console.domain.inbox import Kind
from p88console.runtime.desk import RuntimeDesk
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import Question
from p88console.store.windows import roster
from p88console.store.windows.roster_rows import RosterOrder, RosterQuery
from p88console.store.work import engines, ledger, queue
from p88console.ui.app import ConsoleApp
from tests.engine.conftest import RUNNERS, RaceDay
from tests.ui.stage import seen, wait_for


@asynccontextmanager
async def console(race_day: RaceDay, *, read_only: bool = False) -> AsyncIterator[Pilot[None]]:
    desk = RuntimeDesk(race_day.runtime, read_only=read_only, practice="practice race")
    app = ConsoleApp(desk, tick_s=None)
    async with app.run_test(size=(140, 45)) as pilot:
        await wait_for(pilot, lambda: "Practice" in screen(pilot), "the event in the header")
        yield pilot


def screen(pilot: Pilot[None]) -> str:
    """All the text on screen."""
    return pilot.app.export_screenshot()


def toasts(pilot: Pilot[None]) -> list[str]:
    """What the console answered."""
    return [str(toast.message) for toast in pilot.app._notifications]


async def test_g_p_and_r_bring_the_race_to_scoring_and_back(race_day: RaceDay) -> None:
    await race_day.runtime.engine.start()
    async with console(race_day) as pilot:
        await pilot.press("g", "p", "r")
        db = race_day.runtime.db

        async def everybody() -> bool:
            states = await db.read(ledger.state_counts)
            return states.get("verified") == RUNNERS

        async with race_day.patience():
            while not await everybody():
                await pilot.pause()
        await wait_for(pilot, lambda: "verified" in screen(pilot), "the header's count")
        await wait_for(pilot, lambda: "Copernico" in screen(pilot), "the lane")


async def test_the_engine_works_as_soon_as_the_first_screen_is_painted(race_day: RaceDay) -> None:
    runtime, painted = race_day.runtime, asyncio.Event()
    before = await runtime.db.read(queue.find)
    await runtime.engine.start(painted)
    for _ in range(100):
        assert await runtime.db.read(queue.find) == before
    assert len(await runtime.db.read(engines.living)) == 1
    app = ConsoleApp(RuntimeDesk(runtime), tick_s=None, painted=painted.set)
    async with app.run_test(size=(140, 45)) as pilot, race_day.patience():
        await wait_for(pilot, painted.is_set, "the first screen")
        assert "Practice" in screen(pilot)
        while await runtime.db.read(queue.find) == before:
            await pilot.pause()


async def test_a_key_says_what_is_queued_already(race_day: RaceDay) -> None:
    async with console(race_day) as pilot:
        await pilot.press("g")
        await wait_for(pilot, lambda: bool(toasts(pilot)), "an answer")
        assert toasts(pilot) == ["already queued as #2"]
    known = [job for job in await race_day.runtime.db.read(queue.find) if job.id == 2]
    assert known[0].priority == 1


async def test_an_engine_fault_is_a_banner_and_ctrl_e_starts_it_again(race_day: RaceDay) -> None:
    def rename(before: str, after: str) -> None:
        def change(tx: Tx) -> None:
            tx.connection.exec_driver_sql(f"ALTER TABLE {before} RENAME TO {after}")

        with race_day.runtime.db.writer() as tx:
            change(tx)

    rename("sync_schedule", "elsewhere")
    engine = race_day.runtime.engine
    await engine.start()
    async with console(race_day) as pilot:
        await wait_for(pilot, lambda: engine.fault is not None, "the fault")
        await wait_for(pilot, lambda: "engine" in screen(pilot), "the banner")
        assert pilot.app.is_running
        rename("elsewhere", "sync_schedule")
        await pilot.press("ctrl+e")
        await wait_for(pilot, lambda: engine.running and engine.fault is None, "the engine")


async def test_a_watching_console_shows_and_cannot_act(race_day: RaceDay) -> None:
    before = len(await race_day.runtime.db.read(queue.find))
    async with console(race_day, read_only=True) as pilot:
        await pilot.press("g", "p", "r")
        await wait_for(pilot, lambda: "RunSignUp" in screen(pilot), "the lanes")
    assert len(await race_day.runtime.db.read(queue.find)) == before
    assert await race_day.runtime.db.read(engines.living) == []


async def test_what_another_process_does_is_seen(race_day: RaceDay) -> None:
    seen: list[frozenset[str]] = []
    desk = RuntimeDesk(race_day.runtime)
    unwatch = desk.watch(seen.append)
    try:
        async with race_day.patience():
            await race_day.elsewhere("UPDATE partners SET name = 'Renamed'")
            while not seen:
                await race_day.elsewhere("UPDATE partners SET name = name || '.'")
                await race_day.breathe()
    finally:
        unwatch()
    assert "queue" in seen[0]


async def test_a_runner_is_found_by_bib_and_their_story_told(race_day: RaceDay) -> None:
    db = race_day.runtime.db
    event = (await db.read(roster.events))[0]
    await race_day.runtime.run_jobs([2])
    people = await db.read(roster.page, RosterQuery(order=RosterOrder.BIB), 0, 1)
    bib = people[0].bib
    assert bib is not None
    async with console(race_day) as pilot:
        await pilot.press("2")
        await wait_for(pilot, lambda: f"all {RUNNERS}" in seen(pilot.app), "everybody")
        await pilot.press("slash", *bib, "enter", "enter")
        await wait_for(pilot, lambda: "Registration" in seen(pilot.app), "the story")
        await wait_for(pilot, lambda: "Changes" in seen(pilot.app), "all of it")
        name = f"{people[0].first_name} {people[0].last_name}"
        assert f"{bib}  {name}" in seen(pilot.app)
        assert event.name in seen(pilot.app)


async def test_the_inbox_is_decided_and_taken_back_by_key(race_day: RaceDay) -> None:
    runtime = race_day.runtime
    events = await runtime.db.read(roster.events)
    asked = Question("orphan:999", Kind.ORPHAN, "bib 999 is nobody's", event_id=events[0].id)
    await runtime.db.write(inbox.ask, [asked], runtime.clock.now())

    async def waits(count: int) -> None:
        async with race_day.patience():
            while await runtime.db.read(inbox.count) != count:
                await pilot.pause()

    async with console(race_day) as pilot:
        await pilot.press("4")
        await wait_for(pilot, lambda: "999" in screen(pilot), "the item")
        await pilot.press("x")
        await waits(0)
        await pilot.press("z")
        await waits(1)
        (decided,) = await runtime.db.read(inbox.items)
        assert (decided.decision, decided.reason) == (None, "bib 999 is nobody's")


async def test_bibs_are_given_swapped_and_taken_back_by_key(race_day: RaceDay) -> None:
    db = race_day.runtime.db
    query = RosterQuery(order=RosterOrder.BIB)

    async def bibs() -> dict[int, str | None]:
        return {row.id: row.bib for row in await db.read(roster.page, query, 0, RUNNERS)}

    async def become(wanted: dict[int, str | None]) -> None:
        async with race_day.patience():
            while await bibs() != wanted:
                await pilot.pause()

    async with console(race_day) as pilot:
        await race_day.runtime.run_jobs([1, 2])
        before = await bibs()
        (first, its_bib), (second, other), *_ = before.items()
        assert its_bib
        assert other
        await pilot.press("2")
        await wait_for(pilot, lambda: its_bib in screen(pilot), "the people")
        await pilot.press("slash", *its_bib, "enter", "s")
        await wait_for(pilot, lambda: "With bib" in seen(pilot.app), "the form")
        await pilot.press(*other, "enter")
        await become({**before, first: other, second: its_bib})
        await wait_for(pilot, lambda: any("swap bibs" in one for one in toasts(pilot)), "a toast")
        await pilot.press("z")
        await become(before)
