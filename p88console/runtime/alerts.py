"""Tells people who are away what needs them: where to, what of, and how often at most."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from p88console.domain.alerting import Alert, alert_of
from p88console.domain.errors import UsageFault, VaultFault
from p88console.domain.notices import NoticeKind
from p88console.engine.chores import Chore
from p88console.providers.reading import zone_or_utc
from p88console.store.database.db import Database, Reading
from p88console.store.inbox import notices, watching
from p88console.store.tenancy.events import events
from p88console.store.windows import overview
from p88console.system import notifier
from p88console.system.clock import Clock
from p88console.system.home import Home
from p88console.system.settings import Alerts
from p88console.system.vault import Vault

LOOK_S = 15.0
"""Machine seconds between looks at what stands."""

BREAK_S = 4 * LOOK_S
"""A pause so long between two looks was a sleep: what it delayed is not overdue."""

log = logging.getLogger(__name__)

Deliver = Callable[[Mapping[str, str], Alert], list[str]]


def addresses(vault: Vault, home: Home) -> dict[str, str]:
    """Where alerts go, by name. Raises `VaultFault` where the keyring cannot be used."""
    try:
        return vault.get(_key(home))
    except VaultFault:
        vault.put(_key(home), {})  # tells an empty keyring from one that cannot be used
        return {}


def add(vault: Vault, home: Home, name: str, address: str) -> str:
    """Send alerts there too; returns the service's name. Raises `UsageFault`, `VaultFault`."""
    service = notifier.check(address)
    vault.put(_key(home), {**addresses(vault, home), name: address})
    return service


def remove(vault: Vault, home: Home, name: str) -> None:
    """Send alerts there no more. Raises `UsageFault` where there is no such name."""
    kept = addresses(vault, home)
    if kept.pop(name, None) is None:
        raise UsageFault(f"no alerts go to {name}", hint="see: p88console alert list")
    vault.put(_key(home), kept)


def _key(home: Home) -> str:
    return "alerts-" + hashlib.sha256(str(home.folder.resolve()).encode()).hexdigest()[:16]


class Watch:
    """Looks at what stands, keeps it as notices, and tells it in as few messages as will do."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Alerts,
        where_to: Callable[[], dict[str, str]],
        deliver: Deliver = notifier.deliver,
    ) -> None:
        self._db, self._clock, self._settings = db, clock, settings
        self._where_to, self._deliver = where_to, deliver
        self._awake_since = clock.now()
        self._looked_at = clock.steady()
        self._suspected: set[str] = set()

    async def look(self) -> None:
        """Note what began and what is over, and tell those who are away."""
        now, steady = self._clock.now(), self._clock.steady()
        if steady - self._looked_at > BREAK_S:
            self._awake_since = now
        self._looked_at = steady
        found = await self._db.read(watching.stands, self._awake_since, now)
        standing = {one.key for one in await self._db.read(notices.standing)}
        # what is overdue for one look alone is perhaps being done at this moment
        known = self._suspected | standing
        sure = [one for one in found if one.kind is not NoticeKind.OVERDUE or one.key in known]
        self._suspected = {one.key for one in found}
        await self._db.write(notices.mind, sure, watching.KINDS, now)
        await self._tell(now)

    async def _tell(self, now: datetime) -> None:
        last = await self._db.read(notices.last_told)
        if last is not None and last <= now < last + self._settings.pause:
            return
        if not await self._db.read(notices.untold, self._settings.kinds):
            return
        where_to = await asyncio.to_thread(self._where_to)
        if not where_to:
            return
        taken = await self._db.write(notices.take_untold, self._settings.kinds, now)
        if not taken:
            return
        local = await self._db.read(_local, now)
        failed = await asyncio.to_thread(self._deliver, where_to, alert_of(taken, local))
        if failed:
            log.warning("no alert could be sent to %s; it is tried again", ", ".join(failed))
        if len(failed) == len(where_to):
            await self._db.write(notices.put_back, taken)


def _local(connection: Reading, now: datetime) -> str:
    event = overview.nearest(events(connection), now)
    zone = zone_or_utc(event.timezone if event else "UTC")
    return f"{now.astimezone(zone):%H:%M:%S %Z}"


def alert_watch(home: Home, db: Database, clock: Clock, vault: Vault, settings: Alerts) -> Chore:
    """The chore that looks at what stands and tells it."""
    watch = Watch(db, clock, settings, partial(addresses, vault, home))
    return Chore("the alerts", watch.look, LOOK_S)
