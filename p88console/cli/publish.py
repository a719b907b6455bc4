"""`publish`: results to the public, behind the guard."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import click

from p88console.cli import output
from p88console.cli.edits import me
from p88console.cli.face import DONE, NEEDS_PERSON, P88Command, face
from p88console.cli.params import OUR_ID
from p88console.cli.sync import REPORT_COLUMNS, reports_of
from p88console.domain.errors import UsageFault
from p88console.domain.jobs import Trigger
from p88console.runtime import present, present_publishing, publishing
from p88console.runtime.reading import race_of
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.results.drafts import Draft, Wish

GUARD_COLUMNS: output.Columns = {
    "": "grade",
    "Race": "race",
    "Finding": "text",
    "Key": lambda row: row["key"] if row["grade"] == "stop" else "",
}


@dataclass(frozen=True, slots=True)
class _Way:
    """How the operator asked to be asked."""

    dry_run: bool
    yes: bool
    accepted: tuple[str, ...]


@click.command(cls=P88Command)
@click.option("--event", "event_id", type=OUR_ID, required=True, help="The event.")
@click.option("--race", metavar="RACE", help="Only this race, by id or name.")
@click.option("--dry-run", is_flag=True, help="Show what would go out and what the guard says.")
@click.option("--yes", is_flag=True, help="Do not ask; a stop is not passed by this.")
@click.option(
    "--accept", "accepted", multiple=True, metavar="KEY", help="Pass this very stop; may repeat."
)
@click.option("--official", is_flag=True, help="Call these results official.")
@click.option("--notify", is_flag=True, help="Let runners be told of their first result.")
@click.option("--full", is_flag=True, help="Every line into a fresh list, whatever changed.")
@click.option("--previous", is_flag=True, help="The version before the last one, again.")
@click.option("--unpublish", is_flag=True, help="Take the results from the public.")
def publish(
    event_id: int,
    race: str | None,
    *,
    dry_run: bool,
    yes: bool,
    accepted: tuple[str, ...],
    **wished: bool,
) -> None:
    """Publish results at the registration provider, unofficial unless said otherwise.

    Without --yes and without a terminal the guard's findings are printed and nothing is sent.

    Example: p88console publish --event 1 --race 10K --dry-run
    """
    wish = Wish(**wished)
    if wish.previous and wish.unpublish:
        face().fail(UsageFault("--previous and --unpublish cannot be both"))
    way = _Way(dry_run, yes, accepted)

    async def work(runtime: Runtime) -> tuple[present.Document, int]:
        event = await event_of(runtime, event_id)
        race_id = None if race is None else int(race_of(event, race))
        made = await publishing.prepare(runtime, event, wish, race_id)
        answer: present.Document = {
            "jobs": [],
            "guard": [
                present_publishing.finding(draft, found)
                for draft in made
                for found in draft.findings
            ],
            "plan": [present_publishing.draft(draft) for draft in made],
        }
        if not _goes(made, answer, way):
            stopped = bool(publishing.stops(made, way.accepted))
            return answer, DONE if way.dry_run and not stopped else NEEDS_PERSON
        queued = await publishing.publish(runtime, event, made, Trigger.OPERATOR, me())
        if queued is None:
            output.note("nothing differs from what is shown")
            return answer, DONE
        jobs = await runtime.run_jobs([queued.job_id])
        answer["jobs"] = await reports_of(runtime, jobs)
        return answer, present.report_exit(answer["jobs"])

    answer, code = face().run(work)
    if face().json:
        output.document(answer)
    elif answer["jobs"]:
        face().show(answer["jobs"], REPORT_COLUMNS)
        for report in answer["jobs"]:
            if report["error"]:
                output.note(report["error"]["detail"])
    raise SystemExit(code)


def _goes(made: Sequence[Draft], answer: present.Document, way: _Way) -> bool:
    """Show what the guard says, and learn whether it goes out."""
    person = sys.stdin.isatty() and sys.stdout.isatty() and not face().json
    if not face().json:
        for row in answer["plan"]:
            output.note(
                f"{row['race']}: {row['lines']} lines, {row['new']} new, {row['changed']} changed,"
                f" {row['withdrawn']} withdrawn ({row['mode']})"
            )
        output.table(answer["guard"], GUARD_COLUMNS)
    if way.dry_run:
        return False
    if publishing.stops(made, way.accepted):
        output.note("stopped; once you have looked, pass a stop with --accept KEY")
        return False
    return way.yes or (person and click.confirm("Publish?", err=True))
