"""What can be taken out as a file: roster, results, history, ChronoTrack's entry file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from p88console.domain import entry_csv
from p88console.domain.errors import UsageFault
from p88console.domain.jobs import COUNT_NAMES
from p88console.domain.model import Provider
from p88console.providers.reading import zone_or_utc
from p88console.runtime import present
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.people import lists as people
from p88console.store.tenancy.events import EventRow
from p88console.store.work import history
from p88console.store.work.ledger import scoring_id

Row = Mapping[str, Any]

FIRST_COLUMNS = {
    "roster": ("id", "race", "bib", "chip", "first_name", "last_name", "gender", "birth_date"),
    "results": ("race", "place", "bib", "first_name", "last_name", "status", "gun_time_ms"),
    "history": ("id", "job_id", "provider", "operation", "direction", "state", "started_at"),
}
"""How each sheet begins, with and without rows."""


class Subject(StrEnum):
    """What an export is of."""

    ROSTER = "roster"
    RESULTS = "results"
    HISTORY = "history"
    CHRONOTRACK_ENTRIES = "chronotrack-entries"


@dataclass(frozen=True, slots=True)
class Export:
    """A table ready to be written: as a sheet and as JSON documents.

    `remarks` says what a person should see to before using it.
    """

    columns: Sequence[str]
    rows: Sequence[Row]
    documents: Sequence[Row]
    remarks: tuple[str, ...] = ()


async def export(runtime: Runtime, subject: Subject, event_id: int) -> Export:
    """The event's table of this kind. Raises `UsageFault` when there is no such event."""
    event = await event_of(runtime, event_id)
    match subject:
        case Subject.ROSTER:
            return await _roster(runtime, event)
        case Subject.RESULTS:
            return await _results(runtime, event)
        case Subject.HISTORY:
            return await _history(runtime, event)
        case Subject.CHRONOTRACK_ENTRIES:
            return await _entries(runtime, event)


async def _roster(runtime: Runtime, event: EventRow) -> Export:
    found = await runtime.db.read(people.participants, event.id)
    documents = [present.participant(person) for person in found]
    races = {str(race.id): race.name for race in event.races}
    systems = [provider.value for provider in Provider if not provider.registers]
    rows = [
        {name: held for name, held in document.items() if name not in ("flags", "remote_ids")}
        | {"race": races.get(document["race_id"] or ""), "flags": " ".join(document["flags"])}
        | {f"{name}_id": document["remote_ids"].get(name) for name in systems}
        for document in documents
    ]
    return Export(_columns("roster", rows), rows, documents)


async def _results(runtime: Runtime, event: EventRow) -> Export:
    documents = [present.result(row) for row in await runtime.db.read(people.results, event.id)]
    races = {str(race.id): race.name for race in event.races}
    rows = []
    for document in documents:
        row = {name: held for name, held in document.items() if name != "splits"}
        row["race"] = races.get(document["race_id"] or "")
        for split in document["splits"]:
            for kind in ("gun_time_ms", "chip_time_ms"):
                row[f"{split['name']} {kind}"] = split.get(kind)
        rows.append(row)
    return Export(_columns("results", rows), rows, documents)


async def _history(runtime: Runtime, event: EventRow) -> Export:
    attempts = await runtime.db.read(history.attempts, event_id=event.id)
    documents = [present.attempt(attempt) for attempt in attempts]
    rows = []
    for document in documents:
        row = {name: held for name, held in document.items() if name not in ("counts", "error")}
        row |= {name: document["counts"].get(name, 0) for name in COUNT_NAMES}
        row |= {f"error_{key}": (document["error"] or {}).get(key) for key in ("title", "detail")}
        rows.append(row)
    return Export(_columns("history", rows), rows, documents)


async def _entries(runtime: Runtime, event: EventRow) -> Export:
    if not event.provider.registers:
        raise UsageFault(
            f"{event.name} is a scoring event", "entries come from registrations", "choose its twin"
        )
    active = await runtime.db.read(people.participants, event.id, only=people.Filter.ACTIVE)
    known = [person.row for person in active if person.row["provider_id"]]
    zone, names = zone_or_utc(event.timezone), _chronotrack_names(event)
    days = {
        race.id: _day(race.starts_at or event.starts_at, zone) or event.race_day
        for race in event.races
    }
    rows = [
        entry_csv.entry(
            row,
            scoring_id(event.provider.value, row["provider_id"]),
            names.get(row["race_id"]),
            days.get(row["race_id"]),
            _day(row["registered_at"], zone),
        )
        for row in known
    ]
    return Export(entry_csv.COLUMNS, rows, rows, tuple(_remarks(len(active), known)))


def _remarks(active: int, known: Sequence[Row]) -> Iterable[str]:
    if active > len(known):
        yield f"{active - len(known)} left out: the provider gave them no stable id"
    worn = Counter((row["race_id"], row["bib"]) for row in known if row["bib"])
    shared = sorted(str(bib) for (_race, bib), count in worn.items() if count > 1)
    if shared:
        yield f"bibs worn twice in a race: {', '.join(shared)}"


def _chronotrack_names(event: EventRow) -> dict[int | None, str]:
    """Each race by the name it has at ChronoTrack, or else here."""
    names: dict[int | None, str] = {race.id: race.name for race in event.races}
    for link in event.links:
        if link.provider is Provider.CHRONOTRACK:
            names |= {race_id: name for race_id, (_remote, name) in link.races.items()}
    return names


def _day(instant: datetime | None, zone: ZoneInfo) -> date | None:
    return None if instant is None else instant.astimezone(zone).date()


def _columns(sheet: str, rows: Sequence[Row]) -> list[str]:
    """How the sheet begins, then every other column that any row has."""
    return list(dict.fromkeys([*FIRST_COLUMNS[sheet], *(name for row in rows for name in row)]))
