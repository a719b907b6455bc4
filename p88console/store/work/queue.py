"""The queue: what is asked for, made due, put off, cancelled and looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.engine import RowMapping

from p88console.domain.jobs import (
    CLAIMABLE_STATES,
    FINAL_STATES,
    LOWEST_PRIORITY,
    OPEN_STATES,
    Direction,
    Job,
    JobKey,
    JobState,
    Operation,
    Operator,
    Priority,
    Trigger,
    scheduled_priority,
)
from p88console.domain.model import Provider
from p88console.store import core
from p88console.store.database.db import Tx
from p88console.store.database.straight import Straight
from p88console.store.database.upsert import insert_of
from p88console.store.inbox import troubles
from p88console.store.work import holds, lines

QUEUE = core.SYNC_QUEUE
HISTORY = core.SYNC_HISTORY
ACCOUNTS = core.ACCOUNTS


@dataclass(frozen=True, slots=True)
class Enqueued:
    """What asking for work led to: a new job, or the one that was open already."""

    job_id: int
    created: bool
    state: JobState


def enqueue(
    tx: Tx,
    key: JobKey,
    trigger: Trigger,
    now: datetime,
    *,
    full: bool = False,
    more: bool = False,
    by: Operator | None = None,
) -> Enqueued:
    """Ask for work; a second request finds the first and makes it more urgent.

    Args:
        tx: The transaction; an edit and the job that carries it share one.
        key: What is to be done.
        trigger: Who asks; anything but the schedule comes first and is due now.
        now: The instant of asking.
        full: Ignore since-filters.
        more: There is something new to carry, so a job that is running now is followed by another.
        by: The person who asks, where it is one.
    """
    manual = trigger in (Trigger.OPERATOR, Trigger.API)
    priority = Priority.MANUAL if manual else scheduled_priority(key.operation, key.direction)
    tx.touch("queue")
    row = {
        "account": key.account_id,
        "event_id": key.event_id,
        "operation": key.operation.value,
        "direction": key.direction.value,
        "priority": int(priority),
        "now": now,
        "trigger": trigger.value,
        "asked_by": by.who if by else None,
        "asked_door": by.door if by else None,
        "full": full,
    }
    for added in ADD.rows(tx.connection, row):
        return Enqueued(added["id"], created=True, state=JobState.PENDING)
    found = tx.connection.execute(LOOK, places(key)).mappings().one()
    if found["id"] is None:
        return _add_told(tx, row, found)
    changes: dict[str, Any] = {"priority": min(found["priority"], int(priority))}
    if full and not found["full"]:
        # an attempt that runs does not become full by being told so: a full one follows it
        changes["full"] = True
        if found["state"] == JobState.RUNNING:
            changes["again"] = True
        else:
            changes["checkpoint"] = {}
    if manual and found["state"] in CLAIMABLE_STATES:
        changes |= {"due_at": min(found["due_at"], now)}
    if more and found["state"] == JobState.RUNNING:
        changes |= {"again": True}
    if by is not None and found["asked_by"] is None:
        changes |= {"asked_by": by.who, "asked_door": by.door}
    tx.connection.execute(update(QUEUE).where(QUEUE.c.id == found["id"]).values(changes))
    return Enqueued(found["id"], created=False, state=JobState(found["state"]))


def _add_told(tx: Tx, row: dict[str, Any], account: RowMapping) -> Enqueued:
    """A new job that is told why it waits; held from the start where its account is."""
    held = holds.told(account["held_reason"]) if account["held_since"] else None
    closed = account["fault"] if account["closed_at"] else None
    state = JobState.HELD if held else JobState.PENDING
    told = {"state": state.value, "error": held or closed}
    (added,) = ADD_TOLD.rows(tx.connection, row | told)
    return Enqueued(added["id"], created=True, state=state)


def in_states(*states: JobState, job: Any = QUEUE.c) -> ColumnElement[bool]:
    """Whether a job stands in one of these, in a form that meets the indexes over some states."""
    words: list[ColumnElement[str]] = [literal_column(f"'{state.value}'") for state in states]
    found: ColumnElement[bool] = job.state.in_(words) if words[1:] else job.state == words[0]
    return found


def same_work(job: Any = QUEUE.c) -> ColumnElement[bool]:
    """Whether a job is about the work in the places that `places` fills."""
    return and_(
        job.account_id == bindparam("account", type_=Integer()),
        func.coalesce(job.event_id, literal_column("0")) == bindparam("event", type_=Integer()),
        job.operation == bindparam("work", type_=String()),
        job.direction == bindparam("way", type_=String()),
    )


def mine() -> ColumnElement[bool]:
    """Whether a job is under the very claim that `its_id` and `owner` name."""
    its_id, owner = bindparam("its_id", type_=Integer()), bindparam("owner", type_=String())
    return and_(QUEUE.c.id == its_id, QUEUE.c.lease_owner == owner)


LOOK = (
    select(
        *(ACCOUNTS.c[name] for name in ("partner_id", "held_since", "held_reason")),
        *(lines.LINES.c[name] for name in ("closed_at", "fault")),
        *(QUEUE.c[name] for name in ("id", "state", "priority", "due_at", "full", "asked_by")),
    )
    .select_from(ACCOUNTS)
    .outerjoin(lines.LINES, lines.LINES.c.account_id == ACCOUNTS.c.id)
    .outerjoin(QUEUE, and_(same_work(), in_states(*OPEN_STATES)))
    .where(ACCOUNTS.c.id == bindparam("account"))
)
"""The account that work is asked for, and the job that is open for it."""

FRESH = {
    "attempt": 0,
    "in_doubt": False,
    "again": False,
    "progress_done": 0,
    "checkpoint": {},
    "waits": False,
}
"""What every job begins with."""


def _add(*, told: bool) -> Straight:
    """Adds a job; without words about why it waits only where it may run, and none is open."""
    places = {
        "due_at": "now",
        "created_at": "now",
        **{name: name for name in ("event_id", "operation", "direction", "priority")},
        **{name: name for name in ("trigger", "asked_by", "asked_door", "full")},
        **({"state": "state", "error": "error"} if told else {}),
    }
    values: dict[str, ColumnElement[Any]] = {
        "partner_id": ACCOUNTS.c.partner_id,
        "account_id": ACCOUNTS.c.id,
        "state": literal(JobState.PENDING.value),
        **{name: literal(value, QUEUE.c[name].type) for name, value in FRESH.items()},
        **{name: bindparam(place, type_=QUEUE.c[name].type) for name, place in places.items()},
    }
    job = (
        select(*values.values())
        .outerjoin(lines.LINES, lines.LINES.c.account_id == ACCOUNTS.c.id)
        .where(ACCOUNTS.c.id == bindparam("account", type_=Integer()))
    )
    if not told:
        job = job.where(ACCOUNTS.c.held_since.is_(None), lines.LINES.c.closed_at.is_(None))

    def build(dialect: str) -> Any:
        adding = insert_of(dialect, QUEUE).from_select(list(values), job)
        return (adding if told else adding.on_conflict_do_nothing()).returning(QUEUE.c.id)

    return Straight(build)


ADD, ADD_TOLD = _add(told=False), _add(told=True)

CLOSE_FAILED = (
    update(QUEUE)
    .where(same_work(), in_states(JobState.FAILED_PERMANENT))
    .values(state=JobState.CANCELLED.value, finished_at=bindparam("now"))
)


def places(key: JobKey) -> dict[str, Any]:
    """What belongs into the places of a statement about this work."""
    return {
        "account": key.account_id,
        "event": key.event_id or 0,
        "work": key.operation.value,
        "way": key.direction.value,
    }


def close_failed(tx: Tx, key: JobKey, now: datetime) -> None:
    """What failed for good before needs nobody any more once the same work has succeeded."""
    closed = tx.connection.execute(CLOSE_FAILED, places(key) | {"now": now})
    if closed.rowcount:
        troubles.mind(tx, now)


def retry_now(tx: Tx, job_ids: Sequence[int], now: datetime) -> list[int]:
    """Make jobs due now, failed and held ones included; returns those that could be."""
    done: list[int] = []
    for job_id in job_ids:
        job = get(tx.connection, job_id)
        if job is None or job.state in (JobState.RUNNING, JobState.COMPLETED):
            continue
        if job.state in FINAL_STATES and is_open(tx.connection, job.key):
            continue
        state = JobState.VERIFY if job.in_doubt else JobState.PENDING
        tx.connection.execute(
            update(QUEUE)
            .where(QUEUE.c.id == job_id)
            .values(state=state.value, due_at=now, priority=int(Priority.MANUAL), finished_at=None)
        )
        done.append(job_id)
    troubles.mind(tx, now)
    tx.touch("queue")
    return done


def is_open(connection: Connection, key: JobKey) -> bool:
    """Whether a job for this work is open."""
    return connection.execute(LOOK, places(key)).mappings().one()["id"] is not None


def snooze(tx: Tx, job_ids: Sequence[int], until: datetime) -> list[int]:
    """Let jobs that wait for their time wait until another one; returns those that could be."""
    snoozed = tx.connection.execute(
        update(QUEUE)
        .where(QUEUE.c.id.in_(job_ids), QUEUE.c.state.in_(CLAIMABLE_STATES))
        .values(due_at=until)
        .returning(QUEUE.c.id)
    )
    tx.touch("queue")
    return sorted(snoozed.scalars())


def cancel(tx: Tx, job_ids: Sequence[int], now: datetime) -> list[int]:
    """Cancel jobs that wait or have failed; a running one is left to finish.

    Returns those that could be.
    """
    waiting = (*CLAIMABLE_STATES, JobState.HELD, JobState.FAILED_PERMANENT)
    cancelled = tx.connection.execute(
        update(QUEUE)
        .where(QUEUE.c.id.in_(job_ids), QUEUE.c.state.in_(waiting))
        .values(state=JobState.CANCELLED.value, finished_at=now)
        .returning(QUEUE.c.id)
    )
    done = sorted(cancelled.scalars())
    troubles.mind(tx, now)
    tx.touch("queue")
    return done


def under_way(connection: Connection, now: datetime) -> bool:
    """Whether a job runs, or could be taken up now."""
    could = and_(QUEUE.c.due_at <= now, in_states(*CLAIMABLE_STATES))
    query = select(QUEUE.c.id).where(or_(in_states(JobState.RUNNING), could))
    return connection.execute(query.limit(1)).first() is not None


def held_of(connection: Connection, account_id: int) -> list[int]:
    """The held jobs of an account."""
    query = select(QUEUE.c.id).where(
        QUEUE.c.account_id == account_id, QUEUE.c.state == JobState.HELD.value
    )
    return list(connection.execute(query).scalars())


def one_lower() -> ColumnElement[int]:
    """One priority lower than the job has now, as far as there is one."""
    return case((QUEUE.c.priority < LOWEST_PRIORITY, QUEUE.c.priority + 1), else_=LOWEST_PRIORITY)


def get(connection: Connection, job_id: int) -> Job | None:
    """One job by its id."""
    jobs = find(connection, job_ids=[job_id])
    return jobs[0] if jobs else None


def find(
    connection: Connection,
    *,
    job_ids: Sequence[int] | None = None,
    state: JobState | None = None,
    limit: int | None = None,
) -> list[Job]:
    """Jobs in the order in which they will be served; finished ones newest first at the end."""
    query = select(QUEUE, ACCOUNTS.c.provider).join(ACCOUNTS, ACCOUNTS.c.id == QUEUE.c.account_id)
    if job_ids is not None:
        query = query.where(QUEUE.c.id.in_(job_ids))
    if state is not None:
        query = query.where(QUEUE.c.state == state.value)
    query = query.order_by(
        QUEUE.c.finished_at.is_not(None),
        QUEUE.c.finished_at.desc(),
        QUEUE.c.state != JobState.RUNNING.value,
        QUEUE.c.priority,
        QUEUE.c.due_at,
        QUEUE.c.id,
    ).limit(limit)
    return [job_of(row) for row in connection.execute(query).mappings()]


JOB = tuple(
    column
    for column in QUEUE.c
    if not column.name.startswith("lease_")
    and column.name not in ("again", "waits", "created_at", "finished_at")
)
"""What `job_of` reads of a job's row."""


def job_of(row: Mapping[Any, Any] | RowMapping) -> Job:
    """A job from its row and its account's provider."""
    return Job(
        id=row["id"],
        partner_id=row["partner_id"],
        account_id=row["account_id"],
        provider=Provider(row["provider"]),
        event_id=row["event_id"],
        operation=Operation(row["operation"]),
        direction=Direction(row["direction"]),
        state=JobState(row["state"]),
        priority=row["priority"],
        due_at=row["due_at"],
        attempt=row["attempt"],
        trigger=Trigger(row["trigger"]),
        full=row["full"],
        in_doubt=row["in_doubt"],
        progress_done=row["progress_done"],
        progress_total=row["progress_total"],
        checkpoint=row["checkpoint"],
        error=row["error"],
        asked_by=Operator(row["asked_by"], row["asked_door"]) if row["asked_by"] else None,
    )
