"""`history changes` and the rows behind an attempt's counts."""

from __future__ import annotations

from datetime import datetime, time

import click

from p88console.cli import output
from p88console.cli.edits import me
from p88console.cli.face import P88Command, face
from p88console.cli.params import OUR_ID
from p88console.domain.errors import UsageFault
from p88console.providers.reading import zone_or_utc
from p88console.runtime import present
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.people import changes
from p88console.store.people import lists as people
from p88console.store.tenancy.events import EventRow
from p88console.store.work import touched

COLUMNS: output.Columns = {
    "At": "at",
    "Bib": "bib",
    "Name": "name",
    "Field": "field",
    "Before": "before",
    "After": "after",
    "Who": lambda row: f"{row['who']} ({row['door']})",
    "Why": "reason",
}


@click.command("changes", cls=P88Command)
@click.option("--event", "event_id", type=OUR_ID, required=True, help="The event.")
@click.option(
    "--since",
    default="last",
    show_default=True,
    metavar="WHEN",
    help="An instant, HH:MM of today in the event's zone, gun, or last (your last look).",
)
def history_changes(event_id: int, since: str) -> None:
    """List what changed about people since a moment, newest first, and remember the look.

    Example: p88console history changes --event 1 --since 07:30
    """

    async def work(runtime: Runtime) -> object:
        event, now = await event_of(runtime, event_id), runtime.clock.now()
        seen = await runtime.db.read(changes.last_look, event_id, me().who)
        moment = moment_of(since, event, now, seen)
        found = await runtime.db.read(changes.since, event_id, moment)
        await runtime.db.write(changes.note_look, event_id, me().who, now)
        return [_shown(change) for change in found]

    face().show(face().run(work), COLUMNS)


def moment_of(text: str, event: EventRow, now: datetime, seen: datetime | None) -> datetime:
    """The moment that somebody means. Raises `UsageFault`."""
    zone = zone_or_utc(event.timezone)
    if text == "last":
        return seen or datetime.fromtimestamp(0, now.tzinfo)
    if text == "gun":
        if not event.guns:
            raise UsageFault(f"{event.name} has no gun time")
        return event.guns[0]
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        pass
    else:
        return datetime.combine(now.astimezone(zone).date(), clock, zone).astimezone(now.tzinfo)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault(f"{text!r} is no moment", "write an instant, HH:MM, gun or last") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(now.tzinfo)


def _shown(change: changes.Change) -> present.Document:
    names = (change.first_name, change.last_name)
    return {
        "at": present.instant(change.at),
        "participant_id": present.identity(change.participant_id),
        "bib": change.bib,
        "name": " ".join(name for name in names if name) or None,
        "who": change.who,
        "door": change.door,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "reason": change.reason,
    }


async def rows_behind(runtime: Runtime, attempt_id: int, kind: str) -> present.Document:
    """Whom a count of an attempt is about. Raises `UsageFault` when it names nobody."""
    found = await runtime.db.read(touched.of_attempt, attempt_id)
    known = list(found.sizes)
    if kind not in known:
        raise UsageFault(
            f"attempt {attempt_id} names nobody as {kind}",
            f"it names: {', '.join(known)}" if known else "it changed nobody",
        )
    behind = await runtime.db.read(people.named, found.people.get(kind, set()))
    return {
        "kind": kind,
        "participants": [present.participant(person) for person in behind],
        "notes": found.notes.get(kind, []),
    }
