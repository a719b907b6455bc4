"""Reads the History: attempts in windows, narrowed by how they ended, and one attempt whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select

from p88console.domain.errors import UsageFault
from p88console.domain.jobs import JobState, Trigger
from p88console.store.tenancy.events import EVENTS
from p88console.store.tenancy.tenants import ACCOUNTS
from p88console.store.windows.board import HistoryRow
from p88console.store.windows.past_rows import AttemptStory, PastFacet, PastQuery
from p88console.store.work import history
from p88console.store.work.queue import HISTORY, QUEUE

H = HISTORY.c

COUNTED = tuple(facet for facet in PastFacet if facet is not PastFacet.DONE)
"""Most attempts are done; that many rows are not counted for a number nobody needs."""


def count(connection: Connection, query: PastQuery) -> int:
    """How many attempts match."""
    counted = select(func.count())
    if query.text:
        return int(connection.execute(_narrowed(counted, query)).scalar_one())
    plain = counted.select_from(HISTORY).where(*_conditions(query))
    return int(connection.execute(plain).scalar_one())


def page(connection: Connection, query: PastQuery, offset: int, limit: int) -> list[HistoryRow]:
    """Attempts from `offset` on, newest first."""
    window = _narrowed(select(*history.COLUMNS), query)
    window = window.order_by(H.id.desc()).offset(offset).limit(limit)
    return [history.row_of(row) for row in connection.execute(window).mappings()]


def place(connection: Connection, query: PastQuery, history_id: int) -> int:
    """Where an attempt stands among those that match: how many are newer."""
    newer = _narrowed(select(func.count()), query).where(H.id > history_id)
    return int(connection.execute(newer).scalar_one())


def facet_counts(
    connection: Connection, event_id: int | None, account_id: int | None
) -> dict[PastFacet, int]:
    """How many attempts each facet holds, but for the ones that went well."""
    return {facet: count(connection, PastQuery(event_id, account_id, facet)) for facet in COUNTED}


def attempt(connection: Connection, history_id: int) -> AttemptStory:
    """One attempt whole. Raises `UsageFault` when there is none."""
    query = (
        select(
            HISTORY,
            ACCOUNTS.c.provider,
            ACCOUNTS.c.label,
            EVENTS.c.name.label("event_name"),
            QUEUE.c.state.label("job_state"),
            QUEUE.c.attempt.label("attempts"),
        )
        .join(ACCOUNTS, ACCOUNTS.c.id == H.account_id)
        .outerjoin(QUEUE, QUEUE.c.id == H.job_id)
        .outerjoin(EVENTS, EVENTS.c.id == H.event_id)
        .where(H.id == history_id)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UsageFault(f"there is no attempt {history_id}", hint="see: p88console history list")
    return AttemptStory(
        id=row["id"],
        job_id=row["job_id"],
        job_state=row["job_state"],
        attempt=row["attempt"],
        attempts=max(row["attempt"], row["attempts"] or 0),
        provider=row["provider"],
        account_label=row["label"],
        event_name=row["event_name"],
        operation=row["operation"],
        direction=row["direction"],
        state=row["state"],
        trigger=row["trigger"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        partial=row["partial"],
        counts=row["counts"],
        error=row["error"],
    )


def _narrowed(query: Select[Any], wanted: PastQuery) -> Select[Any]:
    matched: Select[Any] = history.matched(query, wanted.text)
    return matched.where(*_conditions(wanted))


def _conditions(wanted: PastQuery) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.event_id is not None:
        found.append(H.event_id == wanted.event_id)
    if wanted.account_id is not None:
        found.append(H.account_id == wanted.account_id)
    if wanted.facet in _FACETS:
        found.append(_FACETS[wanted.facet]())
    return found


_FACETS: dict[PastFacet, Callable[[], ColumnElement[bool]]] = {
    PastFacet.DONE: lambda: and_(H.state == JobState.COMPLETED.value, ~H.partial),
    PastFacet.FAILED: lambda: H.state.in_(("failed", JobState.FAILED_PERMANENT.value)),
    PastFacet.UNHEARD: lambda: H.state == JobState.VERIFY.value,
    PastFacet.PARTIAL: lambda: H.partial,
    PastFacet.HELD: lambda: H.state == JobState.HELD.value,
    PastFacet.NOT_SENT: lambda: H.state == "waiting",
    PastFacet.BY_HAND: lambda: H.trigger.in_((Trigger.OPERATOR.value, Trigger.API.value)),
}
