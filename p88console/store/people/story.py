"""One participant whole: the registration, every system's state, results, and the audit trail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, func, select

from p88console.domain.errors import NotThere
from p88console.domain.model import PushState
from p88console.store.mirror import versions
from p88console.store.mirror.participants import CHANGES, PARTICIPANTS, RACES
from p88console.store.results.revisions import RESULTS, REVISIONS, STANDING
from p88console.store.tenancy.events import EVENTS, LINKS
from p88console.store.tenancy.tenants import ACCOUNTS
from p88console.store.windows.roster_rows import (
    ChangeRow,
    PersonStory,
    ResultStory,
    RevisionRow,
    Sides,
    SystemState,
)
from p88console.store.work.ledger import LEDGER, present_state

HIDDEN = ("id", "event_id", "race_id", "row_key", "name_key", "raw", "raw_hash", "content_hash")
"""Columns of the mirror's row that tell an operator nothing."""


def person(connection: Connection, participant_id: int) -> PersonStory:
    """Everything known of one participant. Raises `UsageFault` when there is none."""
    query = (
        select(
            PARTICIPANTS,
            EVENTS.c.name.label("event_name"),
            EVENTS.c.timezone,
            EVENTS.c.starts_at.label("event_starts_at"),
            RACES.c.name.label("race_name"),
            RACES.c.starts_at.label("race_starts_at"),
            ACCOUNTS.c.provider,
            ACCOUNTS.c.label,
        )
        .join(EVENTS, EVENTS.c.id == PARTICIPANTS.c.event_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == EVENTS.c.account_id)
        .outerjoin(RACES, RACES.c.id == PARTICIPANTS.c.race_id)
        .where(PARTICIPANTS.c.id == participant_id)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotThere(f"there is no participant {participant_id}")
    races = _races(connection, row["event_id"])
    shown = [column.name for column in PARTICIPANTS.c if column.name not in HIDDEN]
    return PersonStory(
        id=participant_id,
        event_id=row["event_id"],
        fields={name: row[name] for name in shown},
        raw=row["raw"],
        provider=row["provider"],
        account_label=row["label"],
        event_name=row["event_name"],
        timezone=row["timezone"],
        gun_at=row["race_starts_at"] or row["event_starts_at"],
        race_name=row["race_name"],
        systems=_systems(connection, participant_id),
        results=_results(connection, participant_id),
        changes=_changes(connection, participant_id, races),
        races=tuple(name for name in races.values()),
        sides=_sides(connection, participant_id, races),
        newest_change=_newest_change(connection, participant_id),
    )


def _newest_change(connection: Connection, participant_id: int) -> int:
    query = select(func.max(CHANGES.c.id)).where(CHANGES.c.participant_id == participant_id)
    return connection.execute(query).scalar_one() or 0


def _races(connection: Connection, event_id: int) -> dict[str | None, str]:
    """The event's races by their ids as the audit trail and the versions write them."""
    names = select(RACES.c.id, RACES.c.name).where(RACES.c.event_id == event_id)
    return {str(row.id): row.name for row in connection.execute(names.order_by(RACES.c.id))}


def _sides(
    connection: Connection, participant_id: int, races: dict[str | None, str]
) -> dict[str, Sides]:
    """The other versions of every field that differs; races are told by their names."""
    known = versions.of(connection, [participant_id]).get(participant_id, {})

    def told(name: str, value: str | None) -> str | None:
        return races.get(value, value) if name == "race_id" else value

    return {
        name: Sides(told(name, one.base), told(name, one.theirs), one.conflict)
        for name, one in known.items()
    }


def _systems(connection: Connection, participant_id: int) -> tuple[SystemState, ...]:
    """Every linked scoring event in use, those that hold nothing of the person too."""
    held = and_(LEDGER.c.participant_id == PARTICIPANTS.c.id, LEDGER.c.link_id == LINKS.c.id)
    query = (
        select(
            LEDGER,
            present_state().label("present_state"),
            LINKS.c.remote_name,
            ACCOUNTS.c.provider,
            ACCOUNTS.c.label,
        )
        .select_from(PARTICIPANTS)
        .join(LINKS, and_(LINKS.c.event_id == PARTICIPANTS.c.event_id, LINKS.c.takes_people))
        .join(ACCOUNTS, ACCOUNTS.c.id == LINKS.c.account_id)
        .outerjoin(LEDGER, held)
        .where(PARTICIPANTS.c.id == participant_id, ACCOUNTS.c.removed_at.is_(None))
        .order_by(LINKS.c.id)
    )
    return tuple(
        SystemState(
            provider=row["provider"],
            account_label=row["label"],
            remote_event=row["remote_name"],
            state=PushState(row["present_state"]).value,
            remote_id=row["remote_id"],
            acknowledged=row["acknowledged"],
            reason=row["reason"],
            sent_at=row["sent_at"],
            acknowledged_at=row["acknowledged_at"],
        )
        for row in connection.execute(query).mappings()
    )


def _results(connection: Connection, participant_id: int) -> tuple[ResultStory, ...]:
    query = (
        select(RESULTS, RACES.c.name.label("race_name"), ACCOUNTS.c.provider)
        .join(LINKS, LINKS.c.id == RESULTS.c.link_id)
        .join(ACCOUNTS, ACCOUNTS.c.id == LINKS.c.account_id)
        .outerjoin(RACES, RACES.c.id == RESULTS.c.race_id)
        .where(RESULTS.c.participant_id == participant_id)
        .order_by(RESULTS.c.id)
    )
    rows = connection.execute(query).mappings().all()
    found = (
        select(REVISIONS)
        .where(REVISIONS.c.result_id.in_([row["id"] for row in rows]))
        .order_by(REVISIONS.c.result_id, REVISIONS.c.revision)
    )
    revisions: dict[int, list[RevisionRow]] = {}
    for row in connection.execute(found).mappings():
        revision = RevisionRow(row["revision"], row["at"], row["standing"])
        revisions.setdefault(row["result_id"], []).append(revision)
    return tuple(
        ResultStory(
            provider=row["provider"],
            race_name=row["race_name"],
            standing={name: row[name] for name in STANDING},
            changed_at=row["changed_at"],
            revisions=tuple(revisions.get(row["id"], ())),
        )
        for row in rows
    )


def _changes(
    connection: Connection, participant_id: int, races: dict[str | None, str]
) -> tuple[ChangeRow, ...]:
    """The audit trail, newest first; races are told by their names."""
    query = (
        select(CHANGES)
        .where(CHANGES.c.participant_id == participant_id)
        .order_by(CHANGES.c.id.desc())
    )
    return tuple(_change(row, races) for row in connection.execute(query).mappings())


def _change(row: Any, races: dict[str | None, str]) -> ChangeRow:
    before, after, field = row["before"], row["after"], row["field"]
    if field == "race_id":
        field, before, after = "race", races.get(before, before), races.get(after, after)
    return ChangeRow(row["at"], row["who"], row["door"], field, before, after)
