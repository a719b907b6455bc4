"""The composition root: builds database, adapters and engine from home, clock and vault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from p88console.domain.jobs import CLAIMABLE_STATES, Job, JobState
from p88console.engine.chores import Chore
from p88console.engine.engine import Engine
from p88console.engine.lines import Lines
from p88console.engine.owners import is_dead, new_owner, served
from p88console.engine.shop import Adapters, Shop
from p88console.engine.worker import Worker
from p88console.runtime import spooling
from p88console.runtime.alerts import alert_watch
from p88console.runtime.backups import last_copy, rolling
from p88console.runtime.disk import disk_watch
from p88console.runtime.opening import open_store
from p88console.runtime.power import PowerWatch
from p88console.runtime.retention import forgetting
from p88console.store.database.db import Database
from p88console.store.work import holds, leases, queue
from p88console.store.work import lines as lines_store
from p88console.system.attention import seldom_swept
from p88console.system.clock import Clock, SystemClock
from p88console.system.home import Home
from p88console.system.log import start_log, stop_log
from p88console.system.settings import Settings, read_settings
from p88console.system.vault import KeyringVault, Vault

FOLLOW_S = 0.1
"""Machine seconds between looks at a job that another process works on."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything a face of the product needs; faces differ only in what they show."""

    home: Home
    db: Database
    clock: Clock
    vault: Vault
    shop: Shop
    engine: Engine
    power: PowerWatch

    async def run_jobs(self, job_ids: Sequence[int]) -> list[Job]:
        """Work on these jobs, or follow them where another engine does; returns them settled.

        A job whose attempt failed is returned as it stands: nobody sits out the ladder here.
        """
        worker = Worker(self.shop, new_owner(), lease_s=self.engine.lease_s)
        looked = False
        while True:
            if await self.db.read(leases.silent, is_dead):
                await self.db.write(leases.rescue, self.clock.now(), is_dead)
            if self.db.shared or not await self.served():
                await worker.run_only(job_ids)
            jobs = await self._jobs(job_ids)
            now = self.clock.now()
            busy = [
                job
                for job in jobs
                if job.state is JobState.RUNNING
                or (job.state in CLAIMABLE_STATES and job.due_at <= now)
            ]
            cut_off = await self._cut_off(jobs)
            if cut_off and not looked:
                # a line that would answer is opened; one that does not is told by its class
                looked = True
                if await self.shop.lines.look(by_hand=True):
                    continue
            if not busy or await self._all_held(busy) or {job.id for job in busy} <= cut_off:
                return jobs
            await asyncio.sleep(FOLLOW_S)

    async def served(self) -> bool:
        """Whether a living engine works on this database."""
        return await self.db.read(served)

    async def _jobs(self, job_ids: Sequence[int]) -> list[Job]:
        found = await self.db.read(queue.find, job_ids=list(job_ids))
        return sorted(found, key=lambda job: list(job_ids).index(job.id))

    async def _cut_off(self, jobs: Sequence[Job]) -> set[int]:
        """Which of these nobody can take up: their lines are closed, or their calls spent."""
        ids = [job.id for job in jobs if job.state in CLAIMABLE_STATES]
        return await self.db.read(lines_store.impassable, ids, self.clock.now())

    async def _all_held(self, busy: Sequence[Job]) -> bool:
        """Whether nobody can take up what still waits, because its accounts are held."""
        if any(job.state is JobState.RUNNING for job in busy):
            return False
        held = await self.db.read(holds.held_accounts)
        return {job.account_id for job in busy} <= held


@asynccontextmanager
async def open_runtime(
    home: Home,
    *,
    clock: Clock | None = None,
    vault: Vault | None = None,
    settings: Settings | None = None,
    machine: Callable[[], float] | None = None,
) -> AsyncIterator[Runtime]:
    """Open everything, hand it out, and close it in the reverse order.

    `machine` is the clock by which leases run, instead of the database's own. Raises `StoreFault`,
    and `UsageFault` for a settings file or a database address that cannot be used.
    """
    clock, vault = clock or SystemClock(), vault or KeyringVault()
    if settings is None:
        settings = await asyncio.to_thread(read_settings, home.settings)
    db = await open_store(home, settings, machine)
    log = start_log(home.log)
    lease_s = settings.engine.silence.total_seconds()
    lines = Lines(db, clock, new_owner(), is_dead, settings.network.ask, lease_s)
    adapters = Adapters(db, vault, settings, lines)
    shop = Shop(db, clock, adapters, settings, lines)
    engine = Engine(shop, settings.cadence_of, lease_s=lease_s)
    power = PowerWatch(
        db, clock, settings.cadence_of, partial(last_copy, home, clock, settings.backups)
    )
    late = partial(spooling.apply, home, shop, engine.nudge)
    engine.chores = [
        alert_watch(home, db, clock, vault, settings.alerts),
        disk_watch(home, db, clock),
        power.chore,
        forgetting(db, clock, settings.retention),
        Chore("typed", late, spooling.LOOK_S)
        if home.shared
        else rolling(home, clock, settings.backups),
    ]
    try:
        await late()
        with seldom_swept():
            yield Runtime(home, db, clock, vault, shop, engine, power)
    finally:
        await engine.stop()
        await power.close()
        await adapters.close()
        await lines.close()
        db.close()
        stop_log(log)
