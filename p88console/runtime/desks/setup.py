"""Setting up from the console: the same doors as the commands, told in its words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from p88console.domain.doctor import Check
from p88console.domain.errors import (
    ProviderFault,
    Rejected,
    Unauthorized,
    UsageFault,
)
from p88console.domain.jobs import Operator, Trigger
from p88console.runtime import backups, syncs, tenancy
from p88console.runtime.doctor import ASK_S, examine
from p88console.runtime.runtime import Runtime
from p88console.store.database import backup
from p88console.store.tenancy import events, tenants
from p88console.store.tenancy.events import EventRow
from p88console.store.tenancy.tenants import AccountRow, PartnerRow
from p88console.store.windows import overview
from p88console.store.windows.board import Lane
from p88console.store.windows.setup_rows import AccountWish, SetupRow, Thing


class RuntimeSetup:
    """Partners, accounts, events and links."""

    def __init__(self, runtime: Runtime, operator: Operator) -> None:
        self._runtime = runtime
        self._operator = operator
        self._db = runtime.db

    async def rows(self) -> Sequence[SetupRow]:
        """Everything that is set up: accounts, then events, then partners."""
        partners = {row.id: row for row in await self._db.read(tenants.partners)}
        accounts = {row.id: row for row in await self._db.read(tenants.accounts)}
        lanes = await self._db.read(overview.lanes, self._runtime.clock.now())
        mirrored = await self._db.read(events.events)
        return [
            *(_account(accounts[lane.account_id], lane, partners) for lane in lanes),
            *(_event(event, accounts) for event in mirrored),
            *(_partner(partner, accounts.values()) for partner in partners.values()),
        ]

    async def add_partner(self, name: str) -> str:
        """Add a timing partner; says what it did."""
        partner = await tenancy.add_partner(self._runtime, name.strip())
        return f"{partner.name} is a timing partner now"

    async def add_account(self, wish: AccountWish) -> str:
        """Add an account, try it with one harmless call, and read its events; says how it went.

        An account that the provider refuses is not kept. Raises what `tenancy.add_account` and
        the test call raise.
        """
        partner = await self._partner(wish.partner)
        account = await tenancy.add_account(
            self._runtime,
            partner.id,
            wish.provider,
            wish.secrets,
            label=wish.label.strip() or None,
            base_url=wish.base_url.strip() or None,
            options=wish.options,
        )
        try:
            told = await self.test(account.id)
        except (Unauthorized, Rejected):
            await tenancy.remove_account(self._runtime, account.id)
            raise
        except ProviderFault as fault:
            return f"{account.label} is added; its test call did not get through: {fault.title}"
        await syncs.discover(self._runtime, account.id, Trigger.OPERATOR, self._operator)
        return f"{account.label} works: {told}; its events are being read"

    async def _partner(self, name: str) -> PartnerRow:
        wanted = name.strip()
        for partner in await self._db.read(tenants.partners):
            if partner.name.casefold() == wanted.casefold():
                return partner
        return await tenancy.add_partner(self._runtime, wanted)

    async def renew(self, account_id: int, secrets: Mapping[str, str]) -> str:
        """Give an account other secrets and try them; says how it went."""
        account = await tenancy.set_secrets(self._runtime, account_id, secrets)
        return f"{account.label} has its secrets; {await self.test(account_id)}"

    async def test(self, account_id: int) -> str:
        """Make one harmless call; says what was told."""
        told, offset = await asyncio.wait_for(
            tenancy.test_account(self._runtime, account_id), ASK_S
        )
        clock = "" if offset is None else f", clock {offset:+.1f} s"
        return f"{told}{clock}"

    async def remove(self, account_id: int) -> str:
        """Take an account out of use and forget its secrets; says what it did."""
        account = await tenancy.remove_account(self._runtime, account_id)
        return f"{account.label} is out of use, its secrets are forgotten"

    async def discover(self, account_id: int) -> str:
        """Queue the reading of an account's events; says what it did."""
        queued = await syncs.discover(self._runtime, account_id, Trigger.OPERATOR, self._operator)
        return f"{'reading' if queued.created else 'already reading'} events as #{queued.job_id}"

    async def link(self, event_id: int, account_id: int, remote: str, races: str) -> str:
        """Tie an event to a scoring event; `races` maps them as `HERE=THERE, …`."""
        linked = await tenancy.link_event(
            self._runtime, event_id, account_id, remote.strip(), race_map=_race_map(races)
        )
        link = linked.links[-1]
        unmapped = [race.name for race in linked.races if race.id not in link.races]
        missing = f"; ✗ mapped to none: {', '.join(unmapped)}" if unmapped else ""
        return f"{linked.name} is linked to {link.remote_name}{missing}"

    async def doctor(self) -> Sequence[Check]:
        """The go / no-go page, everybody asked at this moment."""
        return await examine(self._runtime)

    async def backup(self) -> str:
        """Copy the database into one file; says where it is."""
        runtime = self._runtime
        file, rows = await asyncio.to_thread(backups.make_backup, runtime.home, runtime.clock)
        return f"{rows:,} rows are in {file}"

    async def check_backup(self, file: str) -> str:
        """The path of a sound backup. Raises `UsageFault` for anything else."""
        if self._runtime.home.shared:
            raise UsageFault("a shared database is not restored from here")
        return await asyncio.to_thread(_sound, file)


def _sound(file: str) -> str:
    path = Path(file.strip()).expanduser().resolve()
    backup.check(path)
    return str(path)


def _race_map(races: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in races.split(",") if pair.strip()]
    wrong = [here for here, between, there in pairs if not (between and there.strip())]
    if wrong:
        raise UsageFault(f"{wrong[0].strip()!r} is no race map", "write HERE=THERE, HERE=THERE")
    return {here.strip(): there.strip() for here, _, there in pairs}


def _account(row: AccountRow, lane: Lane, partners: Mapping[int, PartnerRow]) -> SetupRow:
    offset = lane.clock_offset_s
    left = lane.calls_left
    told = (
        ("Partner", partners[row.partner_id].name),
        ("Host", row.base_url or "the provider's own"),
        *((name, value) for name, value in row.options.items()),
        ("Held", row.held_reason or ""),
        ("Trouble", str((lane.error or {}).get("title", ""))),
        ("Clock", "" if offset is None else f"{offset:+.1f} s from ours"),
        ("Calls left", "" if left is None else f"{left:,} this hour"),
        ("Secrets", "in the keyring of this machine"),
    )
    about = partners[row.partner_id].name
    return SetupRow(Thing.ACCOUNT, row.id, row.label, row.provider, lane.state, about, told)


def _event(row: EventRow, accounts: Mapping[int, AccountRow]) -> SetupRow:
    state = "linked" if row.links else "unlinked" if row.provider.registers else "scoring"
    account = accounts.get(row.account_id)
    told: list[tuple[str, str]] = [
        ("Account", account.label if account else "out of use"),
        ("There", row.provider_event_id),
        ("Zone", row.timezone),
        *(("Race", f"{race.name}, gun {_gun(row, race.starts_at)}") for race in row.races),
    ]
    for link in row.links:
        told.append(("Linked to", f"{link.provider.title} · {link.remote_name}"))
        names = {race.id: race.name for race in row.races}
        told += [
            ("", f"{names[its_id]} = {there or its_remote}")
            for its_id, (its_remote, there) in link.races.items()
            if its_id in names
        ]
        unmapped = [name for its_id, name in names.items() if its_id not in link.races]
        told += [("Not mapped", ", ".join(unmapped))] if unmapped else []
    there = ", ".join(link.provider.title for link in row.links)
    about = f"→ {there}" if there else ""
    return SetupRow(
        Thing.EVENT,
        row.id,
        row.name,
        row.provider,
        state,
        about,
        tuple(told),
        account_id=row.account_id,
        remote_id=row.provider_event_id,
    )


def _gun(event: EventRow, starts_at: datetime | None) -> str:
    if starts_at is None:
        return "unknown"
    return f"{starts_at.astimezone(ZoneInfo(event.timezone)):%a %d %b %H:%M %Z}"


def _partner(row: PartnerRow, accounts: Iterable[AccountRow]) -> SetupRow:
    own = [account for account in accounts if account.partner_id == row.id]
    count = f"{len(own)} account{'' if len(own) == 1 else 's'}"
    told = tuple((account.provider.title, account.label) for account in own)
    return SetupRow(Thing.PARTNER, row.id, row.name, about=count, told=told)
