"""`status`: how things stand, without loading what it takes to change them."""

from __future__ import annotations

import click

from p88console.cli import output, when
from p88console.cli.face import P88Command, face
from p88console.cli.params import OUR_ID
from p88console.cli.when import Zones, local
from p88console.domain.model import Provider
from p88console.runtime import standing
from p88console.runtime.looking import Look
from p88console.runtime.scalars import Document
from p88console.store.tenancy import events


@click.command(cls=P88Command)
@click.option("--event", "event_id", type=OUR_ID, help="Count only this event's people.")
def status(event_id: int | None) -> None:
    """How things stand: engine, network, what is unsent, what needs you, what is next.

    Example: p88console status --json
    """
    asked = face()

    async def work(look: Look) -> tuple[Document, Zones]:
        if event_id is not None:
            await look.db.read(events.event, event_id)
        now, rhythm = look.clock.now(), look.settings.cadence_of
        found = await standing.status(look.db, rhythm, now, event_id)
        return found, {} if asked.json else await when.zones(look.db)

    found, zones = asked.look(work)
    if asked.json:
        output.document(found)
        return
    lanes, due = found.pop("providers"), found.pop("next")
    output.table(found, None)
    near = zones.get(next((row["event_id"] for row in due if row["event_id"]), None))
    lane_columns: output.Columns = {
        "Account": "account_id",
        "Provider": lambda row: Provider(row["provider"]).title,
        "State": "state",
        "Last success": lambda row: local(row["last_success_at"], near),
        "Calls left": "calls_left",
        "Error": "error",
    }
    output.plain("")
    output.table(lanes, lane_columns)
    next_columns: output.Columns = {
        "Next": "operation",
        "Event": "event_id",
        "Due": lambda row: local(row["due_at"], zones.get(row["event_id"])),
        "Why": "reason",
    }
    output.plain("")
    output.table(due, next_columns)
