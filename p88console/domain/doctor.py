"""The night-before check: facts about machine, accounts and events judged as go or no-go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from p88console.domain.model import Provider

CLOCK_WARNING, CLOCK_FAILING = timedelta(seconds=2), timedelta(seconds=30)
"""How far a provider's clock may be from ours: results and watermarks are read by it."""

DISK_WARNING, DISK_FAILING = 2_000_000_000, 300_000_000
"""Bytes free where the home folder lies: a large race needs some 200 MB, backups the rest."""

BACKUP_AGE = timedelta(days=1)

ENFORCED_FROM = {Provider.RUNSIGNUP: date(2027, 1, 1)}
"""The day from which a provider refuses what its adapter has warned of."""


class Level(StrEnum):
    """What a finding means for tomorrow morning."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARNING = "warning"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the page: what was looked at, how it is, what mends it."""

    name: str
    level: Level
    detail: str
    fix: str = ""

    @property
    def ok(self) -> bool:
        """Whether this alone is no reason to stay at home."""
        return self.level is not Level.FAILING


@dataclass(frozen=True, slots=True)
class Answered:
    """What asking somebody came to: whether it worked, and what was told."""

    ok: bool
    told: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """This laptop. `stays_awake` is None where nothing could be learned about it."""

    keyring: Answered
    database: Answered
    free_bytes: int
    stays_awake: bool | None
    sleep_told: str
    engine_runs: bool
    backup_age: timedelta | None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account, asked just now; `token_until` is None where no token was ever needed."""

    name: str
    provider: Provider
    answered: Answered
    clock_offset_s: float | None = None
    held: str | None = None
    token_until: datetime | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """One link, its event asked for at the far side just now."""

    name: str
    answered: Answered
    unmapped: tuple[str, ...] = ()
    doubt: tuple[str, str] | None = None
    """Why people may not be taken there, and what mends it."""


@dataclass(frozen=True, slots=True)
class EventFacts:
    """One event to be timed; `own` is what its registration provider said when asked for it."""

    name: str
    own: Answered
    last_gun: datetime | None
    without_gun: tuple[str, ...] = ()
    links: tuple[LinkFacts, ...] = ()
    people: int = 0
    without_bib: int = 0
    duplicates: tuple[str, ...] = ()
    unsent: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was looked at."""

    machine: Machine
    accounts: tuple[AccountFacts, ...] = ()
    events: tuple[EventFacts, ...] = field(default=())


def judge(facts: Facts, now: datetime) -> list[Check]:
    """The whole page, in the order in which a person would mend things."""
    guns = [event.last_gun for event in facts.events if event.last_gun is not None]
    found = [*_machine(facts.machine)]
    for account in facts.accounts:
        found += _account(account, max(guns, default=None), now)
    if not facts.events:
        found.append(
            Check("events", Level.WARNING, "no event is known", "p88console sync events --account")
        )
    for event in facts.events:
        found += _event(event)
    return found


def is_go(checks: Sequence[Check]) -> bool:
    """Whether nothing stands in the way."""
    return all(check.ok for check in checks)


def _asked(name: str, answered: Answered, fix: str) -> Check:
    level = Level.OK if answered.ok else Level.FAILING
    return Check(name, level, answered.told, "" if answered.ok else answered.hint or fix)


def _limit(name: str, level: Level, detail: str, fix: str) -> Check:
    return Check(name, level, detail, "" if level is Level.OK else fix)


def _machine(machine: Machine) -> Iterator[Check]:
    yield _asked("keyring", machine.keyring, "unlock it, or keep secrets for this session only")
    yield _asked("database", machine.database, "restore the newest backup: p88console restore")
    free = machine.free_bytes
    full = Level.FAILING if free < DISK_FAILING else Level.WARNING
    level = Level.OK if free >= DISK_WARNING else full
    yield _limit("disk", level, f"{free / 1e9:.1f} GB free", "make room where the home folder lies")
    awake = {True: Level.OK, False: Level.WARNING, None: Level.UNKNOWN}[machine.stays_awake]
    fix = "keep it awake on mains power with the lid open, and look yourself"
    yield _limit("sleep", awake, machine.sleep_told, fix)
    yield _limit(
        "engine",
        Level.OK if machine.engine_runs else Level.WARNING,
        "it runs" if machine.engine_runs else "nobody runs it: nothing is synced by itself",
        "open the console, or start the service: p88console engine",
    )
    age = machine.backup_age
    fresh = age is not None and age <= BACKUP_AGE
    told = "none yet" if age is None else f"the newest is {age.total_seconds() / 3600:.0f} h old"
    yield _limit("backup", Level.OK if fresh else Level.WARNING, told, "p88console backup -o FILE")


def _account(account: AccountFacts, last_gun: datetime | None, now: datetime) -> Iterator[Check]:
    name = f"account {account.name}"
    if account.held is not None:
        yield Check(name, Level.FAILING, f"held: {account.held}", "mend it, then: queue resume")
    else:
        yield _asked(name, account.answered, "p88console account test ID")
    offset = account.clock_offset_s
    if offset is not None:
        away = timedelta(seconds=abs(offset))
        wrong = Level.FAILING if away > CLOCK_FAILING else Level.WARNING
        level = Level.OK if away <= CLOCK_WARNING else wrong
        fix = "set this laptop's clock by the network"
        yield _limit(f"clock against {account.name}", level, f"{offset:+.1f} s", fix)
    until = account.token_until
    if until is not None and account.answered.ok:
        told = f"holds until {until:%Y-%m-%d %H:%M} UTC"
        if last_gun is not None and until < last_gun:
            told += ", before the last gun: it is renewed by itself while the network is there"
        yield Check(f"token of {account.name}", Level.OK, told)
    enforced = ENFORCED_FROM.get(account.provider)
    for warning in account.warnings:
        refused = enforced is not None and now.date() >= enforced
        level = Level.FAILING if refused else Level.WARNING
        yield Check(f"notice of {account.name}", level, warning, "see to it at the provider")


def _event(event: EventFacts) -> Iterator[Check]:
    name = event.name
    yield _asked(f"{name}: registration", event.own, "see that the account may read this event")
    missing = ", ".join(event.without_gun)
    yield _limit(
        f"{name}: guns",
        Level.WARNING if missing or event.last_gun is None else Level.OK,
        f"no start time: {missing or 'any'}" if missing or not event.last_gun else "all known",
        "set the start at the registration provider, or in settings.toml: [event.ID.gun]",
    )
    if not event.links:
        fix = "p88console event link"
        yield Check(f"{name}: scoring", Level.FAILING, "linked to no scoring event", fix)
    for link in event.links:
        yield _asked(f"{name}: {link.name}", link.answered, "see that it exists there")
        left = ", ".join(link.unmapped)
        yield _limit(
            f"{name}: races at {link.name}",
            Level.FAILING if left else Level.OK,
            f"not mapped, so nobody of these is sent: {left}" if left else "all mapped",
            'p88console event link --race "HERE=THERE"',
        )
        if link.doubt:
            yield Check(f"{name}: people at {link.name}", Level.WARNING, *link.doubt)
    yield _limit(
        f"{name}: people",
        Level.OK if event.people else Level.WARNING,
        f"{event.people} registered, {event.without_bib} without a bib, {event.unsent} unsent",
        "p88console sync participants",
    )
    worn = ", ".join(event.duplicates)
    yield _limit(
        f"{name}: bibs",
        Level.FAILING if worn else Level.OK,
        f"worn twice: {worn}" if worn else "none is worn twice",
        "give one of them another bib: neither is sent until then",
    )
    yield _limit(
        f"{name}: inbox",
        Level.WARNING if event.waiting else Level.OK,
        f"{event.waiting} waiting for a person" if event.waiting else "nobody waits",
        "p88console inbox list",
    )
