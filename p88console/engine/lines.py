"""All lines of this process, and the one prober that finds out what keeps work from leaving."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from p88console.domain.errors import StoreLost
from p88console.domain.network import Probe, Reach
from p88console.domain.outcome import NETWORK_PROBE
from p88console.engine.line import Line, Process
from p88console.providers import probes
from p88console.store.database.db import Database
from p88console.store.tenancy import tenants
from p88console.store.tenancy.tenants import AccountRow
from p88console.store.work import lines
from p88console.store.work.budgets import SLOTS_LAPSE_S
from p88console.system.clock import Clock

PROBE_AT_LEAST_S = 0.25
"""Machine seconds between probes, whatever the speed of the race clock."""


class Lines:
    """One line for each account, and probes of all of them at once."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        owner: str,
        is_dead: Callable[[str], bool],
        neutral: str | None = None,
        lapse_s: float = SLOTS_LAPSE_S,
    ) -> None:
        """Make ready.

        Args:
            db: Where lines, budgets and the network's class are kept.
            clock: Race time.
            owner: This process.
            is_dead: Whether another process is known to be no more.
            neutral: An address that is nobody's provider, asked beside them; None for none.
            lapse_s: Machine seconds after which a silent process's slots are free.
        """
        self._db, self._clock, self._neutral = db, clock, neutral
        self._process = Process(owner, is_dead, lapse_s)
        self._lines: dict[int, Line] = {}
        self._looking = asyncio.Lock()
        self._nudged = asyncio.Event()
        self._by_hand = False

    def of(self, account: AccountRow) -> Line:
        """The account's line."""
        line = self._lines.get(account.id)
        if line is None or line.account != account:
            line = Line(self._db, self._clock, self._process, account, ask)
            self._lines[account.id] = line
        return line

    def known(self, account_id: int) -> Line | None:
        """The account's line, if it was ever used here."""
        return self._lines.get(account_id)

    async def is_theirs(self, account_id: int) -> bool:
        """Whether the provider itself answers, right after somebody else seemed to.

        Until that is known of each, nothing with credentials leaves for any provider.
        """
        for line in self._lines.values():
            line.doubt()
        account = await self._db.read(tenants.account, account_id)
        return (await ask(account)).reach is Reach.THEIRS

    def nudge(self, *, by_hand: bool = False) -> None:
        """Say that a line may just have closed, or that somebody wants a closed one tried now.

        To be called on the event loop.
        """
        self._by_hand = self._by_hand or by_hand
        self._nudged.set()

    async def look(self, *, by_hand: bool = False) -> bool:
        """Ask every provider without credentials who answers; says whether a line was opened."""
        async with self._looking:
            accounts = await self._db.read(tenants.accounts)
            places = {probes.place_of(one.provider, one.base_url): one for one in accounts}
            asked = [ask(one) for one in places.values()]
            if self._neutral is not None:
                asked.append(probes.ask_at(self._neutral))
            met = await asyncio.gather(*asked)
            there = dict(zip(places, met, strict=False))
            found = {one.id: there[probes.place_of(one.provider, one.base_url)] for one in accounts}
            neutral = met[-1] if self._neutral is not None else None
            opened = await self._db.write(
                lines.probed, found, neutral, self._clock.now(), by_hand=by_hand
            )
        return bool(opened)

    async def look_if_closed(self, *, by_hand: bool = True) -> bool:
        """Probe if any line is closed; says whether one was opened."""
        return await self._db.read(lines.any_closed) and await self.look(by_hand=by_hand)

    async def watch(
        self, opened: Callable[[], None], stuck: Callable[[StoreLost], None] = lambda _: None
    ) -> None:
        """Probe while any line is closed, until cancelled; calls `opened` when one opens.

        It looks soon after a fault, then every few seconds; while all is well nothing is asked.
        Where the database cannot be used nothing is probed either, and `stuck` is called.
        """
        every = max(PROBE_AT_LEAST_S, NETWORK_PROBE.total_seconds() / self._clock.speed)
        while True:
            try:
                if await self.look_if_closed(by_hand=self._by_hand):
                    opened()
            except StoreLost as fault:
                stuck(fault)
            self._by_hand = False
            try:
                await asyncio.wait_for(self._nudged.wait(), every)
            except TimeoutError:
                continue
            self._nudged.clear()

    async def close(self) -> None:
        """Give back what is not used."""
        for line in self._lines.values():
            await line.close()


async def ask(account: AccountRow) -> Probe:
    """Ask the account's provider without credentials who answers."""
    return await probes.ask(account.provider, account.base_url)
