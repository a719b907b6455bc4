"""Claims: the most urgent due job under a lease, its attempt written before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    RowMapping,
    Select,
    Update,
    bindparam,
    func,
    insert,
    select,
    update,
)

from p88console.domain.jobs import CLAIMABLE_STATES, Job, JobState
from p88console.store.database.clocks import SERVER_TIME, local_time
from p88console.store.database.db import Tx, alongside
from p88console.store.work import lines
from p88console.store.work.nearness import SAME, Places, around, nearest_first
from p88console.store.work.queue import ACCOUNTS, HISTORY, QUEUE, in_states, job_of

MOMENT = Places()
"""The instants around the claim in the statements below."""


@alongside
def claim(
    tx: Tx,
    owner: str,
    now: datetime,
    lease_s: float,
    only: Sequence[int] | None = None,
    barred: Collection[int] = (),
) -> tuple[Job, int] | None:
    """Take the most urgent due job under a lease; writes its attempt before anything is sent.

    Args:
        tx: The transaction.
        owner: A name for this claim alone; only under it can the job be settled.
        now: The instant of the claim, in race time.
        lease_s: Machine seconds after which the claim lapses unless it is extended.
        only: Restrict the choice to these job ids.
        barred: Accounts whose jobs are left to others.

    Returns:
        The job and the id of its history row, or None when nothing is due.
    """
    places: dict[str, Any] = MOMENT.filled(now) | {"barred": list(barred)}
    if only is not None:
        places["only"] = list(only)
    due = DUE if only is None else DUE_OF_THESE
    found = tx.connection.execute(due, places).mappings().one_or_none()
    if found is None:
        return None
    taken = {
        "state": JobState.RUNNING.value,
        "in_doubt": found["in_doubt"] or found["state"] == JobState.VERIFY,
        "attempt": found["attempt"] + 1,
        "progress_done": 0,
        "progress_total": None,
    }
    here = local_time(tx.connection)
    take, until = (TAKE_BY_SERVER, lease_s) if here is None else (TAKE, here + lease_s)
    tx.connection.execute(take, {"its_id": found["id"], "owner": owner, "until": until, **taken})
    tx.touch("queue", "history")
    return job_of({**found, **taken}), _open_attempt(tx, found, taken["attempt"], now)


def _due() -> Select[Any]:
    """The job to serve next; locked, where the database has row locks."""
    other = QUEUE.alias("other")
    busy = (
        select(other.c.id)
        .where(
            other.c.state == JobState.RUNNING.value,
            other.c.account_id == QUEUE.c.account_id,
            func.coalesce(other.c.event_id, 0) == func.coalesce(QUEUE.c.event_id, 0),
        )
        .exists()
    )
    return (
        select(QUEUE, ACCOUNTS.c.provider)
        .join(ACCOUNTS, ACCOUNTS.c.id == QUEUE.c.account_id)
        .outerjoin(lines.LINES, lines.LINES.c.account_id == QUEUE.c.account_id)
        .where(
            in_states(*CLAIMABLE_STATES),
            QUEUE.c.due_at <= MOMENT(SAME),
            QUEUE.c.account_id.not_in(bindparam("barred", expanding=True)),
            ACCOUNTS.c.held_since.is_(None),
            ACCOUNTS.c.removed_at.is_(None),
            lines.passable(MOMENT),
            ~busy,
        )
        .order_by(QUEUE.c.priority, *nearest_first(MOMENT), QUEUE.c.due_at, QUEUE.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=QUEUE)
    )


def _take(until: ColumnElement[float]) -> Update:
    """What a claim writes; the lease ends at an expression over the place `until`."""
    told = ("state", "in_doubt", "attempt", "progress_done", "progress_total")
    values: dict[str, Any] = {name: bindparam(name) for name in told}
    return (
        update(QUEUE)
        .where(QUEUE.c.id == bindparam("its_id"))
        .values(lease_owner=bindparam("owner"), lease_until=until, waits=False, **values)
    )


UNTIL: ColumnElement[float] = bindparam("until", type_=Float())

DUE = _due()
DUE_OF_THESE = DUE.where(QUEUE.c.id.in_(bindparam("only", expanding=True)))
TAKE, TAKE_BY_SERVER = _take(UNTIL), _take(SERVER_TIME + UNTIL)
ATTEMPT = insert(HISTORY).returning(HISTORY.c.id)


def _open_attempt(tx: Tx, job: RowMapping, attempt: int, now: datetime) -> int:
    """The attempt's history row, written before anything is sent."""
    same = ("partner_id", "account_id", "event_id", "operation", "direction", "trigger")
    row = {
        **{name: job[name] for name in same},
        "job_id": job["id"],
        "attempt": attempt,
        "state": JobState.RUNNING.value,
        "started_at": now,
        "partial": False,
        "counts": {},
    }
    history_id: int = tx.connection.execute(ATTEMPT, row).scalar_one()
    return history_id


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When the next job is due of those that could be claimed at `now`."""
    due: datetime | None = connection.execute(
        select(func.min(QUEUE.c.due_at))
        .join(ACCOUNTS, ACCOUNTS.c.id == QUEUE.c.account_id)
        .outerjoin(lines.LINES, lines.LINES.c.account_id == QUEUE.c.account_id)
        .where(
            QUEUE.c.state.in_(CLAIMABLE_STATES),
            ACCOUNTS.c.held_since.is_(None),
            ACCOUNTS.c.removed_at.is_(None),
            lines.passable(around(now)),
        )
    ).scalar()
    return due
