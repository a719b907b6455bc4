"""`sync`: pull and push now, and report what each job came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from p88console.cli import output
from p88console.cli.edits import me
from p88console.cli.face import P88Group, face
from p88console.cli.params import OUR_ID
from p88console.domain.errors import NotOffered, UsageFault
from p88console.domain.inbox import ABOUT_PEOPLE
from p88console.domain.jobs import Job, JobState, Operation, Trigger
from p88console.domain.model import Provider
from p88console.runtime import present, syncs
from p88console.runtime.runtime import Runtime
from p88console.store.inbox import questions as inbox
from p88console.store.tenancy import tenants
from p88console.store.tenancy.events import EventRow
from p88console.store.work import history, returns
from p88console.store.work.queue import Enqueued

REPORT_COLUMNS: output.Columns = {
    "Job": "job_id",
    "Provider": lambda row: Provider(row["provider"]).title,
    "What": lambda row: f"{row['operation']} {row['direction']}",
    "State": "state",
    "Counts": "counts",
    "Error": lambda row: (row["error"] or {}).get("title"),
}


@click.group(cls=P88Group)
def sync() -> None:
    """Do the work now; exit 1 when it failed or is partial, 3 when it needs a person."""


@sync.command("events")
@click.option("--account", "account_id", type=OUR_ID, required=True, help="Whose events.")
def sync_events(account_id: int) -> None:
    """Discover the account's events; new ones are queued for a first full pull.

    Example: p88console sync events --account 1
    """

    async def work(runtime: Runtime) -> list[present.Document]:
        queued = await syncs.discover(runtime, account_id, Trigger.OPERATOR, me())
        return await _reports(runtime, [queued])

    show_reports(face().run(work))


@sync.command("participants")
@click.option("--event", "event_id", type=OUR_ID, required=True, help="The event.")
@click.option("--pull-only", is_flag=True, help="Do not push to scoring.")
@click.option("--push-only", is_flag=True, help="Do not pull registrations first.")
@click.option("--full", is_flag=True, help="Ignore since-filters and reconcile everybody.")
@click.option(
    "--write-back", is_flag=True, help="Send bibs given here to where people registered, too."
)
@click.option("--dry-run", is_flag=True, help="Pull, then show what a push would do; send nothing.")
def sync_participants(
    event_id: int, *, pull_only: bool, push_only: bool, full: bool, write_back: bool, dry_run: bool
) -> None:
    """Pull registrations, then push to every linked scoring event.

    Example, to see first what would be sent: p88console sync participants --event 1 --dry-run
    """
    if pull_only and push_only:
        face().fail(UsageFault("--pull-only and --push-only leave nothing to do"))

    async def work(runtime: Runtime) -> list[present.Document]:
        event = await syncs.event_of(runtime, event_id)
        reports: list[present.Document] = []
        pushes_too = not pull_only and await _push_offered(runtime, event, only=push_only)
        if not push_only:
            pull = await syncs.pull_participants(runtime, event, Trigger.OPERATOR, me(), full=full)
            reports += await _reports(runtime, [pull])
        if pushes_too and not dry_run:
            pushes = await syncs.push_participants(
                runtime, event, Trigger.OPERATOR, me(), full=full
            )
            reports += await _reports(runtime, pushes)
        if write_back and not dry_run:
            reports += await _reports(runtime, await _returned(runtime, event))
        return reports

    async def look(runtime: Runtime) -> tuple[list[present.Document], dict[str, Any]]:
        pulled = await work(runtime)
        made = await _plan(runtime, event_id, everyone=full, write_back=write_back)
        return pulled, made

    if dry_run:
        _show_plan(*face().run(look))
    else:
        show_reports(face().run(work))


async def _returned(runtime: Runtime, event: EventRow) -> list[Enqueued]:
    """The job that sends bibs back; none where the provider takes none, which is told."""
    try:
        return await syncs.return_bibs(runtime, event, Trigger.OPERATOR, me())
    except NotOffered as fault:
        output.note(fault.title)
        return []


async def _push_offered(runtime: Runtime, event: EventRow, *, only: bool) -> bool:
    """Whether people can be pushed; where they cannot, the way that is left is told at once."""
    try:
        await syncs.check_push(runtime, event)
    except (NotOffered, UsageFault) as fault:
        if only:
            raise
        output.note("; ".join(text for text in (fault.title, fault.hint) if text))
        return False
    return True


async def _plan(
    runtime: Runtime, event_id: int, *, everyone: bool, write_back: bool
) -> dict[str, Any]:
    event = await syncs.event_of(runtime, event_id)
    whole: dict[str, Any] = {name: [] for name in ("create", "update", "withdraw", "blocked")}
    for link, made in await syncs.plans(runtime, event, everyone=everyone):
        target = f"{link.provider.value}:{link.remote_event_id}"
        for name, steps in present.plan(target, made).items():
            whole[name] += steps
    if write_back:
        due = await runtime.db.read(returns.due, event.id)
        target = f"{event.provider.value}:{event.provider_event_id}"
        whole["update"] += [present.bib_return(target, one) for one in due]
    return whole


PLAN_COLUMNS: output.Columns = {
    "Where": lambda row: Provider(row["target"].partition(":")[0]).title,
    "Bib": "bib",
    "Name": "name",
    "Changes": lambda row: ", ".join(
        f"{field} {'–' if before is None else before} → {'–' if after is None else after}"
        for field, (before, after) in row["changes"].items()
    ),
    "Why": "reason",
}


def _show_plan(pulled: list[present.Document], made: dict[str, Any]) -> None:
    """Print what a push would do; the exit code is that of the pull before it."""
    for report in pulled:
        if report["error"]:
            output.note(f"planned over what is known here: {report['error']['title']}")
    if face().json:
        output.document({"plan": made})
    else:
        for name, steps in made.items():
            output.note(f"{name}: {len(steps)}")
            if steps:
                output.table(steps, PLAN_COLUMNS)
    raise SystemExit(present.report_exit(pulled))


@sync.command("results")
@click.option("--event", "event_id", type=OUR_ID, required=True, help="The event.")
@click.option("--full", is_flag=True, help="Take back whoever is no longer listed, however many.")
def sync_results(event_id: int, *, full: bool) -> None:
    """Pull results from every linked scoring event.

    Example: p88console sync results --event 1
    """

    async def work(runtime: Runtime) -> list[present.Document]:
        event = await syncs.event_of(runtime, event_id)
        queued = await syncs.pull_results(runtime, event, Trigger.OPERATOR, me(), full=full)
        return await _reports(runtime, queued)

    show_reports(face().run(work))


async def _reports(runtime: Runtime, queued: list[Enqueued]) -> list[present.Document]:
    """Work on these jobs or follow them, and report each."""
    return await reports_of(runtime, await runtime.run_jobs([entry.job_id for entry in queued]))


async def reports_of(runtime: Runtime, jobs: Sequence[Job]) -> list[present.Document]:
    """What each of these jobs came to."""
    reports = []
    for job in jobs:
        attempts = await runtime.db.read(history.attempts, job_id=job.id, limit=1)
        waiting = await _waiting(runtime, job)
        report = present.job_report(job, attempts[0] if attempts else None, waiting)
        if job.state is JobState.HELD and report["error"] is None:
            account = await runtime.db.read(tenants.account, job.account_id)
            report["error"] = present.held(account)
        reports.append(report)
    return reports


async def _waiting(runtime: Runtime, job: Job) -> int:
    """How much about people of the job's event waits for a person."""
    if job.event_id is None or job.operation is not Operation.PARTICIPANTS:
        return 0
    open_now = await runtime.db.read(inbox.counts, job.event_id)
    return sum(count for kind, count in open_now.items() if kind in ABOUT_PEOPLE)


def show_reports(reports: list[present.Document]) -> None:
    """Print job reports and end with the exit code they add up to."""
    if face().json:
        output.document({"jobs": reports})
    else:
        face().show(reports, REPORT_COLUMNS)
    raise SystemExit(present.report_exit(reports))
