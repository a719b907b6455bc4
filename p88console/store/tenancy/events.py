"""Events, their races, and links to scoring events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from p88console.domain.errors import NotThere
from p88console.domain.fingerprint import fingerprint
from p88console.domain.jobs import Counts
from p88console.domain.model import EventRecord, Provider
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.upsert import upsert
from p88console.store.tenancy.races import complete_maps

EVENTS = core.EVENTS
RACES = core.RACES
LINKS = core.LINKS
RACE_LINKS = core.RACE_LINKS
ACCOUNTS = core.ACCOUNTS


@dataclass(frozen=True, slots=True)
class RaceRow:
    """One race as mirrored; `starts_at` is UTC."""

    id: int
    provider_race_id: str
    name: str
    starts_at: datetime | None
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link; `races` maps our race id to the far side's (race id, race name)."""

    id: int
    event_id: int
    account_id: int
    provider: Provider
    remote_event_id: str
    remote_name: str
    options: Mapping[str, str]
    races: Mapping[int, tuple[str, str]]
    restored_at: datetime | None = None
    takes_people: bool = True


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as mirrored, its races by gun time, its links."""

    id: int
    account_id: int
    partner_id: int
    provider: Provider
    provider_event_id: str
    name: str
    timezone: str
    starts_at: datetime | None
    races: tuple[RaceRow, ...] = ()
    links: tuple[LinkRow, ...] = ()
    race_day: date | None = None

    @property
    def guns(self) -> list[datetime]:
        """The known gun times of the races, earliest first; else the event's own start."""
        guns = sorted(race.starts_at for race in self.races if race.starts_at)
        return guns or ([self.starts_at] if self.starts_at else [])

    @property
    def scored_at(self) -> list[int]:
        """The accounts that results come from, each once.

        The event's own account only where nobody else scores it: what it shows was sent there.
        """
        linked = list(dict.fromkeys(link.account_id for link in self.links))
        return [one for one in linked if one != self.account_id] or linked

    @property
    def day(self) -> tuple[datetime, datetime] | None:
        """Beginning and end of the race day where no gun time is known, UTC."""
        if self.race_day is None or self.guns:
            return None
        zone = ZoneInfo(self.timezone)
        begins = datetime.combine(self.race_day, time(), zone).astimezone(UTC)
        return begins, begins + timedelta(days=1)

    @property
    def moments(self) -> list[datetime]:
        """What tells how near the event is: its guns, else the middle of its day."""
        if self.day is None:
            return self.guns
        begins, ends = self.day
        return [begins + (ends - begins) / 2]


def upsert_events(
    tx: Tx, account_id: int, records: Iterable[EventRecord], now: datetime
) -> tuple[Counts, list[int]]:
    """Mirror events and races; returns what changed and the ids of events never seen before."""
    counts, discovered = Counts(), []
    for record in records:
        known = tx.connection.execute(
            select(EVENTS.c.id, EVENTS.c.raw_hash).where(
                EVENTS.c.account_id == account_id,
                EVENTS.c.provider_event_id == record.provider_event_id,
            )
        ).one_or_none()
        content = fingerprint([record.raw, [race.raw for race in record.races]])
        values = {
            "name": record.name,
            "timezone": record.timezone,
            "starts_at": record.starts_at,
            "race_day": record.race_day,
            "raw": dict(record.raw),
            "raw_hash": content,
            "changed_at": now,
        }
        if known is None:
            event_id = tx.connection.execute(
                insert(EVENTS)
                .values(
                    account_id=account_id,
                    provider_event_id=record.provider_event_id,
                    first_seen_at=now,
                    **values,
                )
                .returning(EVENTS.c.id)
            ).scalar_one()
            discovered.append(event_id)
            counts += Counts(received=1, created=1)
        elif known.raw_hash != content:
            event_id = known.id
            tx.connection.execute(update(EVENTS).where(EVENTS.c.id == event_id).values(values))
            counts += Counts(received=1, updated=1)
        else:
            counts += Counts(received=1, unchanged=1)
            continue
        _upsert_races(tx, event_id, record)
    if counts.created or counts.updated:
        tx.touch("events")
    return counts, discovered


def count_in(connection: Connection, event_id: int, people: int) -> None:
    """Let the event know that it has so many more people, in the transaction that adds them."""
    grown = update(EVENTS).where(EVENTS.c.id == event_id)
    connection.execute(grown.values(people=EVENTS.c.people + people))


def _upsert_races(tx: Tx, event_id: int, record: EventRecord) -> None:
    rows = [
        {
            "event_id": event_id,
            "provider_race_id": race.provider_race_id,
            "name": race.name,
            "starts_at": race.starts_at,
            "distance_m": race.distance_m,
            "raw": dict(race.raw),
        }
        for race in record.races
    ]
    upsert(tx.connection, RACES, rows, key=("event_id", "provider_race_id"))
    complete_maps(tx, event_id)


def events(
    connection: Connection, *, partner_id: int | None = None, event_ids: Sequence[int] | None = None
) -> list[EventRow]:
    """Events with races and links, by start; accounts out of use are left out."""
    query = (
        select(EVENTS, ACCOUNTS.c.provider, ACCOUNTS.c.partner_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
        .where(ACCOUNTS.c.removed_at.is_(None))
        .order_by(EVENTS.c.starts_at, EVENTS.c.id)
    )
    if partner_id is not None:
        query = query.where(ACCOUNTS.c.partner_id == partner_id)
    if event_ids is not None:
        query = query.where(EVENTS.c.id.in_(event_ids))
    found = [
        EventRow(
            id=row["id"],
            account_id=row["account_id"],
            partner_id=row["partner_id"],
            provider=Provider(row["provider"]),
            provider_event_id=row["provider_event_id"],
            name=row["name"],
            timezone=row["timezone"],
            starts_at=row["starts_at"],
            race_day=row["race_day"],
        )
        for row in connection.execute(query).mappings()
    ]
    ids = [event.id for event in found]
    races, linked = _races(connection, ids), _links(connection, ids)
    return [
        replace(event, races=tuple(races.get(event.id, ())), links=tuple(linked.get(event.id, ())))
        for event in found
    ]


def event(connection: Connection, event_id: int) -> EventRow:
    """One event. Raises `UsageFault` when there is none."""
    found = events(connection, event_ids=[event_id])
    if not found:
        raise NotThere(f"there is no event {event_id}", hint="see: p88console event list")
    return found[0]


def _races(connection: Connection, event_ids: Sequence[int]) -> dict[int, list[RaceRow]]:
    query = select(RACES).order_by(RACES.c.starts_at, RACES.c.id)
    found: dict[int, list[RaceRow]] = {}
    for row in connection.execute(query.where(RACES.c.event_id.in_(event_ids))).mappings():
        found.setdefault(row["event_id"], []).append(
            RaceRow(
                row["id"],
                row["provider_race_id"],
                row["name"],
                row["starts_at"],
                row["distance_m"],
            )
        )
    return found


def _links(connection: Connection, event_ids: Sequence[int]) -> dict[int, list[LinkRow]]:
    query = (
        select(LINKS, ACCOUNTS.c.provider)
        .join(ACCOUNTS, ACCOUNTS.c.id == LINKS.c.account_id)
        .where(LINKS.c.event_id.in_(event_ids), ACCOUNTS.c.removed_at.is_(None))
        .order_by(LINKS.c.id)
    )
    rows = connection.execute(query).mappings().all()
    maps: dict[int, dict[int, tuple[str, str]]] = {}
    mapped = select(RACE_LINKS).where(RACE_LINKS.c.link_id.in_([row["id"] for row in rows]))
    for row in connection.execute(mapped).mappings():
        remote = (row["remote_race_id"], row["remote_race_name"])
        maps.setdefault(row["link_id"], {})[row["race_id"]] = remote
    found: dict[int, list[LinkRow]] = {}
    for row in rows:
        found.setdefault(row["event_id"], []).append(
            LinkRow(
                id=row["id"],
                event_id=row["event_id"],
                account_id=row["account_id"],
                provider=Provider(row["provider"]),
                remote_event_id=row["remote_event_id"],
                remote_name=row["remote_name"],
                options=row["options"],
                races=maps.get(row["id"], {}),
                restored_at=row["restored_at"],
                takes_people=row["takes_people"],
            )
        )
    return found


def links_to(connection: Connection, link: LinkRow) -> list[LinkRow]:
    """Every link to the scoring event that this one leads to, itself included, oldest first."""
    query = select(LINKS.c.event_id).where(
        LINKS.c.account_id == link.account_id, LINKS.c.remote_event_id == link.remote_event_id
    )
    event_ids = list(connection.execute(query).scalars())
    found = [
        one
        for links in _links(connection, event_ids).values()
        for one in links
        if (one.account_id, one.remote_event_id) == (link.account_id, link.remote_event_id)
    ]
    return sorted(found, key=lambda one: one.id)


def link(
    tx: Tx,
    event_id: int,
    account_id: int,
    remote: EventRecord,
    *,
    races: Mapping[int, tuple[str, str]],
    options: Mapping[str, str],
    now: datetime,
    takes_people: bool = True,
) -> int:
    """Tie an event to a scoring event; linking again changes only what is said anew."""
    known = tx.connection.execute(
        select(LINKS.c.id, LINKS.c.options).where(
            LINKS.c.event_id == event_id,
            LINKS.c.account_id == account_id,
            LINKS.c.remote_event_id == remote.provider_event_id,
        )
    ).one_or_none()
    remote_races = [[race.provider_race_id, race.name] for race in remote.races]
    if known is None:
        row: dict[str, Any] = {
            "event_id": event_id,
            "account_id": account_id,
            "remote_event_id": remote.provider_event_id,
            "remote_name": remote.name,
            "options": dict(options),
            "remote_races": remote_races,
            "takes_people": takes_people,
            "created_at": now,
        }
        link_id: int = tx.connection.execute(
            insert(LINKS).values(row).returning(LINKS.c.id)
        ).scalar_one()
    else:
        link_id = known.id
        merged = {**known.options, **options}
        tx.connection.execute(
            update(LINKS)
            .where(LINKS.c.id == link_id)
            .values(
                options=merged,
                remote_name=remote.name,
                remote_races=remote_races,
                takes_people=takes_people,
            )
        )
    rows = [
        {
            "link_id": link_id,
            "race_id": race_id,
            "remote_race_id": remote_id,
            "remote_race_name": remote_name,
        }
        for race_id, (remote_id, remote_name) in races.items()
    ]
    upsert(tx.connection, RACE_LINKS, rows, key=("link_id", "race_id"))
    tx.touch("events")
    return link_id
