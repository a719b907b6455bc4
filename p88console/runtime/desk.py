"""The console's desk: pages to show and actions to take, over a runtime."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from p88console.domain.errors import StoreLost, UsageFault
from p88console.domain.jobs import Operator, Trigger
from p88console.domain.notices import Notice
from p88console.domain.power import Power
from p88console.runtime import operators, steering, syncs
from p88console.runtime.desks.inbox import RuntimeInbox
from p88console.runtime.desks.memory import FileMemory
from p88console.runtime.desks.past import RuntimePast
from p88console.runtime.desks.people import RuntimePeople
from p88console.runtime.desks.setup import RuntimeSetup
from p88console.runtime.desks.standings import RuntimeStandings
from p88console.runtime.desks.work import RuntimeWork
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import linked_accounts
from p88console.store.database.feed import ALL_TOPICS
from p88console.store.inbox import notices
from p88console.store.windows import header, overview
from p88console.store.windows.board import HeaderFacts, HistoryRow, Lane, NextRun, QueueRow
from p88console.store.work import history, queue
from p88console.store.work.queue import Enqueued
from p88console.system.clock import Clock
from p88console.system.user import user_name

DRAIN_S = 0.25
"""Machine seconds between two words to the screen about what changed."""

ELSEWHERE_S = 1.0
"""Machine seconds between looks whether another process wrote to the database."""

Changed = Callable[[frozenset[str]], None]


class RuntimeDesk:
    """What the screens ask for, answered from the database; what keys do, put into the queue."""

    def __init__(
        self, runtime: Runtime, *, read_only: bool = False, practice: str | None = None
    ) -> None:
        self._runtime = runtime
        self.clock: Clock = runtime.clock
        self.read_only = read_only
        self.practice = practice
        self._operator = Operator(user_name(), "console")
        self.people = RuntimePeople(runtime, self._operator)
        self.setup = RuntimeSetup(runtime, self._operator)
        self.inbox = RuntimeInbox(runtime, self._operator)
        self.past = RuntimePast(runtime.db)
        self.standings = RuntimeStandings(runtime, self._operator)
        self.work = RuntimeWork(runtime, self._operator)
        self.memory = FileMemory(runtime.home.console)

    def watch(self, changed: Changed) -> Callable[[], None]:
        """Call `changed` on the event loop, at most four times a second; returns the unwatch."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(woken.set)

        subscription = self._runtime.db.feed.subscribe(wake)

        async def pump() -> None:
            while True:
                await woken.wait()
                woken.clear()
                topics = subscription.drain()
                if topics:
                    changed(topics)
                await asyncio.sleep(DRAIN_S)

        pumping = asyncio.create_task(pump(), name="feed")
        looking = asyncio.create_task(self._look_elsewhere(changed), name="elsewhere")

        def unwatch() -> None:
            subscription.close()
            pumping.cancel()
            looking.cancel()

        return unwatch

    async def _look_elsewhere(self, changed: Changed) -> None:
        """Notice what another process wrote; this one's own writes come through the feed."""
        if self._runtime.engine.running or self._runtime.db.shared:
            return
        seen = await asyncio.to_thread(self._runtime.db.data_version)
        while True:
            await asyncio.sleep(ELSEWHERE_S)
            version = await asyncio.to_thread(self._runtime.db.data_version)
            if version != seen:
                seen = version
                changed(ALL_TOPICS)

    def engine_fault(self) -> tuple[str, datetime] | None:
        """The engine's own fault in plain words and since when, while it is down."""
        return self._runtime.engine.fault

    def engine_waits(self) -> tuple[StoreLost, datetime] | None:
        """What keeps the engine from its database and since when, while it waits for it."""
        standstill = self._runtime.engine.standstill
        if standstill.fault is None or standstill.since is None:
            return None
        return standstill.fault, standstill.since

    async def notices(self, limit: int) -> Sequence[Notice]:
        """What the engine noticed, the newest first, those that are over included."""
        return await self._runtime.db.read(notices.newest, limit)

    async def restart_engine(self) -> None:
        """Start the engine again after a fault."""
        await self._runtime.engine.stop()
        await self._runtime.engine.start()
        self._runtime.db.feed.publish({"engine"})

    async def power(self) -> Power:
        """What this machine runs on, and whether it is kept awake."""
        return await self._runtime.power.now()

    async def header(self) -> HeaderFacts:
        """The header's facts."""
        return await self._runtime.db.read(header.facts, self.clock.now())

    async def lanes(self) -> Sequence[Lane]:
        """Every account's lane, registrations first."""
        return await self._runtime.db.read(overview.lanes, self.clock.now())

    async def schedule(self) -> Sequence[NextRun]:
        """What is due next, soonest first."""
        return await self._runtime.db.read(overview.next_runs)

    async def queue_count(self, text: str) -> int:
        """How many jobs wait or run, retries aside."""
        return await self._runtime.db.read(overview.queue_count, text)

    async def queue_page(self, offset: int, limit: int, text: str) -> Sequence[QueueRow]:
        """Jobs that wait or run, in the order in which they will be served."""
        return await self._runtime.db.read(overview.queue_page, offset, limit, text)

    async def retry_count(self, text: str) -> int:
        """How many jobs wait after a failed attempt, are held, or have failed for good."""
        return await self._runtime.db.read(overview.retry_count, text)

    async def retry_page(self, offset: int, limit: int, text: str) -> Sequence[QueueRow]:
        """Failed, held and retrying jobs."""
        return await self._runtime.db.read(overview.retry_page, offset, limit, text)

    async def history_count(self, text: str) -> int:
        """How many attempts match the filter text."""
        return await self._runtime.db.read(history.count, text)

    async def history_place(self, history_id: int, text: str) -> int:
        """Where an attempt stands among those that match."""
        return await self._runtime.db.read(history.place, history_id, text)

    async def history_page(self, offset: int, limit: int, text: str) -> Sequence[HistoryRow]:
        """Attempts, newest first."""
        return await self._runtime.db.read(history.page, offset, limit, text)

    async def job_story(self, job_id: int) -> dict[str, Any]:
        """One job whole: its fields, and under `attempts` its history, oldest first."""
        job = await self._runtime.db.read(queue.get, job_id)
        if job is None:
            raise UsageFault(f"there is no job #{job_id}")
        attempts = await self._runtime.db.read(history.attempts, job_id=job_id)
        return asdict(job) | {"attempts": [asdict(row) for row in reversed(attempts)]}

    async def pull_participants(self) -> str:
        """Queue a participants pull for every event of the day."""
        queued = [
            await syncs.pull_participants(self._runtime, event, Trigger.OPERATOR, self._operator)
            for event in await syncs.the_day(self._runtime)
        ]
        return _told(queued, "participants pull")

    async def push_participants(self) -> str:
        """Queue a push to every linked scoring event of the day."""
        queued: list[Enqueued] = []
        for event in (day := await syncs.the_day(self._runtime)):
            queued += await syncs.push_participants(
                self._runtime, event, Trigger.OPERATOR, self._operator
            )
        for event in [] if queued else day:
            await syncs.check_push(self._runtime, event)
        return _told(queued, "push")

    async def pull_results(self) -> str:
        """Queue a results pull for every linked event of the day."""
        queued: list[Enqueued] = []
        for event in await syncs.the_day(self._runtime):
            if linked_accounts(event):
                queued += await syncs.pull_results(
                    self._runtime, event, Trigger.OPERATOR, self._operator
                )
        return _told(queued, "results pull")

    async def retry_jobs(self, job_ids: Sequence[int]) -> str:
        """Make these jobs due now; says how many could be."""
        done = await steering.retry(self._runtime, self._operator, job_ids)
        return _how_many(done, job_ids, "due now")

    async def cancel_jobs(self, job_ids: Sequence[int]) -> str:
        """Cancel these jobs where they have not started; says how many could be."""
        done = await steering.cancel(self._runtime, self._operator, job_ids)
        return _how_many(done, job_ids, "cancelled")

    async def undo(self) -> str:
        """Take back this operator's newest change that can be; says which."""
        undone = await operators.take_back(self._runtime, self._operator)
        newer = "".join(f"; stays: {told}" for told in undone.passed_over[:1])
        return f"taken back: {undone.summary}{newer}"


def _told(queued: Sequence[Enqueued], what: str) -> str:
    if not queued:
        return "nothing to do: no event is linked for this"
    new = [entry.job_id for entry in queued if entry.created]
    known = [f"#{entry.job_id}" for entry in queued if not entry.created]
    told = [f"{len(new)} {what}{'' if len(new) == 1 else 's'} queued"] if new else []
    if known:
        told.append(f"already queued as {', '.join(known)}")
    return "; ".join(told)


def _how_many(done: Sequence[int], asked: Sequence[int], what: str) -> str:
    left = len(asked) - len(done)
    return f"{len(done)} {what}" + (f"; {left} could not be" if left else "")
