"""What an operator sets up: partners, accounts with their secrets, links between events."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Iterable, Mapping, Sequence

from p88console.domain.errors import NotOffered, Rejected, UsageFault
from p88console.domain.model import EventRecord, Provider
from p88console.engine.returns import taking_bibs
from p88console.providers.addresses import check_base_url
from p88console.providers.base import (
    AccountAccess,
    ReadsEvents,
    ReadsResults,
    TakesFiles,
    TakesParticipants,
    WarnsAhead,
)
from p88console.providers.registry import adapter_module
from p88console.runtime.runtime import Runtime
from p88console.store.tenancy import events, tenants
from p88console.store.tenancy.events import EventRow
from p88console.store.tenancy.tenants import AccountRow, PartnerRow
from p88console.store.work import holds
from p88console.store.work.outbox import WRITE_BACK

LINK_OPTIONS = frozenset({"race_uuid", WRITE_BACK, "results_code"})
"""Settings that belong to a link."""


async def add_partner(runtime: Runtime, name: str) -> PartnerRow:
    """Add a timing partner. Raises `UsageFault`."""
    return await runtime.db.write(tenants.add_partner, name, runtime.clock.now())


async def add_account(
    runtime: Runtime,
    partner_id: int,
    provider: Provider,
    secrets: Mapping[str, str],
    *,
    label: str | None = None,
    base_url: str | None = None,
    options: Mapping[str, str] | None = None,
) -> AccountRow:
    """Add an account; its secrets go to the vault and nowhere else.

    Raises `UsageFault` when something is missing or unknown, `VaultFault` without a keyring.
    """
    options, secrets = options or {}, tidy(secrets)
    for address in (base_url, *(options[name] for name in options if name.endswith("_url"))):
        if address is not None:
            check_base_url(address)
    adapter_module(provider).check(AccountAccess(provider, secrets, base_url, options))
    vault_key = randomness.token_hex(16)
    runtime.vault.put(vault_key, secrets)
    try:
        return await runtime.db.write(
            tenants.add_account,
            partner_id,
            provider,
            label=label or provider.title,
            base_url=base_url,
            options=options,
            vault_key=vault_key,
            now=runtime.clock.now(),
        )
    except Exception:
        runtime.vault.delete(vault_key)
        raise


async def set_secrets(runtime: Runtime, account_id: int, secrets: Mapping[str, str]) -> AccountRow:
    """Replace an account's secrets, and let it work again where it was held for them.

    Raises `UsageFault` when something is missing or unknown, `VaultFault` without a keyring.
    """
    account, secrets = await runtime.db.read(tenants.account, account_id), tidy(secrets)
    access = AccountAccess(account.provider, secrets, account.base_url, account.options)
    adapter_module(account.provider).check(access)
    runtime.vault.put(account.vault_key, secrets)
    if account.held_since is not None and account.held_reason != holds.BY_HAND:
        await runtime.db.write(holds.resume_account, account_id, runtime.clock.now())
        runtime.engine.nudge()
    else:
        await runtime.db.write(tenants.renew, account_id)
    return await runtime.db.read(tenants.account, account_id)


def tidy(secrets: Mapping[str, str]) -> dict[str, str]:
    """Secrets without the white space of a paste. Raises `UsageFault` for control characters."""
    trimmed = {name: value.strip() for name, value in secrets.items()}
    for name, value in trimmed.items():
        if not value.isprintable():
            raise UsageFault(f"{name} holds characters that cannot be typed", "paste it again")
    return trimmed


async def remove_account(runtime: Runtime, account_id: int) -> AccountRow:
    """Take an account out of use and forget its secrets; what it mirrored stays."""
    account = await runtime.db.read(tenants.account, account_id)
    await runtime.db.write(tenants.remove_account, account_id, runtime.clock.now())
    await runtime.shop.adapters.forget(account_id)
    runtime.vault.delete(account.vault_key)
    return account


async def test_account(runtime: Runtime, account_id: int) -> tuple[str, float | None]:
    """Make one harmless call: what it told, and the provider's clock minus ours in seconds.

    Raises a `ProviderFault` when the account does not work.
    """
    adapter = await runtime.shop.adapters.of(account_id)
    answer = await adapter.test()
    now, theirs = runtime.clock.now(), answer.server_time
    offset = None if theirs is None else (theirs - now).total_seconds()
    await runtime.db.write(tenants.note_clock_offset, account_id, offset, now)
    ahead = tuple(adapter.warnings(now.date())) if isinstance(adapter, WarnsAhead) else ()
    await runtime.db.write(tenants.note_warnings, account_id, ahead, now)
    return "; ".join([answer.detail, *ahead]), offset


async def link_event(
    runtime: Runtime,
    event_id: int,
    account_id: int,
    remote_event_id: str,
    *,
    race_map: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
) -> EventRow:
    """Tie an event to a scoring event, which is asked for there first.

    Where the account gives results and takes nobody, only results come from there.
    Races with equal names map by themselves; `race_map` adds or overrides, names or ids on both
    sides. Raises `UsageFault` for races that do not exist, `Rejected` for an event that does not.
    """
    event = await runtime.db.read(events.event, event_id)
    account = await runtime.db.read(tenants.account, account_id)
    adapter = await runtime.shop.adapters.of(account_id)
    takes_people = isinstance(adapter, TakesParticipants)
    offers = (TakesParticipants, TakesFiles, ReadsResults)
    if not isinstance(adapter, offers) or not isinstance(adapter, ReadsEvents):
        raise NotOffered(account.provider, "scoring")
    if account.partner_id != event.partner_id:
        raise UsageFault(
            f"{event.name} and {account.label} belong to different timing partners",
            "a partner sees only its own data",
        )
    strange = sorted(set(options or {}) - LINK_OPTIONS)
    if strange:
        raise UsageFault(
            f"unknown option: {', '.join(strange)}", f"known: {', '.join(sorted(LINK_OPTIONS))}"
        )
    await _check_write_back(runtime, event, (options or {}).get(WRITE_BACK))
    try:
        remote = await adapter.find_event(remote_event_id)
    except Rejected as fault:
        raise Rejected(
            fault.call,
            f"there is no event {remote_event_id!r} at {account.provider.title}",
            fault.detail,
            "the scoring event has to exist there first; its id is in its address",
        ) from None
    races = map_races(event, remote, race_map or {})
    await runtime.db.write(
        events.link,
        event_id,
        account_id,
        remote,
        races=races,
        options=options or {},
        now=runtime.clock.now(),
        takes_people=takes_people,
    )
    return await runtime.db.read(events.event, event_id)


async def _check_write_back(runtime: Runtime, event: EventRow, chosen: str | None) -> None:
    """Refuse what is neither on nor off, and on where the event's provider takes no bibs back."""
    if chosen not in (None, "on", "off"):
        raise UsageFault(f"{WRITE_BACK} cannot be {chosen!r}", "it is on or off")
    if chosen == "on":
        taking_bibs(await runtime.shop.adapters.of(event.account_id))


def map_races(
    event: EventRow, remote: EventRecord, race_map: Mapping[str, str]
) -> dict[int, tuple[str, str]]:
    """Which race here is which race there: equal names first, then as told."""
    there = {name.casefold(): race for race in remote.races for name in (race.name,)}
    there |= {race.provider_race_id.casefold(): race for race in remote.races}
    mapped: dict[int, tuple[str, str]] = {}
    for race in event.races:
        same = there.get(race.name.casefold().strip())
        if same is not None:
            mapped[race.id] = (same.provider_race_id, same.name)
    for here, remote_name in race_map.items():
        ours = [
            race
            for race in event.races
            if here.casefold() in (race.name.casefold(), race.provider_race_id, str(race.id))
        ]
        theirs = there.get(remote_name.casefold())
        if not ours:
            raise UsageFault(
                f"there is no race {here!r} in {event.name}", _names(r.name for r in event.races)
            )
        if theirs is None:
            raise UsageFault(
                f"there is no race {remote_name!r} in {remote.name}",
                _names(race.name for race in remote.races),
            )
        mapped[ours[0].id] = (theirs.provider_race_id, theirs.name)
    return mapped


def _names(names: Iterable[str]) -> str:
    return "there are: " + ", ".join(names)


async def account_rows(runtime: Runtime) -> Sequence[AccountRow]:
    """All accounts in use."""
    return await runtime.db.read(tenants.accounts)
