"""The three versions of fields: ours is the participant's column, base and theirs lie here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, and_, delete, func, or_, select

from p88console.domain.merge import Version
from p88console.domain.model import ParticipantStatus
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.upsert import chunked, upsert

VERSIONS = core.FIELD_VERSIONS
PARTICIPANTS = core.PARTICIPANTS
LINKS = core.LINKS

Versions = dict[str, Version]
"""Field → its version; a field that is not there is the same on all sides."""


def of(connection: Connection, participant_ids: Sequence[int]) -> dict[int, Versions]:
    """The versions of these people, as far as any field differs."""
    found: dict[int, Versions] = {}
    for ids in chunked(participant_ids):
        query = select(VERSIONS).where(VERSIONS.c.participant_id.in_(ids))
        for row in connection.execute(query).mappings().all():
            version = Version(row["base"], row["theirs"], row["set_here"], row["conflict"])
            found.setdefault(row["participant_id"], {})[row["field"]] = version
    return found


def save(tx: Tx, changes: Iterable[tuple[int, str, Version | None]]) -> None:
    """Write versions by (participant, field); None: all sides agree again."""
    rows, agreed = [], []
    for participant_id, name, version in changes:
        if version is None:
            agreed.append((participant_id, name))
            continue
        rows.append(
            {
                "participant_id": participant_id,
                "field": name,
                "base": version.base,
                "theirs": version.theirs,
                "set_here": version.set_here,
                "conflict": version.conflict,
            }
        )
    upsert(tx.connection, VERSIONS, rows, key=("participant_id", "field"))
    for keys in chunked(agreed):
        named = [
            and_(VERSIONS.c.participant_id == its_id, VERSIONS.c.field == name)
            for its_id, name in keys
        ]
        tx.connection.execute(delete(VERSIONS).where(or_(*named)))


def in_conflict(connection: Connection, link_id: int) -> dict[int, dict[str, str | None]]:
    """The fields in conflict of a linked event's people, each with the value last agreed."""
    query = (
        select(VERSIONS.c.participant_id, VERSIONS.c.field, VERSIONS.c.base)
        .join(PARTICIPANTS, PARTICIPANTS.c.id == VERSIONS.c.participant_id)
        .join(LINKS, LINKS.c.event_id == PARTICIPANTS.c.event_id)
        .where(LINKS.c.id == link_id, VERSIONS.c.conflict)
    )
    found: dict[int, dict[str, str | None]] = {}
    for row in connection.execute(query):
        found.setdefault(row.participant_id, {})[row.field] = row.base
    return found


def conflicted_count(connection: Connection, event_id: int | None = None) -> int:
    """How many active people have a field in conflict."""
    query = select(func.count(func.distinct(VERSIONS.c.participant_id))).where(VERSIONS.c.conflict)
    standing = PARTICIPANTS.c.status == ParticipantStatus.ACTIVE.value
    joined = query.join(PARTICIPANTS, PARTICIPANTS.c.id == VERSIONS.c.participant_id)
    joined = joined.where(standing)
    if event_id is not None:
        joined = joined.where(PARTICIPANTS.c.event_id == event_id)
    return int(connection.execute(joined).scalar_one())
