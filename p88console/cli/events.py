"""`event`: what was discovered, and which scoring event it is."""

from __future__ import annotations

import click

from p88console.cli import output
from p88console.cli.face import P88Group, face
from p88console.cli.params import OUR_ID, pairs
from p88console.cli.when import local
from p88console.domain.model import Provider
from p88console.runtime import present, tenancy
from p88console.runtime.runtime import Runtime
from p88console.store.tenancy import events as mirror
from p88console.store.tenancy import tenants

COLUMNS: output.Columns = {
    "Id": "id",
    "Provider": lambda row: Provider(row["provider"]).title,
    "Event": "name",
    "Starts": lambda row: local(row["starts_at"], row["timezone"]),
    "Races": lambda row: ", ".join(race["name"] for race in row["races"]),
    "Linked to": lambda row: ", ".join(Provider(tie["provider"]).title for tie in row["links"]),
}


@click.group(cls=P88Group)
def event() -> None:
    """Events and their links to scoring events."""


@event.command("list")
@click.option("--partner", "partner_id", type=OUR_ID, help="Only this timing partner's.")
def event_list(partner_id: int | None) -> None:
    """List events by start.

    Example: p88console event list --partner 1
    """

    async def work(runtime: Runtime) -> object:
        if partner_id is not None:
            await runtime.db.read(tenants.partner, partner_id)
        rows = await runtime.db.read(mirror.events, partner_id=partner_id)
        return [present.event(row) for row in rows]

    face().show(face().run(work), COLUMNS)


@event.command("show")
@click.argument("event_id", type=OUR_ID, metavar="ID")
def event_show(event_id: int) -> None:
    """Show one event with races and links.

    Example: p88console event show 1
    """

    async def work(runtime: Runtime) -> object:
        return present.event(await runtime.db.read(mirror.event, event_id))

    face().show(face().run(work))


@event.command("link")
@click.argument("event_id", type=OUR_ID, metavar="ID")
@click.option("--account", "account_id", type=OUR_ID, required=True, help="The scoring account.")
@click.option("--remote", required=True, metavar="REMOTE_EVENT", help="The scoring event's id.")
@click.option(
    "--race", "races", multiple=True, metavar="HERE=THERE", help="A race by name or id; may repeat."
)
@click.option("--option", "options", multiple=True, metavar="K=V", help="A setting; may repeat.")
def event_link(
    event_id: int, account_id: int, remote: str, races: tuple[str, ...], options: tuple[str, ...]
) -> None:
    """Tie an event to a scoring event; races with equal names map by themselves.

    Example: p88console event link 1 --account 2 --remote city-run-2026 --race "10K=10 km"
    """

    async def work(runtime: Runtime) -> present.Document:
        tied = await tenancy.link_event(
            runtime,
            event_id,
            account_id,
            remote,
            race_map=pairs(races, "race"),
            options=pairs(options, "option"),
        )
        return present.event(tied)

    linked = face().run(work)
    mapped = {race["race_id"] for found in linked["links"] for race in found["races"]}
    left = [race["name"] for race in linked["races"] if race["id"] not in mapped]
    if left:
        output.note(f"not mapped, so nobody of these is sent: {', '.join(left)}")
    face().show(linked)
