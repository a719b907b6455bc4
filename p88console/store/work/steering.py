"""What operators do to work, each with its line in their trail; most of it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, update

from p88console.domain.jobs import CLAIMABLE_STATES, FINAL_STATES, Job, JobState
from p88console.domain.jumps import span as lasting
from p88console.domain.model import Provider
from p88console.store.database.db import Tx
from p88console.store.inbox import troubles
from p88console.store.people import edits
from p88console.store.people.edits import Act, Hand
from p88console.store.tenancy import tenants
from p88console.store.windows import agenda
from p88console.store.windows.work_rows import ScheduledRun
from p88console.store.work import holds, queue
from p88console.store.work.queue import QUEUE

FINAL = {
    "retry": "what was sent again cannot be taken back",
    "resume": "what went out since cannot be taken back; the lane can be held",
    "skip": "the schedule goes on; the run can be asked for by hand",
}
"""Kinds that cannot be taken back, each with the reason."""

KINDS = frozenset({"cancel", "snooze", "hold"})
"""Kinds that can be; the bases of such an action say how its work stood before."""

NAMED = 3
"""Jobs that a summary names one by one."""


def retry(tx: Tx, hand: Hand, job_ids: Sequence[int]) -> list[int]:
    """Make jobs due now; returns those that could be."""
    done = queue.retry_now(tx, job_ids, hand.now)
    _note(tx, hand, "retry", _jobs(tx.connection, done), "due now")
    return done


def cancel(tx: Tx, hand: Hand, job_ids: Sequence[int]) -> list[int]:
    """Cancel jobs that wait or have failed; returns those that could be."""
    before = _jobs(tx.connection, job_ids)
    done = queue.cancel(tx, job_ids, hand.now)
    _note(tx, hand, "cancel", [job for job in before if job.id in done], "cancelled")
    return done


def snooze(tx: Tx, hand: Hand, job_ids: Sequence[int], span: timedelta) -> list[int]:
    """Let jobs wait that long from now; returns those that could be."""
    before = _jobs(tx.connection, job_ids)
    done = queue.snooze(tx, job_ids, hand.now + span)
    words = f"put off for {lasting(span)}"
    _note(tx, hand, "snooze", [job for job in before if job.id in done], words)
    return done


def hold(tx: Tx, hand: Hand, account_id: int) -> int:
    """Hold an account's lane; returns how many jobs wait with it."""
    account = tenants.account(tx.connection, account_id)
    held = holds.hold_account(tx, account_id, holds.BY_HAND, hand.now)
    bases = [[account_id]] if account.held_since is None else []
    _open(tx, hand, "hold", f"{account.label}: lane held{_with(held)}", bases)
    return held


def resume(tx: Tx, hand: Hand, account_id: int) -> int:
    """Let an account's lane go on; returns how many jobs are due now."""
    account = tenants.account(tx.connection, account_id)
    resumed = holds.resume_account(tx, account_id, hand.now)
    _open(tx, hand, "resume", f"{account.label}: lane goes on{_with(resumed)}", [])
    return resumed


def skip(tx: Tx, hand: Hand, run: ScheduledRun) -> None:
    """Leave out a run of the schedule once."""
    agenda.skip(tx, run.id, max(run.due_at, hand.now))
    what = f"{run.operation} from {Provider(run.provider).title}"
    _open(tx, hand, "skip", f"{what}: left out once", [], run.event_id)


def obstacle(connection: Connection, action: RowMapping) -> str | None:
    """Why such an action cannot be taken back any more; None when it can."""
    if action["kind"] == "hold":
        (account_id,) = action["bases"][0] if action["bases"] else (None,)
        if account_id is None:
            return "the lane was held before"
        held_by = tenants.account(connection, account_id).held_reason
        return None if held_by == holds.BY_HAND else "the lane is not held by hand any more"
    return None if _left(connection, action) else "the work has gone on since"


def take_back(tx: Tx, action: RowMapping, now: datetime) -> None:
    """Put the work back to how it stood before this action, as far as it has not gone on."""
    if action["kind"] == "hold":
        holds.resume_account(tx, action["bases"][0][0], now)
        return
    for job_id, state, due_at in _left(tx.connection, action):
        values: dict[str, Any] = {"due_at": datetime.fromisoformat(due_at)}
        if action["kind"] == "cancel":
            ended = {} if state in FINAL_STATES else {"finished_at": None}
            values = {"state": state, **ended}
        tx.connection.execute(update(QUEUE).where(QUEUE.c.id == job_id).values(values))
    troubles.mind(tx, now)
    tx.touch("queue")


def _left(connection: Connection, action: RowMapping) -> list[tuple[int, str, str]]:
    """The jobs of an action that stand as it left them."""
    bases = {base[0]: base for base in action["bases"]}
    snoozed = action["kind"] == "snooze"
    return [
        bases[job.id]
        for job in _jobs(connection, list(bases))
        if (
            job.state in CLAIMABLE_STATES
            if snoozed
            else job.state is JobState.CANCELLED and not queue.is_open(connection, job.key)
        )
    ]


def _jobs(connection: Connection, job_ids: Sequence[int]) -> list[Job]:
    return queue.find(connection, job_ids=job_ids)


def _note(tx: Tx, hand: Hand, kind: str, jobs: Sequence[Job], words: str) -> None:
    """One line of the trail for jobs that something was done to."""
    if not jobs:
        return
    named = ", ".join(f"#{job.id} {_work(job)}" for job in jobs[:NAMED])
    more = f" and {len(jobs) - NAMED} more" if len(jobs) > NAMED else ""
    bases = [[job.id, job.state.value, job.due_at.isoformat()] for job in jobs]
    events = {job.event_id for job in jobs}
    about = events.pop() if len(events) == 1 else None
    _open(tx, hand, kind, f"{named}{more}: {words}", bases, about)


def _work(job: Job) -> str:
    way = "from" if job.direction.value == "pull" else "to"
    return f"{job.operation.value} {way} {job.provider.title}"


def _with(count: int) -> str:
    return f", {count} job{'' if count == 1 else 's'} with it" if count else ""


def _open(
    tx: Tx, hand: Hand, kind: str, summary: str, bases: Sequence[Any], event_id: int | None = None
) -> None:
    edits.open_action(tx, hand, Act(event_id or 0, kind, summary), bases)
