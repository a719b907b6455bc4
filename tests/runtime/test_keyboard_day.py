"""A whole race day by keys alone: console, engine, providers on sockets, no hand on a mouse."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot

from p88console.runtime.desk import RuntimeDesk
from p88console.runtime.desks.standings import FUSE_S
from p88console.store.inbox import questions as inbox
from p88console.store.people import lists as people
from p88console.store.windows import roster
from p88console.store.windows.roster_rows import RosterOrder, RosterQuery, RosterRow
from p88console.store.work import ledger
from p88console.ui.app import ConsoleApp
from p88console.ui.screens.form import Form
from p88console.ui.screens.person import PersonSheet
from p88console.ui.screens.publish import PublishSheet
from tests.engine.conftest import RUNNERS, RaceDay
from tests.ui.stage import seen, settled, toasts, wait_for


class Operator:
    """Somebody with nothing but a keyboard, and a look at the far sides' own books."""

    def __init__(self, race_day: RaceDay, pilot: Pilot[None]) -> None:
        self.race_day = race_day
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys and let the screen read."""
        await self.pilot.press(*keys)
        await settled(self.pilot)

    async def sees(self, words: str) -> None:
        """Wait until words are on screen."""
        await wait_for(self.pilot, lambda: words in seen(self.pilot.app), words, timeout_s=20)

    async def hears(self, words: str) -> None:
        """Wait until a toast says something."""
        said = lambda: any(words in one for one in toasts(self.pilot.app))  # noqa: E731  one line
        await wait_for(self.pilot, said, f"{words} in {toasts(self.pilot.app)}", 20)

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait until something holds, the race clock going on meanwhile."""
        async with self.race_day.patience():
            while not await holds():
                await self.pilot.pause(0.02)

    async def opened(self, kind: type) -> None:
        """Wait for a sheet."""
        await wait_for(
            self.pilot, lambda: isinstance(self.pilot.app.screen, kind), kind.__name__, 20
        )
        await settled(self.pilot)

    async def rows(self, text: str = "") -> list[RosterRow]:
        """The people who match, by bib."""
        query = RosterQuery(text=text, order=RosterOrder.BIB)
        return await self.race_day.runtime.db.read(roster.page, query, 0, 500)

    async def wears(self, person: RosterRow, bib: str | None) -> bool:
        """Whether a person wears a bib here."""
        return any(row.id == person.id and row.bib == bib for row in await self.rows())

    async def verified(self, count: int) -> None:
        """Wait until scoring is known to hold this many people as they are here."""

        async def holds() -> bool:
            states = await self.race_day.runtime.db.read(ledger.state_counts)
            return states == {"verified": count}

        await self.until(holds)


async def test_a_race_day_by_keys_alone(race_day: RaceDay) -> None:
    await race_day.runtime.engine.start()
    app = ConsoleApp(RuntimeDesk(race_day.runtime, practice="practice race"), tick_s=None)
    async with app.run_test(size=(140, 45)) as pilot:
        me = Operator(race_day, pilot)
        await me.sees("Practice")
        await _evening_before(me)
        await _packet_pickup(me)
        await _finish(me)
        await pilot.press("q")
        await wait_for(pilot, lambda: not app.is_running or "unsent" in seen(app), "the way out")


async def _evening_before(me: Operator) -> None:
    """Everybody to scoring; then the go / no-go page."""
    await me.press("g", "p")
    await me.verified(RUNNERS)
    await me.press("6", "c")
    await me.sees("keyring")
    await me.press("escape")


async def _packet_pickup(me: Operator) -> None:
    """A bib, a swap, a walk-up, and a mistake taken back, all of them known at scoring."""
    first = (await me.rows())[0]
    assert first.bib
    await me.press("2", "slash", *first.bib, "enter", "enter")
    await me.opened(PersonSheet)
    await me.press("escape", "b")
    await me.opened(Form)
    await me.press(*["backspace"] * len(first.bib), *"9001", "enter")
    await me.until(lambda: me.wears(first, "9001"))
    await me.press("z")
    await me.until(lambda: me.wears(first, first.bib))
    await me.press("escape", "n")
    await me.opened(Form)
    race = first.race_name or ""
    form = me.pilot.app.screen
    assert isinstance(form, Form)
    await me.press(*["backspace"] * len(form.inputs[0].value), *race, "tab")
    await me.press(*"Wanda", "tab", *"Walkup", "tab", *"9002", "ctrl+s")

    await me.press("p")
    await me.verified(RUNNERS + 1)


async def _finish(me: Operator) -> None:
    """Results in, a runner of nobody settled, results published, and it is all in the history."""
    race_day, db = me.race_day, me.race_day.runtime.db
    race_day.clock.reach(race_day.sandbox.world.day.over)
    await me.press("r")

    async def finished() -> bool:
        rows: list[dict[str, Any]] = await db.read(people.results, race_day.event_id)
        return any(row["status"] == "finished" for row in rows)

    await me.until(finished)
    await me.press("3")
    await me.sees("finished")
    await me.press("u")
    await me.opened(PublishSheet)
    await me.sees("Published before")
    sheet = me.pilot.app.screen
    assert isinstance(sheet, PublishSheet)
    for _ in range(sheet.situation().stops):
        await me.press("a")
    await me.press("y")
    await me.hears("publishing as #")
    race_day.clock.step(FUSE_S)
    await me.press("escape", "4")
    waiting = await db.read(inbox.count)
    await me.sees(f"Inbox {waiting}")
    await me.press("5")
    await me.sees("results → RunSignUp")
