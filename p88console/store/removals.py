"""Registrations that no longer stand: quarantined first, applied when a later pull agrees."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from p88console.domain.jobs import Counts
from p88console.domain.model import ParticipantStatus, RemovalRecord
from p88console.domain.removal import brake_limit
from p88console.store.db import Tx
from p88console.store.participants import CHANGES, CONTENT, PARTICIPANTS, Source, content_hash
from p88console.store.upsert import chunked


def note_removals(
    tx: Tx, event_id: int, removals: Sequence[RemovalRecord], source: Source, now: datetime
) -> Counts:
    """Take a provider's complete list of removals.

    Whoever is named for the first time goes into quarantine; whoever was there before this pull is
    removed, softly and with the reason, unless so many would go at once that a person must look.
    """
    removals = _each(tx.connection, event_id, removals)
    known = _known(tx.connection, event_id, [removal.provider_id for removal in removals])
    first: list[int] = []
    confirmed: list[tuple[RowMapping, RemovalRecord]] = []
    for removal in removals:
        row = known.get(removal.provider_id)
        if row is None or row["status"] != ParticipantStatus.ACTIVE:
            continue
        if row["quarantined_since"] is None:
            first.append(row["id"])
        elif row["quarantined_since"] < now:
            confirmed.append((row, removal))
    for ids in chunked(first):
        tx.connection.execute(
            update(PARTICIPANTS).where(PARTICIPANTS.c.id.in_(ids)).values(quarantined_since=now)
        )
    held = len(first)
    if len(confirmed) > brake_limit(active_count(tx.connection, event_id)):
        held += len(confirmed)
        confirmed = []
    for row, removal in confirmed:
        _remove(tx, row, removal, source, now)
    if first or confirmed:
        tx.touch("participants")
    return Counts(received=len(removals), removed=len(confirmed), quarantined=held)


def _each(
    connection: Connection, event_id: int, removals: Sequence[RemovalRecord]
) -> list[RemovalRecord]:
    """The removals with those of a whole registration told for each of its participants."""
    whole = {removal.provider_id: removal for removal in removals}
    people, found = PARTICIPANTS.c, dict(whole)
    for ids in chunked(list(whole)):
        query = select(people.provider_id, people.registration).where(
            people.event_id == event_id, people.registration.in_(ids)
        )
        for its_id, registration in connection.execute(query):
            found.setdefault(its_id, replace(whole[registration], provider_id=its_id))
    return list(found.values())


def dropped(
    connection: Connection, event_id: int, standing: Mapping[str, Container[str | None]]
) -> list[RemovalRecord]:
    """Participants of these registrations that are not among their standing ones any more."""
    people, found = PARTICIPANTS.c, []
    for registrations in chunked(list(standing)):
        query = select(people.provider_id, people.registration).where(
            people.event_id == event_id,
            people.registration.in_(registrations),
            people.status == ParticipantStatus.ACTIVE.value,
        )
        for its_id, registration in connection.execute(query):
            if its_id not in standing[registration]:
                found.append(RemovalRecord(its_id, ParticipantStatus.REMOVED))
    return found


def _remove(tx: Tx, row: RowMapping, removal: RemovalRecord, source: Source, now: datetime) -> None:
    after: dict[str, Any] = {**row, "status": removal.status.value}
    tx.connection.execute(
        update(PARTICIPANTS)
        .where(PARTICIPANTS.c.id == row["id"])
        .values(
            status=removal.status.value,
            status_reason=f"{source.who} says {removal.status.value}",
            moved_to=removal.moved_to,
            quarantined_since=None,
            content_hash=content_hash(after),
            changed_at=now,
        )
    )
    tx.connection.execute(
        insert(CHANGES).values(
            participant_id=row["id"],
            at=now,
            who=source.who,
            door=source.door,
            field="status",
            before=row["status"],
            after=removal.status.value,
        )
    )


def _known(
    connection: Connection, event_id: int, provider_ids: Sequence[str]
) -> dict[str, RowMapping]:
    columns = [PARTICIPANTS.c.id, PARTICIPANTS.c.provider_id, PARTICIPANTS.c.quarantined_since]
    columns += [PARTICIPANTS.c[name] for name in CONTENT]
    found: dict[str, RowMapping] = {}
    for ids in chunked(provider_ids):
        query = select(*columns).where(
            PARTICIPANTS.c.event_id == event_id, PARTICIPANTS.c.provider_id.in_(ids)
        )
        found |= {row["provider_id"]: row for row in connection.execute(query).mappings()}
    return found


def absent(connection: Connection, event_id: int, listed: Container[str]) -> list[RemovalRecord]:
    """Who stands here and is missing from a complete listing, as removals."""
    query = select(PARTICIPANTS.c.provider_id).where(
        PARTICIPANTS.c.event_id == event_id,
        PARTICIPANTS.c.status == ParticipantStatus.ACTIVE.value,
        PARTICIPANTS.c.provider_id.is_not(None),
    )
    missing = [its_id for its_id in connection.execute(query).scalars() if its_id not in listed]
    return [RemovalRecord(its_id, ParticipantStatus.REMOVED) for its_id in missing]


def active_count(connection: Connection, event_id: int) -> int:
    """How many registrations of the event stand."""
    query = select(func.count()).where(
        PARTICIPANTS.c.event_id == event_id,
        PARTICIPANTS.c.status == ParticipantStatus.ACTIVE.value,
    )
    return int(connection.execute(query).scalar_one())


def quarantined_count(connection: Connection, event_id: int | None = None) -> int:
    """How many removals wait for a second pull or a person."""
    query = select(func.count()).where(PARTICIPANTS.c.quarantined_since.is_not(None))
    if event_id is not None:
        query = query.where(PARTICIPANTS.c.event_id == event_id)
    return int(connection.execute(query).scalar_one())
