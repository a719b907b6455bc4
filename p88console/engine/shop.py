"""What every job needs at hand: database, clock, adapters; and the ticket of the job itself."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Concatenate, ParamSpec, TypeVar

from p88console.domain.errors import P88Error, RowFault, VaultFault
from p88console.domain.fingerprint import fingerprint
from p88console.domain.jobs import Counts, Job
from p88console.engine.line import Errand
from p88console.engine.lines import Lines
from p88console.providers.base import AccountAccess, Adapter, WarnsAhead
from p88console.providers.registry import open_adapter
from p88console.store.database.db import Database, Tx, alongside, is_alongside
from p88console.store.mirror.set_aside import SetAside
from p88console.store.tenancy import tenants
from p88console.store.tenancy.tenants import AccountRow
from p88console.store.work import leases
from p88console.store.work.settle import Attempt
from p88console.store.work.touched import Touched
from p88console.system.clock import Clock
from p88console.system.settings import Settings
from p88console.system.vault import Vault

VAULT_TIMEOUT_S = 20.0
"""Machine seconds; a desktop's keyring may wait for somebody to unlock it."""

P = ParamSpec("P")
T = TypeVar("T")

TOLD_S = 0.25
"""Machine seconds between two words on how far a job is."""

LISTED_ROWS = 20
"""Refused rows named in an attempt's error; the rest are counted."""


class Adapters:
    """One open adapter for each account, so that its limits are shared by all its jobs.

    Whoever sees to an account's secrets, in whatever process, has it opened anew everywhere.
    """

    def __init__(self, db: Database, vault: Vault, settings: Settings, lines: Lines) -> None:
        self._db = db
        self._lines = lines
        self._vault = vault
        self._settings = settings
        self._open: dict[int, Adapter] = {}
        self._renewals: dict[int, int] = {}
        self._opening = asyncio.Lock()

    async def of(self, account_id: int) -> Adapter:
        """The account's adapter. Raises `VaultFault` or `UsageFault`."""
        async with self._opening:
            account = await self._db.read(tenants.account, account_id)
            if self._renewals.get(account_id) != account.renewals:
                await self.forget(account_id)
            if account_id not in self._open:
                self._open[account_id] = open_adapter(await self._access(account))
                self._renewals[account_id] = account.renewals
            return self._open[account_id]

    async def _access(self, account: AccountRow) -> AccountAccess:
        secrets = await self._secrets(account.vault_key)
        limits = self._settings.limits.get(account.provider)

        async def keep(renewed: Mapping[str, str]) -> None:
            await asyncio.to_thread(self._vault.put, account.vault_key, {**secrets, **renewed})

        return AccountAccess(
            account.provider,
            secrets,
            account.base_url,
            account.options,
            wire=self._settings.wire.get(account.provider, {}),
            limits=limits.given if limits else {},
            budget=self._lines.of(account),
            keep=keep,
        )

    async def _secrets(self, vault_key: str) -> dict[str, str]:
        try:
            return await asyncio.wait_for(
                asyncio.to_thread(self._vault.get, vault_key), VAULT_TIMEOUT_S
            )
        except TimeoutError:
            raise VaultFault(
                "the keyring does not answer",
                f"nothing for {VAULT_TIMEOUT_S:.0f} s",
                "it may be waiting to be unlocked",
            ) from None

    def warnings_of(self, account_id: int, today: date) -> tuple[str, ...] | None:
        """What the account's operator should see to soon; None where no adapter is open for it."""
        adapter = self._open.get(account_id)
        if adapter is None:
            return None
        return tuple(adapter.warnings(today)) if isinstance(adapter, WarnsAhead) else ()

    async def forget(self, account_id: int) -> None:
        """Let go of an account's adapter."""
        adapter = self._open.pop(account_id, None)
        if adapter is not None:
            await adapter.close()

    async def close(self) -> None:
        """Let go of every connection."""
        for adapter in self._open.values():
            await adapter.close()
        self._open.clear()


@dataclass(frozen=True, slots=True)
class Shop:
    """What every job needs at hand."""

    db: Database
    clock: Clock
    adapters: Adapters
    settings: Settings
    lines: Lines


@dataclass(slots=True)
class Ticket:
    """A claimed job being worked on: what it did so far, and how far it is."""

    shop: Shop
    job: Job
    history_id: int
    owner: str
    errand: Errand = field(default_factory=Errand)
    counts: Counts = field(default_factory=Counts)
    partial: bool = False
    lost: bool = False
    """Somebody else has taken the job over; nothing more may be written for it."""
    touched: Touched = field(default_factory=Touched)
    refused_rows: list[str] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    """The same rows, as the inbox asks about them."""
    remarks: list[str] = field(default_factory=list)

    _told: float = -math.inf

    async def write(
        self, work: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(tx, …)` while the job is this claim's own; raises `LeaseLost` otherwise.

        So nobody who was cut off, or slept, writes down that something is about to be sent.
        """

        def held(tx: Tx) -> T:
            if not leases.holds(tx.connection, self.job.id, self.owner):
                raise LeaseLost("this job was taken over", f"job #{self.job.id}")
            return work(tx, *args, **kwargs)

        return await self.shop.db.write(alongside(held) if is_alongside(work) else held)

    async def progress(
        self, done: int, total: int | None, checkpoint: Mapping[str, Any] | None = None
    ) -> None:
        """Say how far the job is. Raises `LeaseLost` when somebody else has taken it over.

        What needs no checkpoint is told as often as somebody can see it.
        """
        if checkpoint is None and done != total and time.monotonic() - self._told < TOLD_S:
            return
        self._told = time.monotonic()
        kept = await self.shop.db.write(
            leases.report_progress, self.job.id, self.owner, done, total, dict(checkpoint or {})
        )
        if not kept:
            raise LeaseLost("this job was taken over", f"job #{self.job.id}")

    def refuse_row(self, fault: RowFault, row: object, row_id: str | None = None) -> None:
        """Set a row aside that cannot be understood; the rest of its page goes on."""
        self.counts += Counts(refused=1)
        told = f"{fault.field}: {fault.detail} in {str(row)[:120]}"
        self.touched.say("refused", told)
        self.set_aside.append(SetAside(row_id or fingerprint(str(row)), told))
        if len(self.refused_rows) < LISTED_ROWS:
            self.refused_rows.append(told)

    def attempt(self) -> Attempt:
        """The attempt as it stands, for settling."""
        return Attempt(
            self.job,
            self.history_id,
            self.owner,
            self.counts,
            self.partial,
            self.touched,
            self.errand.calls,
        )

    def remark(self) -> dict[str, str] | None:
        """What a completed attempt still has to tell."""
        told = list(self.remarks)
        if self.refused_rows:
            told.append(f"rows were set aside: {'; '.join(self.refused_rows)}")
        if not told:
            return None
        remark = P88Error(told[0].split(":")[0], "; ".join(told), "see to it, then sync again")
        return remark.as_dict() | {"code": "needs_person"}


class LeaseLost(P88Error):
    """Somebody else works on this job now; nothing more may be written for it."""

    code = "lease_lost"
