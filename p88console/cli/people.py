"""`participants`: the mirror's people."""

from __future__ import annotations

import click

from p88console.cli import bibs, edits, output
from p88console.cli.face import P88Group, face
from p88console.cli.params import OUR_ID
from p88console.runtime import present
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.people import lists as people

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
    """List everyone, the removed too, by last name.

    Example: p88console participants list --event 1 --filter no-bib
    """

    async def work(runtime: Runtime) -> object:
        await event_of(runtime, event_id)
        narrowed = people.Filter(only) if only else None
        found = await runtime.db.read(people.participants, event_id, search=search, only=narrowed)
        return [present.participant(person) for person in found]

    face().show(face().run(work), PARTICIPANT_COLUMNS)


@participants.command("show")
@click.argument("participant_id", type=OUR_ID, metavar="ID")
def participants_show(participant_id: int) -> None:
    """Show one person whole: fields, raw row, every change, each scoring system.

    Example: p88console participants show 1204
    """

    async def work(runtime: Runtime) -> object:
        return present.participant_story(*await runtime.db.read(people.participant, participant_id))

    face().show(face().run(work))


participants.add_command(bibs.participants_bib)
participants.add_command(edits.participants_add)
participants.add_command(edits.participants_edit)
participants.add_command(edits.participants_swap_bibs)
