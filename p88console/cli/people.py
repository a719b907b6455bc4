"""`participants` and `results`: the mirror's people."""

from __future__ import annotations

import click

from p88console.cli import output
from p88console.cli.face import P88Group, face
from p88console.cli.params import OUR_ID
from p88console.domain.times import clock_text
from p88console.runtime import present
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store import people

PARTICIPANT_COLUMNS: output.Columns = {
    "Id": "id",
    "Bib": "bib",
    "Last name": "last_name",
    "First name": "first_name",
    "G": "gender",
    "Born": "birth_date",
    "Status": "status",
    "Scoring": "push_state",
}

RESULT_COLUMNS: output.Columns = {
    "Place": "place",
    "Bib": "bib",
    "Name": lambda row: f"{row['first_name'] or ''} {row['last_name'] or ''}".strip(),
    "Status": "status",
    "Gun": lambda row: _tenths(row["gun_time_ms"]),
    "Chip": lambda row: _tenths(row["chip_time_ms"]),
    "Category": "category",
    "Rev": "revision",
}


@click.group(cls=P88Group)
def participants() -> None:
    """Participants of an event."""


@participants.command("list")
@click.option("--event", "event_id", type=OUR_ID, required=True, help="The event.")
@click.option("--search", default="", metavar="S", help="A bib, or the beginning of a name.")
@click.option(
    "--filter", "only", type=click.Choice([kind.value for kind in people.Filter]), help="Narrow."
)
def participants_list(event_id: int, search: str, only: str | None) -> None:
    """List everyone, the removed too, by last name."""

    async def work(runtime: Runtime) -> object:
        await event_of(runtime, event_id)
        narrowed = people.Filter(only) if only else None
        found = await runtime.db.read(people.participants, event_id, search=search, only=narrowed)
        return [present.participant(person) for person in found]

    face().show(face().run(work), PARTICIPANT_COLUMNS)


@participants.command("show")
@click.argument("participant_id", type=OUR_ID, metavar="ID")
def participants_show(participant_id: int) -> None:
    """Show one person whole: fields, raw row, every change, each scoring system."""

    async def work(runtime: Runtime) -> object:
        return present.participant_story(*await runtime.db.read(people.participant, participant_id))

    face().show(face().run(work))


@click.group(cls=P88Group)
def results() -> None:
    """Results of an event."""


@results.command("list")
@click.option("--event", "event_id", type=OUR_ID, required=True, help="The event.")
@click.option("--race", "race_id", type=OUR_ID, help="Only this race.")
def results_list(event_id: int, race_id: int | None) -> None:
    """List the latest standings by race and place."""

    async def work(runtime: Runtime) -> object:
        await event_of(runtime, event_id)
        rows = await runtime.db.read(people.results, event_id, race_id)
        return [present.result(row) for row in rows]

    face().show(face().run(work), RESULT_COLUMNS)


def _tenths(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else clock_text(milliseconds, digits=1)
