"""Claims due jobs, works on them under a lease, settles them by the outcome of their fault."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime

from p88console.domain.errors import P88Error, Portal, StoreFault, StoreLost
from p88console.domain.jobs import Direction, Job, Operation, Priority
from p88console.domain.outcome import WaitForSecrets, decide
from p88console.engine.line import ERRAND, Errand
from p88console.engine.publish import push_results
from p88console.engine.pull import pull_events
from p88console.engine.push import push_participants
from p88console.engine.registrations import pull_participants
from p88console.engine.results import pull_results
from p88console.engine.shop import LeaseLost, Shop, Ticket
from p88console.store.tenancy import tenants
from p88console.store.work import claims, leases, settle, turns
from p88console.store.work.nearness import is_near
from p88console.store.work.settle import Attempt
from p88console.store.work.turns import Wanted

LEASE_S = 30.0
"""Machine seconds for which a claim, or an engine, counts as alive without a heartbeat."""

SLOTS, OF_ONE_ACCOUNT = 10, 2
"""How many jobs are worked on at once, and how many of them may call the same account."""

HEARTBEATS = 1 / 3
"""How much of a lease passes between two heartbeats."""

BARRED_S = 30.0
"""Machine seconds for which jobs whose secrets are not in this keyring are left to others."""

IDLE_S = 2.0
"""Machine seconds after which the queue is looked at even when nobody called."""

MOVED_S = 0.5
"""Seconds by which a clock's difference has to change before it is written down again."""

WORK: dict[tuple[Operation, Direction], Callable[[Ticket], Coroutine[None, None, None]]] = {
    (Operation.EVENTS, Direction.PULL): pull_events,
    (Operation.PARTICIPANTS, Direction.PULL): pull_participants,
    (Operation.PARTICIPANTS, Direction.PUSH): push_participants,
    (Operation.RESULTS, Direction.PULL): pull_results,
    (Operation.RESULTS, Direction.PUSH): push_results,
}

log = logging.getLogger(__name__)


class Worker:
    """Works on up to `slots` jobs at once until it is told to stop."""

    def __init__(
        self,
        shop: Shop,
        owner: str,
        slots: int = SLOTS,
        *,
        lease_s: float = LEASE_S,
        stuck: Callable[[StoreLost], None] = lambda _: None,
    ) -> None:
        self.shop = shop
        self.owner = owner
        self._lease_s = lease_s
        self._slots = slots
        self._nudged = asyncio.Event()
        self._stopping = asyncio.Event()
        self._chance = random.SystemRandom()
        self._barred: dict[int, float] = {}
        self._stuck = stuck
        self._running: dict[asyncio.Task[None], int] = {}
        """What is under way, and which account it calls."""
        self._resting = False

    def nudge(self) -> None:
        """Say that there may be work; to be called on the event loop."""
        self._nudged.set()

    def stop(self) -> None:
        """Claim nothing more; what runs may finish."""
        self._stopping.set()
        self._nudged.set()

    async def run(self, grace_s: float = 10.0) -> None:
        """Work until stopped; then let running jobs finish for `grace_s` machine seconds."""
        try:
            while not self._stopping.is_set():
                self._nudged.clear()
                try:
                    await self._fill()
                    pause = await self._until_next()
                except StoreLost as fault:
                    self._stuck(fault)
                    pause = IDLE_S
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._nudged.wait(), pause)
            if self._running:
                await asyncio.wait(self._running, timeout=grace_s)
        finally:
            await self._interrupt()

    async def _interrupt(self) -> None:
        """Hand back whatever runs: what was sent and not heard of is verified first."""
        await asyncio.sleep(0)  # what was taken up just now begins: else nobody would hand it back
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def rest(self) -> None:
        """Hand back whatever runs and take nothing up until `resume`."""
        self._resting = True
        await self._interrupt()

    def resume(self) -> None:
        """Take up what is due again."""
        self._resting = False
        self.nudge()

    async def _fill(self) -> None:
        """Take up due jobs while there is room."""
        while not self._resting and len(self._running) < self._slots:
            ticket = await self.claim()
            if ticket is None:
                return
            self._take_up(ticket)

    def _take_up(self, ticket: Ticket) -> None:
        """Work on a job beside the others, and on the next after it."""
        task = asyncio.create_task(self.work(ticket, go_on=True), name=f"job-{ticket.job.id}")
        self._running[task] = ticket.job.account_id
        task.add_done_callback(self._running.pop)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Look for more work; a job that could not be settled is rescued when its lease ends."""
        self._nudged.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("%s could not be settled", task.get_name(), exc_info=task.exception())

    async def _until_next(self) -> float:
        """Machine seconds until the next job is due, at most the idle time."""
        now = self.shop.clock.now()
        due = await self.shop.db.read(claims.next_due, now, self._barred_now())
        if due is None:
            return IDLE_S
        wait = (due - self.shop.clock.now()).total_seconds() / self.shop.clock.speed
        # a job that is due but barred by a running one of its event is looked for again soon
        return min(IDLE_S, max(0.1, wait))

    async def run_only(self, job_ids: Sequence[int]) -> None:
        """Work on these jobs, as far as they are due now, one after the other."""
        while ticket := await self.claim(job_ids):
            await self.work(ticket)

    async def claim(self, only: Sequence[int] | None = None) -> Ticket | None:
        """Take the most urgent due job, or one of these."""
        wanted, now = self._wanted(), self.shop.clock.now()
        claimed = await self.shop.db.write(
            claims.claim, wanted.owner, now, wanted.lease_s, only, wanted.barred
        )
        return None if claimed is None else self._ticket(*claimed, wanted)

    def _wanted(self, ending: Job | None = None) -> Wanted:
        """The next claim, under a name of its own: an old task of this process cannot settle it."""
        owner = f"{self.owner}:{secrets.token_hex(4)}"
        return Wanted(owner, self._lease_s, self._barred_now(ending))

    def _ticket(self, job: Job, history_id: int, wanted: Wanted) -> Ticket:
        errand = Errand(by_hand=job.priority == Priority.MANUAL)
        return Ticket(self.shop, job, history_id, wanted.owner, errand)

    def _busy(self, ending: Job | None) -> list[int]:
        """Accounts of which nothing more is taken up just now; the job that ends counts no more.

        So one that answers slowly, or whose calls are few, never holds up everybody else.
        """
        busy = Counter(self._running.values())
        if ending is not None:
            busy[ending.account_id] -= 1
        return [account_id for account_id, jobs in busy.items() if jobs >= OF_ONE_ACCOUNT]

    def _barred_now(self, ending: Job | None = None) -> list[int]:
        """Accounts left alone: busy ones, and whose secrets were found to be lacking just now."""
        now = time.monotonic()
        self._barred = {account: until for account, until in self._barred.items() if until > now}
        return [*self._barred, *self._busy(ending)]

    async def work(self, ticket: Ticket, *, go_on: bool = False) -> None:
        """Work on one claimed job and settle it, whatever happens; take up the next if wanted."""
        ERRAND.set(ticket.errand)
        doing = asyncio.ensure_future(self._do(ticket))
        heartbeat = asyncio.create_task(self._keep_alive(ticket, doing))
        try:
            await doing
        except asyncio.CancelledError:
            if ticket.lost:
                log.warning("job %s was taken over while it ran", ticket.job.id)
                return
            doing.cancel()
            await asyncio.gather(doing, return_exceptions=True)
            await asyncio.shield(self._hand_back(ticket))
            raise
        except LeaseLost:
            log.warning("job %s was taken over", ticket.job.id)
        except P88Error as fault:
            await self._fail(ticket, fault)
        except Exception as fault:
            log.exception("job %s met an unexpected fault", ticket.job.id)
            unexpected = P88Error(
                "an unexpected fault of this program",
                f"{type(fault).__name__}: {fault}",
                "it is tried again by itself; the log has the details",
            )
            await self._fail(ticket, unexpected)
        else:
            await self._complete(ticket, go_on=go_on)
        finally:
            heartbeat.cancel()

    async def _do(self, ticket: Ticket) -> None:
        job = ticket.job
        ticket.errand.near = await self.shop.db.read(is_near, job.id, self.shop.clock.now())
        await WORK[job.operation, job.direction](ticket)

    async def _keep_alive(self, ticket: Ticket, doing: asyncio.Future[None]) -> None:
        """Renew the lease; once somebody else has or may have the job, stop working on it."""
        sure_until = time.monotonic() + self._lease_s
        while True:
            await asyncio.sleep(self._lease_s * HEARTBEATS)
            asked, kept = time.monotonic(), True
            try:
                # what could not be renewed in time may be another's by now: nothing more leaves
                async with asyncio.timeout(max(0.0, sure_until - asked)):
                    kept = await self.shop.db.write(
                        leases.extend_lease, ticket.job.id, ticket.owner, self._lease_s
                    )
                sure_until = asked + self._lease_s
            except StoreFault as fault:
                log.warning("the lease of job %s could not be renewed: %s", ticket.job.id, fault)
            except TimeoutError:
                kept = False
            if not kept:
                ticket.lost = True
                doing.cancel()
                return

    async def _complete(self, ticket: Ticket, *, go_on: bool) -> None:
        attempt, now, remark = ticket.attempt(), self.shop.clock.now(), ticket.remark()
        if not go_on or self._at_rest or not await self._end_and_go_on(attempt, now, remark):
            await self.shop.db.write(settle.complete, attempt, now, remark)
        log.info("%s: done", _named(ticket.job))
        await self._note_health(ticket)

    @property
    def _at_rest(self) -> bool:
        """Whether nothing more is to be taken up."""
        return self._resting or self._stopping.is_set()

    async def _end_and_go_on(
        self, attempt: Attempt, now: datetime, remark: dict[str, str] | None
    ) -> bool:
        """Settle a job and take up the next by the same write; False where nothing was written.

        What was taken up while this was told to stop is handed back.
        """
        wanted = self._wanted(attempt.job)
        writing = asyncio.ensure_future(
            self.shop.db.write(turns.end_and_take, attempt, now, wanted, remark)
        )
        try:
            _, claimed = await asyncio.shield(writing)
        except asyncio.CancelledError:
            _, claimed = await writing
            if claimed is not None:
                await self._hand_back(self._ticket(*claimed, wanted))
            raise
        except StoreLost:
            raise
        except StoreFault as fault:
            log.warning("nothing could be taken up beside the end of a job: %s", fault)
            return False
        if claimed is not None:
            ticket = self._ticket(*claimed, wanted)
            if self._at_rest:
                await self._hand_back(ticket)
            else:
                self._take_up(ticket)
        return True

    async def _fail(self, ticket: Ticket, fault: P88Error) -> None:
        ticket.partial = ticket.partial or ticket.counts.received > 0
        account_id, lines = ticket.job.account_id, self.shop.lines
        theirs = isinstance(fault, Portal) and await lines.is_theirs(account_id)
        now, chance = self.shop.clock.now(), self._chance.random()
        shared = self.shop.db.shared
        outcome = decide(fault, ticket.job.attempt, now, chance, theirs=theirs, shared=shared)
        if isinstance(outcome, WaitForSecrets):
            self._barred[account_id] = time.monotonic() + BARRED_S
        line = lines.known(account_id)
        broken_off = line.broken_off if line is not None else 0
        await self.shop.db.write(
            settle.fail, ticket.attempt(), fault, outcome, now, broken_off=broken_off
        )
        log.warning("%s: %s", _named(ticket.job), fault)
        await self._note_health(ticket)
        lines.nudge()

    async def _note_health(self, ticket: Ticket) -> None:
        """Keep what the calls told about the account besides the work itself."""
        await self._note_clock(ticket)
        account_id, now = ticket.job.account_id, self.shop.clock.now()
        told = self.shop.adapters.warnings_of(account_id, now.date())
        if told is not None and told != await self.shop.db.read(tenants.warnings, account_id):
            await self.shop.db.write(tenants.note_warnings, account_id, told, now)

    async def _note_clock(self, ticket: Ticket) -> None:
        """Keep how far the provider's clock is from ours, where it has moved."""
        line = self.shop.lines.known(ticket.job.account_id)
        if line is None or line.clock_offset_s is None:
            return
        if line.told_offset_s is None or abs(line.clock_offset_s - line.told_offset_s) >= MOVED_S:
            line.told_offset_s = line.clock_offset_s
            now = self.shop.clock.now()
            await self.shop.db.write(
                tenants.note_clock_offset, ticket.job.account_id, line.clock_offset_s, now
            )

    async def _hand_back(self, ticket: Ticket) -> None:
        await self.shop.db.write(settle.hand_back, ticket.attempt(), self.shop.clock.now())


def _named(job: Job) -> str:
    return f"job {job.id} ({job.provider.value} {job.operation.value} {job.direction.value})"
