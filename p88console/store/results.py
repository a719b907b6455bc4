"""Results of the mirror: the latest standing of each runner, every revision behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from p88console.domain.fingerprint import fingerprint
from p88console.domain.jobs import Counts
from p88console.domain.model import ParticipantStatus, ResultRecord
from p88console.store.db import Tx
from p88console.store.events import LinkRow
from p88console.store.ledger import LEDGER
from p88console.store.participants import PARTICIPANTS
from p88console.store.tables import Result, ResultRevision
from p88console.store.tables.base import table
from p88console.store.upsert import chunked

RESULTS = table(Result)
REVISIONS = table(ResultRevision)

STANDING = (
    "race_id",
    "participant_id",
    "bib",
    "first_name",
    "last_name",
    "status",
    "gun_time_ms",
    "chip_time_ms",
    "place",
    "gender_place",
    "category",
    "category_place",
    "splits",
)
"""The columns whose change makes a new revision."""


def upsert_results(tx: Tx, link: LinkRow, records: Sequence[ResultRecord], now: datetime) -> Counts:
    """Mirror standings; each change of one is kept as a revision of its own."""
    runners = Runners(tx.connection, link)
    rows = {row["row_key"]: row for row in (_row(record, link, runners) for record in records)}
    known = _known(tx.connection, link.id, list(rows))
    created, changed = [], []
    for row_key, row in rows.items():
        before = known.get(row_key)
        if before is None:
            created.append(row | {"revision": 1, "changed_at": now})
        elif before["content_hash"] != row["content_hash"]:
            revision = before["revision"] + 1
            changed.append({"its_id": before["id"], "revision": revision, "changed_at": now, **row})
    _write(tx, created, changed, now)
    moved = len(created) + len(changed)
    return Counts(
        received=len(records),
        created=len(created),
        updated=len(changed),
        unchanged=len(records) - moved,
    )


class Runners:
    """Finds whose result a row is: by the far side's id, else by the bib it acknowledged."""

    def __init__(self, connection: Connection, link: LinkRow) -> None:
        self.races = {
            name: race_id for race_id, remote in link.races.items() for name in remote if name
        }
        self._by_id: dict[str, int] = {}
        self._by_bib: dict[tuple[int | None, str], int | None] = {}
        people = PARTICIPANTS.c
        query = select(
            people.id, people.race_id, people.bib, LEDGER.c.remote_id, LEDGER.c.acknowledged
        ).outerjoin(LEDGER, (LEDGER.c.participant_id == people.id) & (LEDGER.c.link_id == link.id))
        query = query.where(
            people.event_id == link.event_id,
            people.status == ParticipantStatus.ACTIVE.value,
        )
        for row in connection.execute(query):
            if row.remote_id:
                self._by_id[row.remote_id] = row.id
            bib = (row.acknowledged or {}).get("bib") or row.bib
            if bib:
                key = (row.race_id, bib)
                self._by_bib[key] = None if key in self._by_bib else row.id

    def find(self, record: ResultRecord, race_id: int | None) -> int | None:
        """The participant, or None when nobody or more than one answers."""
        if record.remote_id and record.remote_id in self._by_id:
            return self._by_id[record.remote_id]
        return self._by_bib.get((race_id, record.bib)) if record.bib else None


def _row(record: ResultRecord, link: LinkRow, runners: Runners) -> dict[str, Any]:
    race_id = runners.races.get(record.remote_race_id)
    row: dict[str, Any] = {
        "link_id": link.id,
        "event_id": link.event_id,
        "race_id": race_id,
        "participant_id": runners.find(record, race_id),
        "row_key": f"{record.remote_race_id}:{_who(record)}",
        "bib": record.bib,
        "first_name": record.first_name,
        "last_name": record.last_name,
        "status": record.status,
        "gun_time_ms": record.gun_time_ms,
        "chip_time_ms": record.chip_time_ms,
        "place": record.place,
        "gender_place": record.gender_place,
        "category": record.category,
        "category_place": record.category_place,
        "splits": [asdict(split) for split in record.splits],
        "raw": dict(record.raw),
    }
    row["content_hash"] = fingerprint([row[name] for name in STANDING])
    return row


def _who(record: ResultRecord) -> str:
    """What tells a runner from the others of the race: id, else bib, else name."""
    if record.remote_id or record.bib:
        return record.remote_id or f"bib {record.bib}"
    return f"name {record.first_name} {record.last_name}"


def _known(connection: Connection, link_id: int, row_keys: Sequence[str]) -> dict[str, RowMapping]:
    columns = [RESULTS.c[name] for name in ("id", "row_key", "content_hash", "revision")]
    found: dict[str, RowMapping] = {}
    for keys in chunked(row_keys):
        query = select(*columns).where(RESULTS.c.link_id == link_id, RESULTS.c.row_key.in_(keys))
        found |= {row["row_key"]: row for row in connection.execute(query).mappings()}
    return found


def _write(
    tx: Tx, created: list[dict[str, Any]], changed: list[dict[str, Any]], now: datetime
) -> None:
    revisions = [_revision(row["its_id"], row, now) for row in changed]
    if created:
        ids = tx.connection.execute(
            insert(RESULTS).returning(RESULTS.c.id, sort_by_parameter_order=True), created
        ).scalars()
        revisions += [_revision(its_id, row, now) for its_id, row in zip(ids, created, strict=True)]
    if changed:
        values: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name != "its_id"}
        statement = update(RESULTS).where(RESULTS.c.id == bindparam("its_id")).values(values)
        tx.connection.execute(statement, changed)
    if revisions:
        tx.connection.execute(insert(REVISIONS), revisions)
        tx.touch("results")


def _revision(result_id: int, row: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    standing = {name: row[name] for name in STANDING}
    return {"result_id": result_id, "revision": row["revision"], "at": now, "standing": standing}
