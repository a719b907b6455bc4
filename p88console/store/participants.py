"""Participants of the mirror: what a pull brings, who is listed, who is removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, select, update

from p88console.domain.fingerprint import fingerprint
from p88console.domain.folding import name_key
from p88console.domain.jobs import Counts
from p88console.domain.model import ParticipantRecord, ParticipantStatus
from p88console.store.db import Tx, alongside
from p88console.store.races import ensure_races
from p88console.store.tables import Participant, ParticipantChange, Race
from p88console.store.tables.base import table
from p88console.store.upsert import chunked

PARTICIPANTS = table(Participant)
CHANGES = table(ParticipantChange)
RACES = table(Race)

CONTENT = (
    "race_id",
    "bib",
    "chip",
    "first_name",
    "last_name",
    "gender",
    "birth_date",
    "email",
    "phone",
    "city",
    "region",
    "country",
    "team",
    "status",
)
"""The fields whose change counts as a change of the person."""


COMPARED = ("raw_hash", "content_hash", "flags", "quarantined_since", "awaits_detail")
"""What has to be equal for a received row to be the same again."""


@dataclass(frozen=True, slots=True)
class Source:
    """Whose word a change is: `who` by name, `door` the way it came in."""

    who: str
    door: str


@alongside
def upsert_page(
    tx: Tx, event_id: int, records: Sequence[ParticipantRecord], source: Source, now: datetime
) -> Counts:
    """Mirror one page of registrations; counts what is new, changed, and the same again.

    Of somebody known, a row that says itself that it no longer stands changes nothing here: it is a
    removal and goes its way. Nor does a short row, which would blank what its detail told.
    """
    named = {one.provider_race_id: one.race_name for one in records if one.race_name}
    ensure_races(tx, event_id, named)
    races = _race_ids(tx.connection, event_id)
    rows = {row["row_key"]: row for row in (_row(record, event_id, races) for record in records)}
    known = _known(tx.connection, event_id, list(rows))
    created, changed, stale, trail = [], [], [], []
    for row_key, row in rows.items():
        before = known.get(row_key)
        if before is None:
            created.append(row | {"first_seen_at": now, "changed_at": now})
            continue
        if row["status"] != ParticipantStatus.ACTIVE or row["awaits_detail"]:
            continue
        if all(before[name] == row[name] for name in COMPARED):
            continue
        if before["content_hash"] == row["content_hash"]:
            stale.append({"its_id": before["id"], **_only(row, "raw", "modified_at", *COMPARED)})
            continue
        changed.append({"its_id": before["id"], "changed_at": now, **row})
        trail += _trail(before, row, source, now)
    _write(tx, created, changed, stale, trail)
    moved = len(created) + len(changed)
    return Counts(
        received=len(records),
        created=len(created),
        updated=len(changed),
        unchanged=len(records) - moved,
    )


def _row(record: ParticipantRecord, event_id: int, races: Mapping[str, int]) -> dict[str, Any]:
    raw_hash = fingerprint(record.raw)
    race_id = races.get(record.provider_race_id)
    if not record.provider_race_id and len(set(races.values())) == 1:
        (race_id,) = set(races.values())
    flags = [*record.flags]
    if record.provider_id is None:
        flags.append("provider_id")
    if race_id is None:
        flags.append("race")
    row: dict[str, Any] = {
        "event_id": event_id,
        "race_id": race_id,
        "provider_id": record.provider_id,
        "row_key": record.provider_id or f"?{raw_hash}",
        "registration": record.registration,
        "bib": record.bib,
        "chip": record.chip,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "name_key": name_key(record.first_name, record.last_name),
        "gender": record.gender,
        "birth_date": record.birth_date,
        "email": record.email,
        "phone": record.phone,
        "city": record.city,
        "region": record.region,
        "country": record.country,
        "team": record.team,
        "status": record.status.value,
        "status_reason": None,
        "moved_to": None,
        "quarantined_since": None,
        "awaits_detail": record.awaits_detail,
        "registered_at": record.registered_at,
        "modified_at": record.modified_at,
        "flags": flags,
        "raw": dict(record.raw),
        "raw_hash": raw_hash,
    }
    row["content_hash"] = content_hash(row)
    return row


def content_hash(row: Mapping[str, Any]) -> str:
    """The fingerprint of a participant's fields, to see whether the person changed."""
    return fingerprint([row[name] for name in CONTENT])


def _race_ids(connection: Connection, event_id: int) -> dict[str, int]:
    """Our races by the provider's id, and by name where a provider addresses them so."""
    query = select(RACES).where(RACES.c.event_id == event_id)
    rows = connection.execute(query).mappings().all()
    by_name = {row["name"]: row["id"] for row in rows}
    return by_name | {row["provider_race_id"]: row["id"] for row in rows}


def _known(connection: Connection, event_id: int, row_keys: Sequence[str]) -> dict[str, RowMapping]:
    columns = [PARTICIPANTS.c[name] for name in ("id", "row_key", *COMPARED, *CONTENT)]
    found: dict[str, RowMapping] = {}
    for keys in chunked(row_keys):
        query = select(*columns).where(
            PARTICIPANTS.c.event_id == event_id, PARTICIPANTS.c.row_key.in_(keys)
        )
        found |= {row["row_key"]: row for row in connection.execute(query).mappings()}
    return found


def awaiting(connection: Connection, event_id: int, row_keys: Sequence[str]) -> int:
    """How many of these people are known by the short row of a listing only."""
    found = 0
    for keys in chunked(row_keys):
        query = select(func.count()).where(
            PARTICIPANTS.c.event_id == event_id,
            PARTICIPANTS.c.row_key.in_(keys),
            PARTICIPANTS.c.awaits_detail,
        )
        found += int(connection.execute(query).scalar_one())
    return found


def _only(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _trail(
    before: RowMapping, after: Mapping[str, Any], source: Source, now: datetime
) -> list[dict[str, Any]]:
    return [
        {
            "participant_id": before["id"],
            "at": now,
            "who": source.who,
            "door": source.door,
            "field": name,
            "before": as_text(before[name]),
            "after": as_text(after[name]),
        }
        for name in CONTENT
        if before[name] != after[name]
    ]


def as_text(value: object) -> str | None:
    """A field's value as the audit trail keeps it."""
    return value.isoformat() if isinstance(value, date) else None if value is None else str(value)


def _write(
    tx: Tx,
    created: list[dict[str, Any]],
    changed: list[dict[str, Any]],
    stale: list[dict[str, Any]],
    trail: list[dict[str, Any]],
) -> None:
    if created:
        tx.connection.execute(insert(PARTICIPANTS), created)
    for rows in (changed, stale):
        if rows:
            values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "its_id"}
            statement = update(PARTICIPANTS).where(PARTICIPANTS.c.id == bindparam("its_id"))
            tx.connection.execute(statement.values(values), rows)
    if trail:
        tx.connection.execute(insert(CHANGES), trail)
    if created or changed:
        tx.touch("participants")
