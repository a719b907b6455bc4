"""A table and nothing else on screen, over a list of runners that can be changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from p88console.ui.format import Moment
from p88console.ui.phrase import say
from p88console.ui.theme import fallback_variables
from p88console.ui.widgets.columns import Column, Look
from p88console.ui.widgets.grid import Grid
from tests.ui.cast import NOW
from tests.ui.stage import wait_for

HEIGHT = 20
MANY = 100_000


@dataclass(frozen=True)
class Runner:
    """A row with nothing but a name."""

    id: int
    name: str


@dataclass
class Roster:
    """Runners in a list, each read written down."""

    ids: Sequence[int]
    fails: bool = False
    counts: int = 0
    pages: list[int] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def count(self, text: str, at_most: int | None = None) -> int | None:
        self.counts += 1
        await asyncio.sleep(0)
        found = len(self._matching(text))
        return None if self.fails else found if at_most is None else min(found, at_most + 1)

    async def page(self, offset: int, limit: int, text: str) -> Sequence[Runner] | None:
        self.pages.append(offset // limit)
        if self.gate is not None:
            await self.gate.wait()
        await asyncio.sleep(0)
        if self.fails:
            return None
        return [
            Runner(one, f"runner {one}") for one in self._matching(text)[offset : offset + limit]
        ]

    async def place(self, row_id: int, text: str) -> int | None:
        await asyncio.sleep(0)
        ids = self._matching(text)
        return ids.index(row_id) if row_id in ids else None

    def _matching(self, text: str) -> Sequence[int]:
        return [one for one in self.ids if text in str(one)] if text else self.ids


LOOK: Look[Runner] = Look(
    (
        Column("Id", lambda row, _: say(row.id), 8, right=True),
        Column("Name", lambda row, _: say(row.name), 6, grow=1),
    ),
    lambda text: say(f"nobody is called {text}" if text else "nobody"),
)


class Tent(App[None]):
    """A table and nothing else."""

    CSS_PATH = "../../p88console/ui/console.tcss"

    def __init__(self, roster: Roster, look: Look[Runner] = LOOK) -> None:
        super().__init__()
        self.roster = roster
        self.grid: Grid[Runner] = Grid(roster, look, lambda: Moment(NOW))
        self.animation_level = "none"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return fallback_variables()

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_mount(self) -> None:
        self.grid.refresh_rows()


@asynccontextmanager
async def tent(
    roster: Roster, look: Look[Runner] = LOOK
) -> AsyncIterator[tuple[Grid[Runner], Pilot[None]]]:
    app = Tent(roster, look)
    async with app.run_test(size=(60, HEIGHT)) as pilot:
        await wait_for(pilot, lambda: app.grid.loaded, "the first rows are there")
        yield app.grid, pilot


async def quiet(pilot: Pilot[None], grid: Grid[Runner]) -> None:
    await wait_for(pilot, lambda: not grid.busy, "the table has read all it wants")


def shown(grid: Grid[Runner]) -> list[str]:
    whole = Region(0, 0, grid.size.width, grid.size.height)
    return [strip.text.strip() for strip in grid.render_lines(whole)]
