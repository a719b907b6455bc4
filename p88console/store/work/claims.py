"""Claims: the most urgent due job under a lease, its attempt written before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Insert,
    ScalarSelect,
    Select,
    String,
    Update,
    and_,
    bindparam,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    union_all,
    update,
)

from p88console.domain.jobs import CLAIMABLE_STATES, LOWEST_PRIORITY, Job, JobState
from p88console.store.database.clocks import SERVER_TIME, local_time
from p88console.store.database.db import Tx, alongside
from p88console.store.database.straight import Row, Straight, in_one_exchange
from p88console.store.work import lines
from p88console.store.work.nearness import ONE, SAME, Places, around, gun_of, may_be_near
from p88console.store.work.queue import ACCOUNTS, HISTORY, JOB, QUEUE, in_states, job_of

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
    said = claiming(tx.connection, owner, now, lease_s)
    if only is None and not barred:
        taken, attempts = in_one_exchange(tx.connection, *said)
    else:
        (_, places), opens = said
        by_server = local_time(tx.connection) is None
        narrowed = _take(by_server=by_server, narrowed=True, these=only is not None)
        places = {**places, "barred": list(barred), "only": list(only or ())}
        taken = [dict(row) for row in tx.connection.execute(narrowed, places).mappings()]
        (attempts,) = in_one_exchange(tx.connection, opens)
    return claimed(tx, taken, attempts)


def claiming(
    connection: Connection, owner: str, now: datetime, lease_s: float
) -> list[tuple[Straight, dict[str, Any]]]:
    """What takes the most urgent due job and opens its attempt; what both tell is `claimed`."""
    here = local_time(connection)
    take, until = (TAKE_BY_SERVER, lease_s) if here is None else (TAKE, here + lease_s)
    places = {**MOMENT.filled(now), "owner": owner, "until": until}
    return [(take, places), (ATTEMPT, {"owner": owner, "now": now})]


def claimed(tx: Tx, taken: list[Row], attempts: list[Row]) -> tuple[Job, int] | None:
    """The job that was taken and the id of its history row."""
    if not taken:
        return None
    tx.touch("queue", "history")
    return job_of(taken[0]), attempts[0]["id"]


def _due() -> ColumnElement[bool]:
    """Whether a job waits and its time has come."""
    return and_(in_states(*CLAIMABLE_STATES), QUEUE.c.due_at <= MOMENT(SAME))


def _free() -> ColumnElement[bool]:
    """Whether nothing stands in a job's way: its account, its line, or work at the same event.

    Asked by scalars, so that no database plans it as joins over all jobs that are due.
    """
    other = QUEUE.alias("other")
    nought: ColumnElement[int] = literal_column("0")
    busy = (
        select(other.c.id)
        .where(
            in_states(JobState.RUNNING, job=other.c),
            other.c.account_id == QUEUE.c.account_id,
            func.coalesce(other.c.event_id, nought) == func.coalesce(QUEUE.c.event_id, nought),
        )
        .limit(ONE)
    )
    open_line = (
        select(ACCOUNTS.c.id)
        .outerjoin(lines.LINES, lines.LINES.c.account_id == ACCOUNTS.c.id)
        .where(
            ACCOUNTS.c.id == QUEUE.c.account_id,
            ACCOUNTS.c.held_since.is_(None),
            ACCOUNTS.c.removed_at.is_(None),
            lines.passable(MOMENT),
        )
        .limit(ONE)
    )
    busy_with, way = (found.correlate(QUEUE).scalar_subquery() for found in (busy, open_line))
    return and_(busy_with.is_(None), way.is_not(None))


def _first(*order: ColumnElement[Any]) -> Select[Any]:
    """The first job in an order that nobody else takes up at this moment."""
    locked = select(QUEUE.c.id, QUEUE.c.priority).with_for_update(skip_locked=True, of=QUEUE)
    return locked.order_by(*order).limit(ONE)


def _next(*narrowing: ColumnElement[bool]) -> ScalarSelect[int]:
    """The job to serve next: by priority, of one priority the nearest gun's, then the longest due.

    What follows a gun is looked for first. The rest is then found by the index in its order,
    and only where it is more urgent.
    """
    could = (_due(), _free(), *narrowing)
    in_turn, gun = (QUEUE.c.due_at, QUEUE.c.id), gun_of(MOMENT)
    near = (
        _first(QUEUE.c.priority, gun, *in_turn)
        .where(may_be_near(MOMENT), gun.is_not(None), *could)
        .cte("near")
    )
    urgent = func.coalesce(select(near.c.priority).scalar_subquery(), LOWEST_PRIORITY + 1)
    others = (
        _first(QUEUE.c.priority, *in_turn).where(QUEUE.c.priority < urgent, *could).cte("others")
    )
    both = union_all(select(others), select(near)).subquery()
    return select(both.c.id).order_by(both.c.priority).limit(ONE).scalar_subquery()


@cache
def _take(*, by_server: bool, narrowed: bool = False, these: bool = False) -> Update:
    """Takes the next job under a lease that ends at a place, or so long after the server's now."""
    until: ColumnElement[float] = bindparam("until", type_=Float())
    narrowing = []
    if narrowed:
        narrowing.append(QUEUE.c.account_id.not_in(bindparam("barred", expanding=True)))
    if these:
        narrowing.append(QUEUE.c.id.in_(bindparam("only", expanding=True)))
    # what a write tells is rendered without the names of tables, this one too
    its_account = ACCOUNTS.c.id == literal_column(f"{QUEUE.name}.account_id")
    provider = select(ACCOUNTS.c.provider).where(its_account)
    return (
        update(QUEUE)
        .where(QUEUE.c.id == _next(*narrowing))
        .values(
            state=JobState.RUNNING.value,
            in_doubt=or_(QUEUE.c.in_doubt, QUEUE.c.state == JobState.VERIFY.value),
            attempt=QUEUE.c.attempt + 1,
            progress_done=0,
            progress_total=None,
            lease_owner=bindparam("owner", type_=String()),
            lease_until=SERVER_TIME + until if by_server else until,
            waits=False,
        )
        .returning(*JOB, provider.scalar_subquery().label("provider"))
    )


def _attempt() -> Insert:
    """Opens the attempt of the job that was just taken, before anything is sent."""
    same = ("partner_id", "account_id", "event_id", "operation", "direction", "attempt", "trigger")
    values: dict[str, ColumnElement[Any]] = {
        "job_id": QUEUE.c.id,
        **{name: QUEUE.c[name] for name in same},
        "state": literal(JobState.RUNNING.value),
        "started_at": bindparam("now", type_=HISTORY.c.started_at.type),
        "partial": literal(False),
        "counts": literal({}, HISTORY.c.counts.type),
    }
    open_already = (
        select(HISTORY.c.id)
        .where(HISTORY.c.job_id == QUEUE.c.id, HISTORY.c.finished_at.is_(None))
        .limit(ONE)
        .correlate(QUEUE)
        .scalar_subquery()
    )
    job = select(*values.values()).where(
        in_states(JobState.RUNNING),
        QUEUE.c.lease_owner == bindparam("owner", type_=String()),
        open_already.is_(None),
    )
    return insert(HISTORY).from_select(list(values), job).returning(HISTORY.c.id)


TAKE = Straight(_take(by_server=False))
TAKE_BY_SERVER = Straight(_take(by_server=True))
ATTEMPT = Straight(_attempt())


def next_due(
    connection: Connection, now: datetime, barred: Collection[int] = ()
) -> datetime | None:
    """When the next job is due of those that could be claimed at `now`, `barred` accounts aside."""
    due: datetime | None = connection.execute(
        select(func.min(QUEUE.c.due_at))
        .join(ACCOUNTS, ACCOUNTS.c.id == QUEUE.c.account_id)
        .outerjoin(lines.LINES, lines.LINES.c.account_id == QUEUE.c.account_id)
        .where(
            QUEUE.c.state.in_(CLAIMABLE_STATES),
            ACCOUNTS.c.held_since.is_(None),
            ACCOUNTS.c.removed_at.is_(None),
            QUEUE.c.account_id.not_in(barred),
            lines.passable(around(now)),
        )
    ).scalar()
    return due
