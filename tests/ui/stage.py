"""A stage for the console: a desk with prepared rows and a race clock that is stepped by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from textual.app import App
from textual.pilot import Pilot

from p88console.domain.errors import StoreLost
from p88console.domain.notices import Notice
from p88console.domain.power import Power
from p88console.store.windows.board import HeaderFacts, HistoryRow, Lane, NextRun, QueueRow
from p88console.system.clock import Clock
from p88console.ui.app import ConsoleApp
from p88console.ui.desk import Topics
from p88console.ui.screens.board import Board
from tests.support.clock import SteppedClock
from tests.ui.cast import NOW, StagePeople
from tests.ui.chronicle import StagePast
from tests.ui.finishline import StageStandings
from tests.ui.postbox import StageInbox
from tests.ui.worklist import StageMemory, StageWork
from tests.ui.workshop import StageSetup

T = TypeVar("T")

GUN = NOW + timedelta(minutes=17, seconds=50)
"""Now it is 06:42:10 on race morning in Chicago."""


def job(job_id: int, **changes: Any) -> QueueRow:
    """A participants pull from RunSignUp that is due in 18 seconds."""
    plain = QueueRow(
        id=job_id,
        account_id=1,
        provider="runsignup",
        account_label="Midwest Timing",
        event_name="Lakeside Half Marathon",
        operation="participants",
        direction="pull",
        state="pending",
        priority=3,
        due_at=NOW + timedelta(seconds=18),
        attempt=0,
        trigger="schedule",
        progress_done=0,
        progress_total=None,
        error_title=None,
    )
    return replace(plain, **changes)


def attempt(history_id: int, ago_s: float = 42, **changes: Any) -> HistoryRow:
    """A participants pull that changed nothing."""
    started = NOW - timedelta(seconds=ago_s)
    plain = HistoryRow(
        id=history_id,
        job_id=history_id,
        provider="runsignup",
        event_name="Lakeside Half Marathon",
        operation="participants",
        direction="pull",
        attempt=1,
        state="completed",
        started_at=started,
        finished_at=started + timedelta(seconds=3),
        trigger="schedule",
        counts={"received": 12, "created": 0, "updated": 0, "unchanged": 12},
        error_title=None,
    )
    return replace(plain, **changes)


def lane(account_id: int, **changes: Any) -> Lane:
    """A registration account that is well."""
    plain = Lane(
        account_id=account_id,
        provider="runsignup",
        label="Midwest Timing",
        state="ok",
        last_pull_at=NOW - timedelta(seconds=42),
        last_push_at=None,
        running=None,
        progress_done=0,
        progress_total=None,
        error=None,
        error_since=None,
        clock_offset_s=0.3,
        next_due_at=NOW + timedelta(seconds=18),
    )
    return replace(plain, **changes)


def facts(**changes: Any) -> HeaderFacts:
    """Race morning, all sent."""
    plain = HeaderFacts(
        event_id=1,
        event_name="Lakeside Half Marathon",
        timezone="America/Chicago",
        gun_at=GUN,
        unsent=0,
        oldest_unsent_at=None,
        needs_you=0,
        next_pull_at=NOW + timedelta(seconds=18),
        network="online",
        participants=2_000,
        verified=2_000,
        finished=0,
    )
    return replace(plain, **changes)


@dataclass
class StageDesk:
    """A desk over plain lists; whatever it is asked is written down in `asked`."""

    queue: Sequence[QueueRow] = ()
    retries: Sequence[QueueRow] = ()
    history: Sequence[HistoryRow] = ()
    accounts: Sequence[Lane] = ()
    runs: Sequence[NextRun] = ()
    facts: HeaderFacts = field(default_factory=facts)
    runs_on: Power = field(default_factory=Power)
    stories: dict[int, dict[str, Any]] = field(default_factory=dict)
    hand: SteppedClock = field(default_factory=lambda: SteppedClock(NOW))
    """The race clock, to be stepped."""
    clock: Clock = field(init=False)
    people: StagePeople = field(init=False)
    past: StagePast = field(init=False)
    inbox: StageInbox = field(init=False)
    setup: StageSetup = field(init=False)
    standings: StageStandings = field(init=False)
    work: StageWork = field(init=False)
    memory: StageMemory = field(default_factory=StageMemory)
    read_only: bool = False
    practice: str | None = None
    stopped: tuple[str, datetime] | None = None
    waits: tuple[StoreLost, datetime] | None = None
    noticed: Sequence[Notice] = ()
    faults: dict[str, Exception] = field(default_factory=dict)
    """By the name of a desk method: what it raises."""
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    """By the name of a desk method: what it waits for before it answers."""
    answers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    watchers: list[Callable[[Topics], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = self.hand
        self.people = StagePeople(self._answer)
        self.past = StagePast(self._answer, lambda: self.history)
        self.standings = StageStandings(self._answer)
        self.inbox = StageInbox(self._answer)
        self.work = StageWork(self._answer, lambda: self.retries)
        self.setup = StageSetup(self._answer)

    def asked_for(self, name: str) -> list[tuple[Any, ...]]:
        """The arguments of each call of one method."""
        return [one[1:] for one in self.asked if one[0] == name]

    async def _answer(self, name: str, answer: Callable[[], T], *asked: Any) -> T:
        self.asked.append((name, *asked))
        if name in self.gates:
            await self.gates[name].wait()
        else:
            await asyncio.sleep(0)
        if name in self.faults:
            raise self.faults[name]
        return answer()

    def changed(self, *topics: str) -> None:
        """Tell the console what changed."""
        for watcher in list(self.watchers):
            watcher(frozenset(topics))

    def watch(self, changed: Callable[[Topics], None]) -> Callable[[], None]:
        self.watchers.append(changed)
        return lambda: self.watchers.remove(changed)

    def engine_fault(self) -> tuple[str, datetime] | None:
        return self.stopped

    def engine_waits(self) -> tuple[StoreLost, datetime] | None:
        return self.waits

    async def notices(self, limit: int) -> Sequence[Notice]:
        return self.noticed[:limit]

    async def restart_engine(self) -> None:
        def restart() -> None:
            self.stopped = None

        await self._answer("restart_engine", restart)
        self.changed("engine")

    async def power(self) -> Power:
        return await self._answer("power", lambda: self.runs_on)

    async def header(self) -> HeaderFacts:
        return await self._answer("header", lambda: self.facts)

    async def lanes(self) -> Sequence[Lane]:
        return await self._answer("lanes", lambda: self.accounts)

    async def schedule(self) -> Sequence[NextRun]:
        return await self._answer("schedule", lambda: self.runs)

    async def queue_count(self, text: str) -> int:
        return await self._answer("queue_count", lambda: len(_matching(self.queue, text)), text)

    async def queue_page(self, offset: int, limit: int, text: str) -> Sequence[QueueRow]:
        return await self._page("queue_page", self.queue, offset, limit, text)

    async def retry_count(self, text: str) -> int:
        return await self._answer("retry_count", lambda: len(_matching(self.retries, text)), text)

    async def retry_page(self, offset: int, limit: int, text: str) -> Sequence[QueueRow]:
        return await self._page("retry_page", self.retries, offset, limit, text)

    async def history_count(self, text: str) -> int:
        return await self._answer("history_count", lambda: len(_matching(self.history, text)), text)

    async def history_page(self, offset: int, limit: int, text: str) -> Sequence[HistoryRow]:
        return await self._page("history_page", self.history, offset, limit, text)

    async def history_place(self, history_id: int, text: str) -> int:
        def place() -> int:
            return [row.id for row in _matching(self.history, text)].index(history_id)

        return await self._answer("history_place", place, history_id, text)

    async def _page(
        self, name: str, rows: Sequence[T], offset: int, limit: int, text: str
    ) -> Sequence[T]:
        def page() -> Sequence[T]:
            return _matching(rows, text)[offset : offset + limit]

        return await self._answer(name, page, offset, limit, text)

    async def job_story(self, job_id: int) -> dict[str, Any]:
        return await self._answer("job_story", lambda: self.stories[job_id], job_id)

    async def pull_participants(self) -> str:
        return await self._say("pull_participants", "queued 1 pull")

    async def push_participants(self) -> str:
        return await self._say("push_participants", "queued 1 push")

    async def pull_results(self) -> str:
        return await self._say("pull_results", "queued 1 pull of results")

    async def retry_jobs(self, job_ids: Sequence[int]) -> str:
        return await self._say("retry_jobs", f"{len(job_ids)} due now", tuple(job_ids))

    async def cancel_jobs(self, job_ids: Sequence[int]) -> str:
        return await self._say("cancel_jobs", f"{len(job_ids)} cancelled", tuple(job_ids))

    async def undo(self) -> str:
        return await self._say("undo", "taken back: 512 Chloé de la Cruz: bib 511 → 512")

    async def _say(self, name: str, words: str, *asked: Any) -> str:
        return await self._answer(name, lambda: self.answers.get(name, words), *asked)


def _matching(rows: Sequence[T], text: str) -> Sequence[T]:
    return [row for row in rows if text.lower() in repr(row).lower()] if text else rows


async def wait_for(
    pilot: Pilot[Any],
    predicate: Callable[[], bool],
    description: str,
    timeout_s: float = 5.0,
) -> None:
    """Let the app run until a condition holds; fails with the description when it never does."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while not predicate():
        if loop.time() > deadline:
            raise AssertionError(f"never came true: {description}")
        await pilot.pause(0.01)
    await pilot.pause()


@asynccontextmanager
async def on_stage(
    desk: StageDesk, size: tuple[int, int] = (140, 45), **options: Any
) -> AsyncIterator[tuple[ConsoleApp, Pilot[None]]]:
    """The console over a desk, its board read and its clock stepped by hand."""
    app = console(desk, **options)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield app, pilot


def console(desk: StageDesk, **options: Any) -> ConsoleApp:
    """A console that neither ticks nor animates by itself."""
    app = ConsoleApp(desk, **({"tick_s": None} | options))
    app.animation_level = "none"
    return app


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until the screen on top has read what it wanted to read."""

    def quiet() -> bool:
        return bool(getattr(pilot.app.screen, "settled", True))

    await wait_for(pilot, quiet, "the screen has read all it wants")


def board_of(app: ConsoleApp) -> Board:
    """The board, whatever stands on top of it."""
    board = app.screen_stack[0]
    assert isinstance(board, Board)
    return board


def seen(app: App[Any]) -> str:
    """Everything on screen as plain text, line by line."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return "\n".join(line.text.ljust(width) for line in lines[:height])


def toasts(app: App[Any]) -> list[str]:
    """What toasts have said so far."""
    return [note.message for note in app._notifications]
