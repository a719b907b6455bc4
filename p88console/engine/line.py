"""One account's line to its provider: whether a call may leave now, and what calls met."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from p88console.domain.errors import (
    Ambiguous,
    BudgetSpent,
    Call,
    NotSent,
    Portal,
    ProviderFault,
    StoreFault,
    Throttled,
    Transient,
)
from p88console.domain.network import Probe, Reach
from p88console.providers.base import CallLimits
from p88console.store.database.db import Database
from p88console.store.tenancy.tenants import AccountRow
from p88console.store.work import budgets
from p88console.store.work.budgets import Asked, Grant, Limits
from p88console.system.clock import Clock

log = logging.getLogger(__name__)

PROVED_S = 15.0
"""Machine seconds for which an answer proves who is there, where no certificate does."""

GRANTED_S = 1.0
"""Machine seconds after which the part of the slots is looked at again."""

IDLE_S = 0.5
"""Machine seconds without a call after which slots are given back."""

AT_ONCE = 25
"""Calls taken from the shared budget at most in one go."""

LEAST_S = 0.001
"""Race seconds that a wait for a call takes at least."""

SAMPLES = 9
"""Answers over which the difference of the clocks is taken."""


@dataclass(slots=True)
class Errand:
    """On whose behalf calls are made, and how many were."""

    by_hand: bool = True
    near: bool = False
    """Whether the work follows a gun of this very day."""
    calls: int = 0


ERRAND: ContextVar[Errand] = ContextVar("errand", default=Errand())  # noqa: B039  # calls outside
# of any job share one errand, whose count nobody reads


@dataclass(frozen=True, slots=True)
class Process:
    """Who holds slots: its name, whether another is known to be no more, when its own lapse."""

    owner: str
    is_dead: Callable[[str], bool] = lambda _: False
    lapse_s: float = budgets.SLOTS_LAPSE_S


class Line:
    """Asked before every call of one account and told after it: gate, budget and clock in one."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        process: Process,
        account: AccountRow,
        ask: Callable[[AccountRow], Awaitable[Probe]],
    ) -> None:
        """Make ready.

        Args:
            db: Where the budget is shared.
            clock: Race time, by which budgets fill.
            process: This one, as a holder of slots.
            account: Whose line it is.
            ask: Asks without credentials who answers.
        """
        self.account = account
        self.broken_off = 0
        self.told_offset_s: float | None = None
        self.needs_proof = account.base_url is not None and account.base_url.startswith("http:")
        self._db, self._clock, self._process = db, clock, process
        self._ask = ask
        self._proved_at = -math.inf
        self._asking = asyncio.Lock()
        self._taking = asyncio.Lock()
        self._freed = asyncio.Event()
        self._left = self._slots = self._in_flight = 0
        self._granted_at = -math.inf
        self._alone = True
        self._offsets: deque[float] = deque(maxlen=SAMPLES)
        self._idle: asyncio.TimerHandle | None = None
        self._staying: asyncio.Task[None] | None = None
        self._returning: set[asyncio.Task[None]] = set()

    @property
    def clock_offset_s(self) -> float | None:
        """The provider's clock minus ours in seconds, as its answers told; None before any."""
        return median(self._offsets) if self._offsets else None

    def doubt(self) -> None:
        """Somebody else answered somewhere: who is there has to be proved before the next call."""
        self._proved_at = -math.inf
        self.needs_proof = True

    async def take(self, call: Call, limits: CallLimits) -> None:
        """Let one call leave, now or in a moment.

        Raises `BudgetSpent` for a long wait, `NotSent` or `Portal` where the provider is not met.
        """
        await self._prove(call)
        async with self._taking:
            while not await self._granted(call, limits):
                pass
            self._left -= 1
            self._in_flight += 1
        if self._staying is None or self._staying.done():
            self._staying = asyncio.create_task(self._stay(), name="slots")
        ERRAND.get().calls += 1

    def give_back(self, fault: ProviderFault | None, server_time: datetime | None) -> None:
        """Take note of how a call went."""
        self._in_flight -= 1
        self._freed.set()
        match fault:
            case None:
                self.broken_off = 0
                self._proved_at = self._clock.steady()
                if server_time is not None:
                    now = self._clock.now()
                    # the header tells whole seconds: on average it is half a second old
                    self._offsets.append((server_time - now).total_seconds() + 0.5)
            case Throttled():
                self.broken_off = 0
            case NotSent() | Portal() | Transient() | Ambiguous():
                self.broken_off += 1
        if self._idle is not None:
            self._idle.cancel()
        delay = IDLE_S if self._alone else 0.0
        self._idle = asyncio.get_running_loop().call_later(delay, self._let_go)

    async def close(self) -> None:
        """Give back what is not used."""
        if self._idle is not None:
            self._idle.cancel()
        if self._staying is not None:
            self._staying.cancel()
        self._let_go()
        await asyncio.gather(*self._returning, return_exceptions=True)

    async def _prove(self, call: Call) -> None:
        """Ask without credentials who is there, where neither a certificate nor a call says so."""
        if not self.needs_proof or self._clock.steady() - self._proved_at < PROVED_S:
            return
        async with self._asking:
            if self._clock.steady() - self._proved_at < PROVED_S:
                return
            probe = await self._ask(self.account)
            if probe.reach in (Reach.THEIRS, Reach.BROKEN):
                self._proved_at = self._clock.steady()
                return
        title = self.account.provider.title
        if probe.reach is Reach.FOREIGN:
            raise Portal(
                call,
                f"somebody else answers for {title}",
                f"{call}: a page where {title} was asked without credentials; none were sent",
                "a sign-in page of the venue's network? open a browser; the work waits",
            )
        raise NotSent(
            call,
            f"{title} cannot be reached",
            f"{call}: asked without credentials and met as {probe.reach.value}",
            "the work waits and goes on by itself when the network is back",
        )

    async def _granted(self, call: Call, limits: CallLimits) -> bool:
        """Whether one more call may leave; asks the shared budget where that is not known."""
        fresh = self._clock.steady() - self._granted_at < GRANTED_S
        if fresh and self._left and self._in_flight < self._slots:
            return True
        if fresh and self._left and self._in_flight:
            await self._wait_for_slot()
            return False
        grant = await self._ask_for_more(limits)
        if grant.spent and not self._left:
            raise BudgetSpent(
                call,
                f"the calls of this hour are used up for {self.account.provider.title}",
                f"{limits.per_hour} calls an hour are allowed to {self.account.label}",
                "it goes on by itself; what you ask for by hand goes first",
                retry_after_s=grant.wait_s,
            )
        if grant.calls or (self._left and self._in_flight < self._slots):
            return True
        if grant.wait_s:
            await self._clock.sleep(max(LEAST_S, grant.wait_s))
        else:
            await self._wait_for_slot()
        return False

    async def _ask_for_more(self, limits: CallLimits) -> Grant:
        wanted = max(1, min(AT_ONCE, math.ceil(limits.per_second / 2)) - self._left)
        errand, me = ERRAND.get(), self._process
        asked = Asked(
            me.owner,
            wanted,
            self._in_flight,
            errand.by_hand,
            me.is_dead,
            me.lapse_s,
            errand.near,
        )
        grant = await self._db.write(
            budgets.grant,
            self.account.id,
            Limits(limits.concurrent, limits.per_second, limits.per_hour),
            asked,
            self._clock.now(),
        )
        self._left += grant.calls
        self._slots, self._alone, self._granted_at = grant.slots, grant.alone, self._clock.steady()
        return grant

    async def _wait_for_slot(self) -> None:
        """Until a call of this process ends, or another process may have given a slot back."""
        self._freed.clear()
        try:
            await asyncio.wait_for(self._freed.wait(), 0.05 if self._in_flight < 1 else GRANTED_S)
        except TimeoutError:
            return

    async def _stay(self) -> None:
        """Keep the slots of calls that take long, so that nobody takes them for a silent one's."""
        me = self._process
        await asyncio.sleep(me.lapse_s / 3)
        while self._in_flight:
            slots = max(self._slots, self._in_flight)
            try:
                await self._db.write(
                    budgets.keep_slots, self.account.id, me.owner, slots, me.lapse_s
                )
            except StoreFault as fault:
                log.warning("the slots could not be kept: %s", fault)
            await asyncio.sleep(me.lapse_s / 3)

    def _let_go(self) -> None:
        """Give slots and calls back that are not needed at this moment."""
        self._idle = None
        unused, self._left = self._left, 0
        self._granted_at = -math.inf
        if not unused and not self._slots:
            return
        self._slots = self._in_flight
        returning = asyncio.ensure_future(
            self._db.write(
                budgets.give_back,
                self.account.id,
                self._process.owner,
                unused,
                self._in_flight,
            )
        )
        self._returning.add(returning)
        returning.add_done_callback(self._returned)

    def _returned(self, task: asyncio.Task[None]) -> None:
        self._returning.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.warning("slots were not given back, and lapse: %s", fault)
