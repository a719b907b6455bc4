"""What the store tests share: a database with two accounts, one event, and short ways to work."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import JSON, text

from p88console.domain.jobs import Direction, Job, JobKey, Operation, Trigger
from p88console.domain.model import EventRecord, ParticipantRecord, Provider, RaceRecord
from p88console.store.database.db import Database, Reading, Tx
from p88console.store.database.feed import Subscription
from p88console.store.mirror import participants
from p88console.store.mirror.participants import Source
from p88console.store.tables import METADATA
from p88console.store.tenancy import events, tenants
from p88console.store.tenancy.events import LinkRow
from p88console.store.work import claims, queue
from p88console.store.work.queue import Enqueued
from p88console.store.work.settle import Attempt
from tests.support.clock import SteppedClock

P = ParamSpec("P")
T = TypeVar("T")

GUN = datetime(2026, 10, 17, 12, 30, tzinfo=UTC)
PULL_SOURCE = Source("RunSignUp", "pull")
LEASE_S = 60.0


@dataclass
class Bench:
    """One database with a partner, a RunSignUp and a Copernico account, and a race day."""

    db: Database
    clock: SteppedClock
    partner: int = 0
    runsignup: int = 0
    copernico: int = 0
    event: int = 0
    other_event: int = 0
    link: int = 0

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def write(self, work: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.db.write_here(work, *args, **kwargs)

    def read(
        self, work: Callable[Concatenate[Reading, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self.db.reader() as connection:
            return work(connection, *args, **kwargs)

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """Rows as any SQL tool would see them, JSON read, dates as text."""
        with self.db.reader() as connection:
            rows = connection.execute(text(sql), values).mappings().all()
        return [{name: _read(name, value) for name, value in row.items()} for row in rows]

    def count(self, sql: str) -> int:
        with self.db.reader() as connection:
            return int(connection.execute(text(sql)).scalar_one())

    def execute(self, sql: str, **values: Any) -> None:
        with self.db.writer() as tx:
            tx.connection.execute(text(sql), values)

    def watch(self, wake: Callable[[], None] = lambda: None) -> Subscription:
        """Subscribe once the feed hears other processes: that begins with all having changed."""
        if self.db.shared:
            begun = threading.Event()
            first = self.db.feed.subscribe(begun.set)
            assert begun.wait(10)
            first.close()
        return self.db.feed.subscribe(wake)

    def key(
        self,
        operation: Operation = Operation.PARTICIPANTS,
        direction: Direction = Direction.PULL,
        *,
        account: int | None = None,
        event: int | None = None,
    ) -> JobKey:
        return JobKey(account or self.runsignup, event or self.event, operation, direction)

    @property
    def push_key(self) -> JobKey:
        return self.key(direction=Direction.PUSH, account=self.copernico)

    def enqueue(self, key: JobKey | None = None, trigger: Trigger = Trigger.SCHEDULE) -> Enqueued:
        return self.write(queue.enqueue, key or self.key(), trigger, self.now)

    def claim(self, owner: str = "me", only: Sequence[int] | None = None) -> Attempt | None:
        claimed = self.write(claims.claim, owner, self.now, LEASE_S, only)
        return None if claimed is None else Attempt(claimed[0], claimed[1], owner)

    def claimed(self, key: JobKey | None = None, owner: str = "me") -> Attempt:
        """A job that was just asked for and claimed."""
        asked = self.enqueue(key)
        attempt = self.claim(owner, only=[asked.job_id])
        assert attempt is not None
        return attempt

    def job(self, job_id: int) -> Job:
        found = self.read(queue.get, job_id)
        assert found is not None
        return found

    def history(self, job_id: int) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM sync_history WHERE job_id = :id ORDER BY id", id=job_id)

    def linked(self) -> LinkRow:
        (found,) = self.read(events.event, self.event).links
        return found

    def race_ids(self) -> dict[str, int]:
        """Our race ids by the provider's."""
        races = self.read(events.event, self.event).races
        return {race.provider_race_id: race.id for race in races}

    def mirror(self, *people: ParticipantRecord) -> None:
        self.write(participants.upsert_page, self.event, people, PULL_SOURCE, self.now)

    def person(self, provider_id: str = "1") -> dict[str, Any]:
        (row,) = self.rows("SELECT * FROM participants WHERE provider_id = :id", id=provider_id)
        return row


def timed_twice(bench: Bench) -> LinkRow:
    """The half marathon is scored at ChronoTrack too."""
    account = bench.write(
        tenants.add_account,
        bench.partner,
        Provider.CHRONOTRACK,
        label="ChronoTrack",
        base_url=None,
        options={},
        vault_key="vault-chronotrack",
        now=bench.now,
    )
    bench.write(
        events.link,
        bench.event,
        account.id,
        event_record("4711"),
        races={bench.race_ids()["501"]: ("Half", "Half")},
        options={},
        now=bench.now,
    )
    event = bench.read(events.event, bench.event)
    (link,) = (link for link in event.links if link.account_id == account.id)
    return link


JSON_COLUMNS = {
    column.name
    for table in METADATA.tables.values()
    for column in table.columns
    if isinstance(column.type, JSON)
}


def _read(name: str, value: Any) -> Any:
    if type(value) is date:
        return value.isoformat()
    return json.loads(value) if name in JSON_COLUMNS and isinstance(value, str) else value


def event_record(event_id: str = "77", **changes: Any) -> EventRecord:
    plain: dict[str, Any] = {
        "provider_event_id": event_id,
        "name": "Lakeside Half",
        "timezone": "America/Chicago",
        "starts_at": GUN,
        "races": (
            RaceRecord("501", "Half Marathon", GUN, 21097.5, {"event_id": 501}),
            RaceRecord("502", "5K", GUN + timedelta(minutes=30), 5000.0, {"event_id": 502}),
        ),
        "raw": {"race_id": event_id},
    }
    return EventRecord(**(plain | changes))


def ada(provider_id: str | None = "1", **changes: Any) -> ParticipantRecord:
    """One registration; its raw row follows its fields."""
    plain: dict[str, Any] = {
        "provider_race_id": "501",
        "bib": "512",
        "first_name": "Ada",
        "last_name": "Example",
        "gender": "F",
    } | changes
    plain.setdefault(
        "raw", {"registration_id": provider_id, **{k: str(v) for k, v in plain.items()}}
    )
    return ParticipantRecord(provider_id=provider_id, **plain)


def set_up(where: Path | str, clock: SteppedClock) -> Bench:
    bench = Bench(Database.open(where, clock.machine), clock)
    with bench.db.writer() as tx:
        bench.partner = tenants.add_partner(tx, "Midwest Timing", bench.now).id
        for provider in (Provider.RUNSIGNUP, Provider.COPERNICO):
            account = tenants.add_account(
                tx,
                bench.partner,
                provider,
                label=provider.title,
                base_url=None,
                options={},
                vault_key=f"vault-{provider}",
                now=bench.now,
            )
            setattr(bench, provider.value, account.id)
        records = [event_record("77"), event_record("78")]
        _, (bench.event, bench.other_event) = events.upsert_events(
            tx, bench.runsignup, records, bench.now
        )
        ours = {
            race.provider_race_id: race.id
            for race in events.event(tx.connection, bench.event).races
        }
        bench.link = events.link(
            tx,
            bench.event,
            bench.copernico,
            event_record("lakeside-2026", name="Lakeside at Copernico"),
            races={ours["501"]: ("uuid-half", "Half"), ours["502"]: ("uuid-5k", "5K")},
            options={},
            now=bench.now,
        )
    return bench
