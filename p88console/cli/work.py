"""`queue` and `history`: what waits, what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from p88console.cli import changes, output, when
from p88console.cli.edits import me
from p88console.cli.face import P88Group, face
from p88console.cli.params import OUR_ID
from p88console.cli.when import Zones, local
from p88console.domain.errors import UsageFault
from p88console.domain.jobs import JobState
from p88console.domain.model import Provider
from p88console.runtime import present, scalars, steering
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.tenancy import tenants
from p88console.store.work import history as attempts
from p88console.store.work import queue as jobs
from p88console.store.work import touched


def _provider(row: Mapping[str, Any]) -> str:
    return Provider(row["provider"]).title


def _what(row: Mapping[str, Any]) -> str:
    return f"{row['operation']} {row['direction']}"


def _error(row: Mapping[str, Any]) -> str | None:
    return (row["error"] or {}).get("title")


def _at(key: str, zones: Zones) -> Callable[[Mapping[str, Any]], str | None]:
    return lambda row: local(row[key], zones.get(row["event_id"]))


def _queue_columns(zones: Zones) -> output.Columns:
    return {
        "Job": "id",
        "State": "state",
        "Provider": _provider,
        "What": _what,
        "Event": "event_id",
        "Due": _at("due_at", zones),
        "Try": "attempt",
        "Done": lambda row: row["progress"]["done"] or None,
        "Error": _error,
    }


def _history_columns(zones: Zones) -> output.Columns:
    return {
        "Id": "id",
        "Job": "job_id",
        "State": "state",
        "Provider": _provider,
        "What": _what,
        "Try": "attempt",
        "Started": _at("started_at", zones),
        "Counts": "counts",
        "Error": _error,
    }


@click.group(cls=P88Group)
def queue() -> None:
    """Jobs: what waits, runs, is held or has failed."""


@queue.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Narrow.")
def queue_list(state: str | None) -> None:
    """List jobs in the order in which they will be served.

    Example: p88console queue list --state held
    """

    async def work(runtime: Runtime) -> tuple[list[present.Document], Zones]:
        found = await runtime.db.read(jobs.find, state=JobState(state) if state else None)
        return [present.job(row) for row in found], await when.zones(runtime.db)

    found, zones = face().run(work)
    face().show(found, _queue_columns(zones))


@queue.command("retry")
@click.argument("job_ids", type=OUR_ID, nargs=-1, required=True, metavar="ID...")
def queue_retry(job_ids: tuple[int, ...]) -> None:
    """Make jobs due now, failed and held ones included.

    Example: p88console queue retry 812 815
    """
    _change(job_ids, retry=True)


@queue.command("cancel")
@click.argument("job_ids", type=OUR_ID, nargs=-1, required=True, metavar="ID...")
def queue_cancel(job_ids: tuple[int, ...]) -> None:
    """Cancel jobs that wait; a running one is left to finish.

    Example: p88console queue cancel 812
    """
    _change(job_ids, retry=False)


def _change(job_ids: tuple[int, ...], *, retry: bool) -> None:
    async def work(runtime: Runtime) -> tuple[list[present.Document], Zones]:
        change = steering.retry if retry else steering.cancel
        changed = await change(runtime, me(), job_ids)
        missed = ", ".join(f"#{job_id}" for job_id in sorted(set(job_ids) - set(changed)))
        if missed and not changed:
            raise UsageFault(
                f"nothing could be done about {missed}",
                hint="they do not exist, run at this moment, or have ended",
            )
        if missed:
            output.note(f"nothing could be done about {missed}")
        rows = await runtime.db.read(jobs.find, job_ids=changed)
        return [present.job(row) for row in rows], await when.zones(runtime.db)

    found, zones = face().run(work)
    face().show(found, _queue_columns(zones))


@queue.command("hold")
@click.option("--account", "account_id", type=OUR_ID, required=True, help="Whose line.")
def queue_hold(account_id: int) -> None:
    """Hold an account's line: nothing of it runs until it is resumed.

    Example: p88console queue hold --account 2
    """

    async def work(runtime: Runtime) -> object:
        held = await steering.hold(runtime, me(), account_id)
        return await _line(runtime, account_id) | {"held": held}

    face().show(face().run(work))


@queue.command("resume")
@click.option("--account", "account_id", type=OUR_ID, required=True, help="Whose line.")
def queue_resume(account_id: int) -> None:
    """Let an account work again; its held jobs are due now.

    Example: p88console queue resume --account 2
    """

    async def work(runtime: Runtime) -> object:
        resumed = await steering.resume(runtime, me(), account_id)
        return await _line(runtime, account_id) | {"resumed": resumed}

    face().show(face().run(work))


async def _line(runtime: Runtime, account_id: int) -> present.Document:
    account = await runtime.db.read(tenants.account, account_id)
    return {"account_id": scalars.identity(account_id)} | present.account(account)


@click.group(cls=P88Group)
def history() -> None:
    """Attempts: append-only, one row for each."""


@history.command("list")
@click.option("--event", "event_id", type=OUR_ID, help="Only this event's.")
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many."
)
def history_list(event_id: int | None, limit: int) -> None:
    """List attempts, newest first.

    Example: p88console history list --event 1 --limit 20
    """

    async def work(runtime: Runtime) -> tuple[list[present.Document], Zones]:
        if event_id is not None:
            await event_of(runtime, event_id)
        found = await runtime.db.read(attempts.attempts, event_id=event_id, limit=limit)
        return [present.attempt(row) for row in found], await when.zones(runtime.db)

    found, zones = face().run(work)
    face().show(found, _history_columns(zones))


history.add_command(changes.history_changes)


@history.command("show")
@click.argument("attempt_id", type=OUR_ID, metavar="ID")
@click.option("--rows", "kind", metavar="COUNT", help="The people behind a count, e.g. created.")
def history_show(attempt_id: int, kind: str | None) -> None:
    """Show one attempt whole, or whom one of its counts is about.

    Example: p88console history show 812 --rows created
    """

    async def work(runtime: Runtime) -> object:
        attempt = await runtime.db.read(attempts.attempt, attempt_id)
        if kind is not None:
            return await changes.rows_behind(runtime, attempt_id, kind)
        behind = await runtime.db.read(touched.of_attempt, attempt_id)
        return present.attempt(attempt) | {"rows": behind.sizes}

    face().show(face().run(work))
