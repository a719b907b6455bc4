"""Looks at everything the night before: the facts behind the go / no-go page."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from collections.abc import Awaitable
from datetime import timedelta

from p88console.domain.doctor import (
    AccountFacts,
    Answered,
    Check,
    EventFacts,
    Facts,
    LinkFacts,
    Machine,
    judge,
)
from p88console.domain.errors import P88Error, VaultFault
from p88console.engine.shop import VAULT_TIMEOUT_S
from p88console.providers.base import DoubtsTarget, HoldsToken, ReadsEvents, WarnsAhead
from p88console.runtime import tenancy
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.database.soundness import unsound
from p88console.store.inbox import questions as inbox
from p88console.store.people import bibs
from p88console.store.people import lists as people
from p88console.store.people.lists import Filter
from p88console.store.tenancy import events, tenants
from p88console.store.tenancy.events import EventRow, LinkRow
from p88console.store.tenancy.tenants import AccountRow
from p88console.store.windows import overview
from p88console.store.work import ledger
from p88console.system.sleep import stays_awake

AHEAD = timedelta(hours=36)
"""Events with a gun this near are looked at when none is named."""

ASK_S = 30.0
"""Machine seconds that a provider gets to answer."""


async def examine(runtime: Runtime, event_id: int | None = None) -> list[Check]:
    """Ask keyring, database, machine and every provider, and judge what was found.

    Raises `UsageFault` when there is no such event.
    """
    looked_at = await _events(runtime, event_id)
    accounts = await runtime.db.read(tenants.accounts)
    if event_id is not None:
        used = {looked_at[0].account_id, *(link.account_id for link in looked_at[0].links)}
        accounts = [account for account in accounts if account.id in used]
    machine = await _machine(runtime)  # the keyring alone first: it may have to be unlocked
    asked, found = await asyncio.gather(
        asyncio.gather(*(_account(runtime, account) for account in accounts)),
        asyncio.gather(*(_event(runtime, event) for event in looked_at)),
    )
    return judge(Facts(machine, tuple(asked), tuple(found)), runtime.clock.now())


async def _events(runtime: Runtime, event_id: int | None) -> list[EventRow]:
    if event_id is not None:
        return [await event_of(runtime, event_id)]
    now = runtime.clock.now()
    found = [row for row in await runtime.db.read(events.events) if row.provider.registers]
    near = [row for row in found if any(abs(gun - now) <= AHEAD for gun in row.moments)]
    nearest = overview.nearest(found, now)
    return near or ([nearest] if nearest else [])


async def _machine(runtime: Runtime) -> Machine:
    fault = await runtime.db.read(unsound)
    awake, told = await asyncio.to_thread(stays_awake)
    free = (await asyncio.to_thread(shutil.disk_usage, runtime.home.folder)).free
    return Machine(
        keyring=await _keyring(runtime),
        database=Answered(fault is None, fault or "sound"),
        free_bytes=free,
        stays_awake=awake,
        sleep_told=told,
        engine_runs=await runtime.served(),
        backup_age=await asyncio.to_thread(_backup_age, runtime),
    )


def _backup_age(runtime: Runtime) -> timedelta | None:
    made = [file.stat().st_mtime for file in runtime.home.backups.glob("*.db")]
    return timedelta(seconds=time.time() - max(made)) if made else None


async def _keyring(runtime: Runtime) -> Answered:
    """Whether something that is put into the keyring comes out again."""
    vault, key, probe = runtime.vault, f"doctor-{secrets.token_hex(8)}", {"probe": "probe"}

    def try_it() -> Answered:
        vault.put(key, probe)
        kept = vault.get(key) == probe
        vault.delete(key)
        return Answered(kept, "keeps secrets" if kept else "does not give back what it was given")

    try:
        return await asyncio.wait_for(asyncio.to_thread(try_it), VAULT_TIMEOUT_S)
    except VaultFault as fault:
        return Answered(False, str(fault), fault.hint)
    except TimeoutError:
        return Answered(False, "does not answer", "it may be waiting to be unlocked")


async def _account(runtime: Runtime, account: AccountRow) -> AccountFacts:
    offset = None

    async def test() -> str:
        nonlocal offset
        told, offset = await tenancy.test_account(runtime, account.id)
        return told

    answered = await _ask(test())
    until, warnings = None, tuple[str, ...]()
    try:
        adapter = await runtime.shop.adapters.of(account.id)
        if isinstance(adapter, HoldsToken):
            until = adapter.token_until
        if isinstance(adapter, WarnsAhead):
            warnings = tuple(adapter.warnings(runtime.clock.now().date()))
    except P88Error:
        pass  # the test call has told it already
    return AccountFacts(
        name=f"{account.id} ({account.label})",
        provider=account.provider,
        answered=answered,
        clock_offset_s=offset,
        held=account.held_reason if account.held_since else None,
        token_until=until,
        warnings=warnings,
    )


async def _event(runtime: Runtime, event: EventRow) -> EventFacts:
    read, rules = runtime.db.read, runtime.shop.settings.policy_of(event.id).bibs
    doubles = await read(bibs.duplicates, event.id, rules)
    waiting = await read(inbox.counts, event.id)
    unsent, _since = await read(ledger.unsent, event.id)
    active = await read(people.participants, event.id, only=Filter.ACTIVE)
    links = [link for link in event.links if event.provider.registers]
    return EventFacts(
        name=event.name,
        own=await _ask(_find(runtime, event.account_id, event.provider_event_id)),
        last_gun=max(event.guns, default=None),
        without_gun=tuple(race.name for race in event.races if race.starts_at is None),
        links=tuple([await _link(runtime, event, link) for link in links]),
        people=len(active),
        without_bib=sum(person.row["bib"] is None for person in active),
        duplicates=tuple(double.bib for double in doubles),
        unsent=unsent,
        waiting=sum(waiting.values()),
    )


async def _link(runtime: Runtime, event: EventRow, link: LinkRow) -> LinkFacts:
    return LinkFacts(
        name=f"{link.provider.title} {link.remote_name}",
        answered=await _ask(_find(runtime, link.account_id, link.remote_event_id)),
        unmapped=tuple(race.name for race in event.races if race.id not in link.races),
        doubt=await _doubt(runtime, link),
    )


async def _doubt(runtime: Runtime, link: LinkRow) -> tuple[str, str] | None:
    try:
        adapter = await runtime.shop.adapters.of(link.account_id)
    except P88Error:
        return None  # the account's own test call has told it already
    return adapter.doubt(link.options) if isinstance(adapter, DoubtsTarget) else None


async def _find(runtime: Runtime, account_id: int, provider_event_id: str) -> str:
    """Read one event, which shows that the account may."""
    adapter = await runtime.shop.adapters.of(account_id)
    if not isinstance(adapter, ReadsEvents):
        return "no events are read here"
    found = await adapter.find_event(provider_event_id)
    return f"readable: {found.name}"


async def _ask(question: Awaitable[str]) -> Answered:
    try:
        return Answered(True, await asyncio.wait_for(question, ASK_S))
    except P88Error as fault:
        return Answered(False, str(fault), fault.hint)
    except TimeoutError:
        return Answered(False, f"no answer in {ASK_S:.0f} s", "look at the network, then again")
