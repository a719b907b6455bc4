"""Publications: versions of a race's results, kept whole, with the state of every line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, or_, select, update

from p88console.domain.errors import UsageFault
from p88console.domain.jobs import JobState
from p88console.domain.publication import Line, Mode, PublicationState, RowState, line_of
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.upsert import upsert
from p88console.store.work.queue import QUEUE

PUBLICATIONS = core.PUBLICATIONS
ROWS = core.PUBLICATION_ROWS


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a race's results; instants are UTC."""

    id: int
    event_id: int
    race_id: int
    job_id: int | None
    version: int
    origin: int
    mode: Mode
    state: PublicationState
    official: bool
    notify: bool
    list_id: str | None
    replaces: str | None
    findings: Sequence[Mapping[str, Any]]
    reason: str | None
    created_at: datetime
    created_by: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Request:
    """A version that is asked for; `origin` names the one whose lines are published again."""

    event_id: int
    race_id: int
    mode: Mode
    official: bool
    notify: bool
    lines: Sequence[Line]
    findings: Sequence[Mapping[str, Any]]
    created_by: str
    origin: int | None = None


def ask(tx: Tx, request: Request, job_id: int, now: datetime) -> Version:
    """Take a version in; one of the same race that is still open will not be sent any more."""
    of_race = PUBLICATIONS.c.race_id == request.race_id
    tx.connection.execute(
        update(PUBLICATIONS)
        .where(of_race, PUBLICATIONS.c.state == PublicationState.OPEN.value)
        .values(
            state=PublicationState.SUPERSEDED.value,
            reason="a newer version was asked for",
            settled_at=now,
        )
    )
    newest = tx.connection.execute(select(func.max(PUBLICATIONS.c.version)).where(of_race)).scalar()
    version = (newest or 0) + 1
    values = {
        "event_id": request.event_id,
        "race_id": request.race_id,
        "job_id": job_id,
        "version": version,
        "origin": request.origin or version,
        "mode": request.mode.value,
        "state": PublicationState.OPEN.value,
        "official": request.official,
        "notify": request.notify,
        "findings": [dict(finding) for finding in request.findings],
        "created_at": now,
        "created_by": request.created_by,
    }
    its_id = tx.connection.execute(
        insert(PUBLICATIONS).values(values).returning(PUBLICATIONS.c.id)
    ).scalar_one()
    rows = [
        {
            "publication_id": its_id,
            "registration_id": line.registration_id,
            "participant_id": line.participant_id,
            "line": line.values(),
            "state": RowState.UNSENT.value,
        }
        for line in request.lines
    ]
    if rows:
        tx.connection.execute(insert(ROWS), rows)
    tx.touch("publications")
    return get(tx.connection, its_id)


def get(connection: Connection, publication_id: int) -> Version:
    """One version. Raises `UsageFault` when there is none."""
    found = _versions(connection, select(PUBLICATIONS).where(PUBLICATIONS.c.id == publication_id))
    if not found:
        raise UsageFault(f"there is no publication {publication_id}")
    return found[0]


def next_open(connection: Connection, event_id: int, job_id: int) -> Version | None:
    """The oldest open version that this job is to carry.

    A version whose own job ended before it was taken up is carried by the next; one whose job was
    cancelled or failed is not: it was stopped, or waits for somebody to retry it.
    """
    query = (
        select(PUBLICATIONS)
        .outerjoin(QUEUE, QUEUE.c.id == PUBLICATIONS.c.job_id)
        .where(
            PUBLICATIONS.c.event_id == event_id,
            PUBLICATIONS.c.state == PublicationState.OPEN.value,
            or_(
                PUBLICATIONS.c.job_id == job_id,
                QUEUE.c.state == JobState.COMPLETED.value,
            ),
        )
        .order_by(PUBLICATIONS.c.id)
        .limit(1)
    )
    found = _versions(connection, query)
    return found[0] if found else None


def current(connection: Connection, race_id: int) -> Version | None:
    """The version that the public sees: the newest that was published."""
    query = select(PUBLICATIONS).where(
        PUBLICATIONS.c.race_id == race_id,
        PUBLICATIONS.c.state == PublicationState.PUBLISHED.value,
    )
    found = _versions(connection, query.order_by(PUBLICATIONS.c.version.desc()).limit(1))
    return found[0] if found else None


def last_shown(connection: Connection, race_id: int) -> Version | None:
    """The newest published version that has lines, hidden from the public since or not."""
    return _shown_before(connection, race_id, None)


def previous(connection: Connection, race_id: int) -> Version | None:
    """The version that came before the lines that were published last, step by step back."""
    last = last_shown(connection, race_id)
    return None if last is None else _shown_before(connection, race_id, last.origin)


def _shown_before(connection: Connection, race_id: int, version: int | None) -> Version | None:
    query = select(PUBLICATIONS).where(
        PUBLICATIONS.c.race_id == race_id,
        PUBLICATIONS.c.state == PublicationState.PUBLISHED.value,
        PUBLICATIONS.c.mode != Mode.WITHDRAW.value,
    )
    if version is not None:
        query = query.where(PUBLICATIONS.c.version < version)
    found = _versions(connection, query.order_by(PUBLICATIONS.c.version.desc()).limit(1))
    return found[0] if found else None


def leftover_lists(connection: Connection, race_id: int) -> set[str]:
    """Lists that versions of the race filled and that were never shown."""
    query = select(PUBLICATIONS.c.list_id).where(
        PUBLICATIONS.c.race_id == race_id,
        PUBLICATIONS.c.list_id.is_not(None),
        PUBLICATIONS.c.state == PublicationState.PUBLISHED.value,
    )
    return known_lists(connection, race_id) - set(connection.execute(query).scalars())


def known_lists(connection: Connection, race_id: int) -> set[str]:
    """Every list at the far side that a version of this race ever filled."""
    query = select(PUBLICATIONS.c.list_id).where(
        PUBLICATIONS.c.race_id == race_id, PUBLICATIONS.c.list_id.is_not(None)
    )
    return set(connection.execute(query).scalars())


def versions(connection: Connection, event_id: int, race_id: int | None = None) -> list[Version]:
    """Every version of an event's races, the newest first."""
    query = select(PUBLICATIONS).where(PUBLICATIONS.c.event_id == event_id)
    if race_id is not None:
        query = query.where(PUBLICATIONS.c.race_id == race_id)
    return _versions(connection, query.order_by(PUBLICATIONS.c.id.desc()))


def lines(
    connection: Connection, publication_id: int, *, state: RowState | None = None
) -> list[Line]:
    """The lines of a version, or those in one state."""
    query = select(ROWS.c.line).where(ROWS.c.publication_id == publication_id)
    if state is not None:
        query = query.where(ROWS.c.state == state.value)
    return [line_of(values) for values in connection.execute(query.order_by(ROWS.c.id)).scalars()]


def row_states(connection: Connection, publication_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many lines of each version are in each state."""
    query = (
        select(ROWS.c.publication_id, ROWS.c.state, func.count())
        .where(ROWS.c.publication_id.in_(publication_ids))
        .group_by(ROWS.c.publication_id, ROWS.c.state)
    )
    found: dict[int, dict[str, int]] = {its_id: {} for its_id in publication_ids}
    for its_id, state, count in connection.execute(query):
        found[its_id][state] = count
    return found


def rows(connection: Connection, publication_id: int) -> list[dict[str, Any]]:
    """Every line of a version with its state and the reason for it."""
    query = select(ROWS).where(ROWS.c.publication_id == publication_id).order_by(ROWS.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def note_list(tx: Tx, publication_id: int, list_id: str, replaces: str | None) -> None:
    """Write down which list at the far side holds a version, before anything is put into it."""
    tx.connection.execute(
        update(PUBLICATIONS)
        .where(PUBLICATIONS.c.id == publication_id)
        .values(list_id=list_id, replaces=replaces)
    )
    tx.touch("publications")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is now known of one line."""

    line: Line
    state: RowState
    reason: str | None = None


def settle_rows(tx: Tx, publication_id: int, verdicts: Iterable[Verdict]) -> None:
    """Write down how far lines are."""
    settled = [
        {
            "publication_id": publication_id,
            "registration_id": verdict.line.registration_id,
            "participant_id": verdict.line.participant_id,
            "line": verdict.line.values(),
            "state": verdict.state.value,
            "reason": verdict.reason,
        }
        for verdict in verdicts
    ]
    key = ("publication_id", "registration_id")
    upsert(tx.connection, ROWS, settled, key=key, keep=("line", "participant_id"))
    tx.touch("publications")


def settle(
    tx: Tx,
    publication_id: int,
    state: PublicationState,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Say how a version ended."""
    tx.connection.execute(
        update(PUBLICATIONS)
        .where(PUBLICATIONS.c.id == publication_id)
        .values(state=state.value, settled_at=now, reason=reason)
    )
    tx.touch("publications")


def _versions(connection: Connection, query: Select[Any]) -> list[Version]:
    found = []
    for row in connection.execute(query).mappings():
        words = {"mode": Mode(row["mode"]), "state": PublicationState(row["state"])}
        found.append(Version(**{name: row[name] for name in Version.__slots__} | words))
    return found
