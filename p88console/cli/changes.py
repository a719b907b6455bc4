"""`history changes` and the rows behind an attempt's counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import click

from p88console.cli import output
from p88console.cli.edits import me
from p88console.cli.face import P88Command, face
from p88console.cli.params import OUR_ID
from p88console.cli.when import local
from p88console.domain.errors import UsageFault
from p88console.domain.moments import typed_moment
from p88console.providers.reading import zone_or_utc
from p88console.runtime import present, scalars
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.people import changes
from p88console.store.people import lists as people
from p88console.store.people.edits import label
from p88console.store.tenancy.events import EventRow
from p88console.store.work import touched


def _columns(event: EventRow) -> output.Columns:
    races: Mapping[str | None, str] = {str(race.id): race.name for race in event.races}

    def told(side: str) -> Callable[[Mapping[str, Any]], str | None]:
        def value(row: Mapping[str, Any]) -> str | None:
            found: str | None = row[side]
            return races.get(found, found) if row["field"] == "race_id" else found

        return value

    return {
        "At": lambda row: local(row["at"], event.timezone),
        "Bib": "bib",
        "Name": "name",
        "Field": lambda row: label(row["field"]),
        "Before": told("before"),
        "After": told("after"),
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
    help="An instant, HH:MM by the event's clock, gun, or last (your last look).",
)
def history_changes(event_id: int, since: str) -> None:
    """List what changed about people since a moment, newest first, and remember the look.

    Example: p88console history changes --event 1 --since 07:30
    """
    about: list[EventRow] = []

    async def work(runtime: Runtime) -> object:
        event, now = await event_of(runtime, event_id), runtime.clock.now()
        about.append(event)
        seen = await runtime.db.read(changes.last_look, event_id, me().who)
        moment = moment_of(since, event, now, seen)
        if moment > now:
            output.note(
                f"the gun of {event.name} is still ahead:"
                f" {local(scalars.instant(moment), event.timezone)}"
            )
        found = await runtime.db.read(changes.since, event_id, moment)
        await runtime.db.write(changes.note_look, event_id, me().who, now)
        return [_shown(change) for change in found]

    found = face().run(work)
    face().show(found, _columns(about[0]))


def moment_of(text: str, event: EventRow, now: datetime, seen: datetime | None) -> datetime:
    """The moment that somebody means. Raises `UsageFault`."""
    if text == "last":
        return seen or datetime.fromtimestamp(0, now.tzinfo)
    if text == "gun":
        if not event.guns:
            raise UsageFault(f"{event.name} has no gun time")
        return event.guns[0]
    return typed_moment(text, zone_or_utc(event.timezone), now)


def _shown(change: changes.Change) -> present.Document:
    names = (change.first_name, change.last_name)
    return {
        "at": scalars.instant(change.at),
        "participant_id": scalars.identity(change.participant_id),
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
