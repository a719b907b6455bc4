"""Participants of the mirror: what a pull brings, who is listed, who is removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from p88console.domain.fields import FIELDS, as_text
from p88console.domain.fingerprint import fingerprint, hashed, in_order
from p88console.domain.folding import name_key
from p88console.domain.inbox import Kind
from p88console.domain.jobs import Counts
from p88console.domain.model import ParticipantRecord, ParticipantStatus
from p88console.domain.policy import PLAIN, Policy
from p88console.store import core
from p88console.store.database.bulk import fresh_ids, insert_many
from p88console.store.database.db import Tx, alongside
from p88console.store.database.upsert import among, chunked
from p88console.store.inbox import questions as inbox
from p88console.store.mirror import name_words, versions
from p88console.store.mirror.merging import Merged, Merging
from p88console.store.mirror.rules import Rules
from p88console.store.tenancy.events import count_in
from p88console.store.tenancy.races import ensure_races
from p88console.store.work.touched import Touched
from p88console.system.attention import give_way

T = TypeVar("T")

PARTICIPANTS = core.PARTICIPANTS
CHANGES = core.PARTICIPANT_CHANGES
RACES = core.RACES

CONTENT = (*FIELDS, "status")
"""The fields whose change counts as a change of the person."""


COMPARED = ("raw_hash", "flags", "quarantined_since", "awaits_detail")
"""What has to be equal, besides the merged fields, for a received row to be the same again."""


SLICE = 100
"""Rows that one statement changes: a key waits for no more than these."""

STANDING = ("status_reason", "moved_to")

KNOWN = ("id", "row_key", "content_hash", *STANDING, *COMPARED, *CONTENT)

_content = itemgetter(*CONTENT)


@dataclass(frozen=True, slots=True)
class Source:
    """Whose word a change is: `who` by name, `door` the way it came in."""

    who: str
    door: str


@alongside
def upsert_page(
    tx: Tx,
    event_id: int,
    records: Sequence[ParticipantRecord],
    source: Source,
    now: datetime,
    *,
    policy: Policy = PLAIN,
    touched: Touched | None = None,
) -> Counts:
    """Mirror one page of registrations; counts what is new, changed, and the same again.

    What was changed here is merged field by field with what the provider says. Whoever is in
    conflict is counted apart. Of somebody known, a row that says itself that it no
    longer stands changes nothing here: it is a removal and goes its way. Nor does a short row,
    which would blank what its detail told.
    """
    named = {one.provider_race_id: one.race_name for one in records if one.race_name}
    ensure_races(tx, event_id, named)
    races = _race_ids(tx.connection, event_id)
    rows = {row["row_key"]: row for row in (_row(record, event_id, races) for record in records)}
    known = _known(tx.connection, event_id, list(rows))
    ids = [row["id"] for row in known.values()]
    page = _Page(source, now, known=ids)
    differing = versions.of(tx.connection, ids)
    merging = Merging(Rules(tx.connection, event_id, policy), differing, now)
    born = {"added_here": False, "first_seen_at": now, "changed_at": now}
    for row_key, row in rows.items():
        give_way()
        before = known.get(row_key)
        if before is None:
            row.update(born)
            page.created.append(row)
        elif before["id"] not in differing and _is_same(before, row):
            continue  # sent again as it stands, so there is nothing to merge
        elif _stands(row) and not row["awaits_detail"]:
            page.merge(before, row, merging.merge(before, row))
        elif _stands(row) and before["quarantined_since"] is not None:
            page.lifted.append({"its_id": before["id"], "quarantined_since": None})
    page.write(tx)
    merging.write(tx)
    standing = {
        removal_key(known[key]["id"]) for key in rows if key in known and _stands(rows[key])
    }
    back = {removal_key(row["id"]) for row in known.values() if row["quarantined_since"]}
    inbox.settle(tx, back & standing, "listed again", now)
    inbox.forget(tx, event_id, Kind.REMOVAL, standing)
    if touched is not None:
        page.tell(touched)
    moved = len(page.created) + len(page.updated) + len(page.in_conflict)
    return Counts(
        received=len(records),
        created=len(page.created),
        updated=len(page.updated),
        unchanged=len(records) - moved,
        conflicts=len(page.in_conflict),
    )


def _stands(row: Mapping[str, Any]) -> bool:
    return bool(row["status"] == ParticipantStatus.ACTIVE)


def _is_same(before: RowMapping, row: Mapping[str, Any]) -> bool:
    """Whether the provider sent again what it sent last, and nothing else was done about it."""
    return all(before[name] == row[name] for name in ("content_hash", *COMPARED))


def removal_key(participant_id: int) -> str:
    """The inbox key of a registration that may no longer stand."""
    return f"removal:{participant_id}"


@dataclass(slots=True)
class _Page:
    """What one page of registrations comes to, until it is written."""

    source: Source
    now: datetime
    created: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    stale: list[dict[str, Any]] = field(default_factory=list)
    lifted: list[dict[str, Any]] = field(default_factory=list)
    """Short rows of people in quarantine: they are listed again, and no more is said of them."""
    trail: list[dict[str, Any]] = field(default_factory=list)
    updated: list[int] = field(default_factory=list)
    in_conflict: list[int] = field(default_factory=list)
    known: list[int] = field(default_factory=list)

    def merge(self, before: RowMapping, row: dict[str, Any], merged: Merged) -> None:
        """Take what somebody known comes to."""
        after = row | merged.values
        if before["status"] == ParticipantStatus.WITHDRAWN:
            # only an operator withdraws, and only one restores
            after |= _only(before, "status", "status_reason", "moved_to")
        else:
            merged.changed |= before["status"] != after["status"]
        if merged.in_conflict:
            self.in_conflict.append(before["id"])
        elif merged.changed:
            self.updated.append(before["id"])
        if merged.changed:
            after["name_key"] = name_key(after["first_name"], after["last_name"])
            after["content_hash"] = content_hash(after)
            self.changed.append({"its_id": before["id"], "changed_at": self.now, **after})
            self.trail += _trail(before, after, self.source, self.now)
        elif any(before[name] != row[name] for name in COMPARED):
            self.stale.append(
                {"its_id": before["id"], **_only(row, "raw", "modified_at", *COMPARED)}
            )

    def write(self, tx: Tx) -> None:
        """Write all of it."""
        if self.created:
            self._create(tx)
        for rows in (self.changed, self.stale, self.lifted):
            if rows:
                names = [name for name in rows[0] if name != "its_id"]
                values: dict[str, Any] = {name: bindparam(name) for name in names}
                statement = update(PARTICIPANTS).where(PARTICIPANTS.c.id == bindparam("its_id"))
                for some in _slices(rows):
                    tx.connection.execute(statement.values(values), some)
        for trail in _slices(self.trail):
            insert_many(tx.connection, CHANGES, trail)
        if self.created or self.changed:
            tx.touch("participants")
        found_by = name_words.FOUND_BY
        renamed = {one["participant_id"] for one in self.trail if one["field"] in found_by}
        name_words.refresh(tx.connection, sorted(renamed))

    def _create(self, tx: Tx) -> None:
        ids = fresh_ids(tx.connection, PARTICIPANTS, len(self.created))
        for row, its_id in zip(self.created, ids, strict=True):
            row["id"] = its_id
        insert_many(tx.connection, PARTICIPANTS, self.created)
        name_words.add(tx.connection, self.created)
        count_in(tx.connection, self.created[0]["event_id"], len(ids))

    def tell(self, touched: Touched) -> None:
        """Name whom the counts are about."""
        touched.note("created", [row["id"] for row in self.created])
        touched.note("updated", self.updated)
        touched.note("conflicts", self.in_conflict)
        touched.note("unchanged", {*self.known} - {*self.updated, *self.in_conflict})


def _slices(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), SLICE):
        give_way()
        yield rows[start : start + SLICE]


def _row(record: ParticipantRecord, event_id: int, races: Mapping[str, int]) -> dict[str, Any]:
    give_way()
    raw = in_order(record.raw)
    raw_hash = hashed(raw)
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
        "status": str(record.status),
        "status_reason": None,
        "moved_to": None,
        "quarantined_since": None,
        "awaits_detail": record.awaits_detail,
        "registered_at": record.registered_at,
        "modified_at": record.modified_at,
        "flags": flags,
        "raw": record.raw,
        "raw_hash": raw_hash,
    }
    # one of the databases keeps no NUL, so neither does this one
    if b"\\" in raw:
        row |= {k: v.replace("\0", "␀") for k, v in row.items() if isinstance(v, str)}
    row["content_hash"] = content_hash(row)
    return row


def content_hash(row: Mapping[str, Any]) -> str:
    """The fingerprint of a participant's fields, to see whether the person changed."""
    return fingerprint(_content(row))


def _race_ids(connection: Connection, event_id: int) -> dict[str, int]:
    """Our races by the provider's id, and by name where a provider addresses them so."""
    query = select(RACES).where(RACES.c.event_id == event_id)
    rows = connection.execute(query).mappings().all()
    by_name = {row["name"]: row["id"] for row in rows}
    return by_name | {row["provider_race_id"]: row["id"] for row in rows}


def _known(connection: Connection, event_id: int, row_keys: Sequence[str]) -> dict[str, RowMapping]:
    columns = [PARTICIPANTS.c[name] for name in KNOWN]
    query = select(*columns).where(
        PARTICIPANTS.c.event_id == event_id, among(connection, PARTICIPANTS.c.row_key, row_keys)
    )
    return {row["row_key"]: row for row in connection.execute(query).mappings()}


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


def _only(row: RowMapping | Mapping[str, Any], *names: str) -> dict[str, Any]:
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
