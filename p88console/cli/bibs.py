"""`participants bib`: who held a bib, when and why, and what each scoring system has."""

from __future__ import annotations

import click

from p88console.cli import output
from p88console.cli.face import P88Command, face
from p88console.cli.params import OUR_ID
from p88console.runtime import present
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.people import bib_ledger

HELD_COLUMNS: output.Columns = {
    "Held by": "name",
    "Since": "since",
    "Until": "until",
    "Who": lambda row: f"{row['who']} ({row['door']})",
    "Why": "reason",
}
THERE_COLUMNS: output.Columns = {
    "At": "provider",
    "Worn by": "name",
    "State": "state",
    "Seen": "seen_at",
    "Why": "reason",
}


@click.command("bib", cls=P88Command)
@click.argument("bib")
@click.option("--event", "event_id", type=OUR_ID, required=True, help="The event.")
def participants_bib(bib: str, event_id: int) -> None:
    """Tell who held a bib, when and why, and who wears it at each scoring system.

    Example: p88console participants bib 512 --event 1
    """

    async def work(runtime: Runtime) -> dict[str, list[present.Document]]:
        await event_of(runtime, event_id)
        held = await runtime.db.read(bib_ledger.held, event_id, bib)
        there = await runtime.db.read(bib_ledger.worn_there, event_id, bib)
        return {
            "held": [present.held_bib(one) for one in held],
            "systems": [present.worn_bib(one) for one in there],
        }

    found = face().run(work)
    if face().json:
        output.document({"bib": bib, **found})
        return
    output.note(f"bib {bib}")
    for rows, columns in ((found["held"], HELD_COLUMNS), (found["systems"], THERE_COLUMNS)):
        if rows:
            output.table(rows, columns)
    if not any(found.values()):
        output.note("nobody ever wore it")
