"""`queue`, `history` and `status`: what waits, what happened, how things stand."""

from __future__ import annotations

from typing import Any

import click

from p88console.cli import changes, output
from p88console.cli.face import P88Command, P88Group, face
from p88console.cli.params import OUR_ID
from p88console.domain.errors import UsageFault
from p88console.domain.jobs import JobState
from p88console.domain.model import Provider
from p88console.runtime import present, standing, tenancy
from p88console.runtime.runtime import Runtime
from p88console.store import history as attempts
from p88console.store import queue as jobs
from p88console.store import touched

QUEUE_COLUMNS: output.Columns = {
    "Job": "id",
    "State": "state",
    "Provider": "provider",
    "What": lambda row: f"{row['operation']} {row['direction']}",
    "Event": "event_id",
    "Due": "due_at",
    "Try": "attempt",
    "Done": lambda row: row["progress"]["done"] or None,
    "Error": lambda row: (row["error"] or {}).get("title"),
}

HISTORY_COLUMNS: output.Columns = {
    "Id": "id",
    "Job": "job_id",
    "State": "state",
    "Provider": "provider",
    "What": lambda row: f"{row['operation']} {row['direction']}",
    "Try": "attempt",
    "Started": "started_at",
    "Counts": "counts",
    "Error": lambda row: (row["error"] or {}).get("title"),
}


@click.group(cls=P88Group)
def queue() -> None:
    """Jobs: what waits, runs, is held or has failed."""


@queue.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Narrow.")
def queue_list(state: str | None) -> None:
    """List jobs in the order in which they will be served."""

    async def work(runtime: Runtime) -> object:
        found = await runtime.db.read(jobs.find, state=JobState(state) if state else None)
        return [present.job(row) for row in found]

    face().show(face().run(work), QUEUE_COLUMNS)


@queue.command("retry")
@click.argument("job_ids", type=OUR_ID, nargs=-1, required=True, metavar="ID...")
def queue_retry(job_ids: tuple[int, ...]) -> None:
    """Make jobs due now, failed and held ones included."""
    _change(job_ids, retry=True)


@queue.command("cancel")
@click.argument("job_ids", type=OUR_ID, nargs=-1, required=True, metavar="ID...")
def queue_cancel(job_ids: tuple[int, ...]) -> None:
    """Cancel jobs that wait; a running one is left to finish."""
    _change(job_ids, retry=False)


def _change(job_ids: tuple[int, ...], *, retry: bool) -> None:
    async def work(runtime: Runtime) -> object:
        change = jobs.retry_now if retry else jobs.cancel
        changed = await runtime.db.write(change, list(job_ids), runtime.clock.now())
        missed = ", ".join(f"#{job_id}" for job_id in sorted(set(job_ids) - set(changed)))
        if missed and not changed:
            raise UsageFault(
                f"nothing could be done about {missed}",
                hint="they do not exist, run at this moment, or have ended",
            )
        if missed:
            output.note(f"nothing could be done about {missed}")
        return [present.job(row) for row in await runtime.db.read(jobs.find, job_ids=changed)]

    face().show(face().run(work), QUEUE_COLUMNS)


@queue.command("hold")
@click.option("--account", "account_id", type=OUR_ID, required=True, help="Whose line.")
def queue_hold(account_id: int) -> None:
    """Hold an account's line: nothing of it runs until it is resumed."""

    async def work(runtime: Runtime) -> object:
        held = await tenancy.hold(runtime, account_id)
        return {"account_id": present.identity(account_id), "held": held}

    face().show(face().run(work))


@queue.command("resume")
@click.option("--account", "account_id", type=OUR_ID, required=True, help="Whose line.")
def queue_resume(account_id: int) -> None:
    """Let an account work again; its held jobs are due now."""

    async def work(runtime: Runtime) -> object:
        resumed = await tenancy.resume(runtime, account_id)
        return {"account_id": present.identity(account_id), "resumed": resumed}

    face().show(face().run(work))


@click.group(cls=P88Group)
def history() -> None:
    """Attempts: append-only, one row for each."""


@history.command("list")
@click.option("--event", "event_id", type=OUR_ID, help="Only this event's.")
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many."
)
def history_list(event_id: int | None, limit: int) -> None:
    """List attempts, newest first."""

    async def work(runtime: Runtime) -> object:
        found = await runtime.db.read(attempts.attempts, event_id=event_id, limit=limit)
        return [present.attempt(row) for row in found]

    face().show(face().run(work), HISTORY_COLUMNS)


history.add_command(changes.history_changes)


@history.command("show")
@click.argument("attempt_id", type=OUR_ID, metavar="ID")
@click.option("--rows", "kind", metavar="COUNT", help="The people behind a count, e.g. created.")
def history_show(attempt_id: int, kind: str | None) -> None:
    """Show one attempt whole, or whom one of its counts is about."""

    async def work(runtime: Runtime) -> object:
        attempt = await runtime.db.read(attempts.attempt, attempt_id)
        if kind is not None:
            return await changes.rows_behind(runtime, attempt_id, kind)
        behind = await runtime.db.read(touched.of_attempt, attempt_id)
        return present.attempt(attempt) | {"rows": behind.sizes}

    face().show(face().run(work))


@click.command(cls=P88Command)
@click.option("--event", "event_id", type=OUR_ID, help="Count only this event's people.")
def status(event_id: int | None) -> None:
    """How things stand: engine, network, what is unsent, what needs you, what is next."""

    async def work(runtime: Runtime) -> dict[str, Any]:
        return await standing.status(runtime, event_id)

    found = face().run(work)
    if not face().json:
        found["providers"] = [
            f"{Provider(lane['provider']).title} {lane['state']}" for lane in found["providers"]
        ]
        found["next"] = [f"{row['operation']} at {row['due_at']}" for row in found["next"]]
    face().show(found)
