"""`results`: standings, every revision of them, what moved, orphans, the announcer's sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from p88console.cli import output
from p88console.cli.edits import me
from p88console.cli.face import P88Group, face
from p88console.cli.params import OUR_ID
from p88console.domain.errors import UsageFault
from p88console.domain.times import clock_text
from p88console.runtime import operators, present, present_publishing, scalars
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.people import lists as people
from p88console.store.results import publications, standings
from p88console.store.results.standings import Group, Move, Orphan
from p88console.system.clock import Clock
from p88console.system.settings import span


def _tenths(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else clock_text(milliseconds, digits=1)


def _name(row: Mapping[str, Any]) -> str:
    return standings.full_name(row)


RESULT_COLUMNS: output.Columns = {
    "Place": "place",
    "Bib": "bib",
    "Name": _name,
    "Status": "status",
    "Gun": lambda row: _tenths(row["gun_time_ms"]),
    "Chip": lambda row: _tenths(row["chip_time_ms"]),
    "Category": "category",
    "Rev": "revision",
}
REVISION_COLUMNS: output.Columns = {"Result": "result_id", "At": "at", **RESULT_COLUMNS}
MOVE_COLUMNS: output.Columns = {
    "At": "at",
    "Bib": "bib",
    "Name": "name",
    "Moved": lambda row: ", ".join(
        f"{field} {_moved(field, then)} → {_moved(field, now)}"
        for field, (then, now) in row["changes"].items()
    ),
}
ORPHAN_COLUMNS: output.Columns = {
    "Id": "result_id",
    "Bib": "bib",
    "Name": _name,
    "Status": "status",
    "Gun": lambda row: _tenths(row["gun_time_ms"]),
    "Probably": lambda row: (row["suggestion"] or {}).get("participant_id"),
    "Why": lambda row: (row["suggestion"] or {}).get("reason"),
}


VERSION_COLUMNS: output.Columns = {
    "Race": "race_id",
    "Version": "version",
    "State": "state",
    "How": "mode",
    "Official": "official",
    "Lines": "lines",
    "Rows": "rows",
    "Settled": "settled_at",
    "Reason": "reason",
}


@click.group(cls=P88Group)
def results() -> None:
    """Results of an event."""


EVENT = click.option("--event", "event_id", type=OUR_ID, required=True, help="The event.")
RACE = click.option("--race", "race_id", type=OUR_ID, help="Only this race.")


@results.command("list")
@EVENT
@RACE
@click.option("--revisions", is_flag=True, help="Every standing each result ever had.")
def results_list(event_id: int, race_id: int | None, *, revisions: bool) -> None:
    """List the latest standings by race and place.

    Example: p88console results list --event 1 --race 2
    """

    async def work(runtime: Runtime) -> object:
        await event_of(runtime, event_id)
        if revisions:
            every = await runtime.db.read(standings.revisions, event_id, race_id)
            return [_revision(row) for row in every]
        rows = await runtime.db.read(people.results, event_id, race_id)
        return [present.result(row) for row in rows]

    face().show(face().run(work), REVISION_COLUMNS if revisions else RESULT_COLUMNS)


@results.command("moved")
@EVENT
@RACE
@click.option(
    "--since", required=True, metavar="WHEN", help="A span like '10 min', or an ISO instant."
)
def results_moved(event_id: int, race_id: int | None, since: str) -> None:
    """Say whose time, place or status is another than it was.

    Example: p88console results moved --event 1 --since "10 min"
    """

    async def work(runtime: Runtime) -> object:
        await event_of(runtime, event_id)
        instant = _instant(since, runtime.clock)
        moves = await runtime.db.read(standings.moved_since, event_id, instant, race_id)
        return [_move(move) for move in moves]

    face().show(face().run(work), MOVE_COLUMNS)


@results.command("orphans")
@EVENT
@RACE
def results_orphans(event_id: int, race_id: int | None) -> None:
    """List results that belong to nobody registered, each with who it probably was.

    Example: p88console results orphans --event 1
    """

    async def work(runtime: Runtime) -> object:
        await event_of(runtime, event_id)
        found = await runtime.db.read(standings.orphans, event_id, race_id)
        return [_orphan(one) for one in found]

    face().show(face().run(work), ORPHAN_COLUMNS)


@results.command("attach")
@click.argument("result_id", type=OUR_ID, metavar="ID")
@click.option("--to", "participant_id", type=OUR_ID, required=True, help="Whose result it is.")
def results_attach(result_id: int, participant_id: int) -> None:
    """Say whose result it is; later pulls keep to it, and `undo` takes it back.

    Example: p88console results attach 99 --to 1204
    """

    async def work(runtime: Runtime) -> object:
        return present.result(await operators.attach(runtime, me(), result_id, participant_id))

    face().show(face().run(work))


@results.command("sheet")
@EVENT
@RACE
@click.option(
    "--top",
    type=click.IntRange(1, 1000),
    default=standings.TOP,
    show_default=True,
    help="How many.",
)
def results_sheet(event_id: int, race_id: int | None, top: int) -> None:
    """Print what an announcer reads out: the first by gender, then by category.

    Example: p88console results sheet --event 1 --top 3
    """

    async def work(runtime: Runtime) -> list[present.Document]:
        event = await event_of(runtime, event_id)
        races = {race.id: race.name for race in event.races}
        groups = await runtime.db.read(standings.sheet, event_id, race_id, top=top)
        return [_group(group, races.get(group.race_id or 0)) for group in groups]

    groups = face().run(work)
    if face().json:
        output.document(groups)
        return
    for group in groups:
        heading = (group["race"], group["gender"] or "everybody", group["category"])
        output.note(" · ".join(word for word in heading if word))
        output.table(group["results"], RESULT_COLUMNS)


@results.command("versions")
@EVENT
@RACE
def results_versions(event_id: int, race_id: int | None) -> None:
    """List what was published, newest first, with how far each version's lines are.

    Example: p88console results versions --event 1
    """

    async def work(runtime: Runtime) -> object:
        await event_of(runtime, event_id)
        found = await runtime.db.read(publications.versions, event_id, race_id)
        states = await runtime.db.read(publications.row_states, [row.id for row in found])
        return [present_publishing.version(row, states[row.id]) for row in found]

    face().show(face().run(work), VERSION_COLUMNS)


def _instant(text: str, clock: Clock) -> datetime:
    """An instant, or a span before now. Raises `UsageFault`."""
    try:
        return clock.now() - span(text)
    except ValueError:
        pass
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault(
            f"{text!r} is neither a span nor an instant", hint="for example '10 min'"
        ) from None
    return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)


def _moved(field: str, value: Any) -> object:
    return _tenths(value) if field.endswith("_ms") else value


def _revision(row: Mapping[str, Any]) -> present.Document:
    ids = {"result_id": scalars.identity(row["result_id"]), "at": scalars.instant(row["at"])}
    return ids | present.result(row)


def _move(move: Move) -> present.Document:
    return {
        "result_id": scalars.identity(move.result_id),
        "participant_id": scalars.identity(move.participant_id),
        "race_id": scalars.identity(move.race_id),
        "bib": move.bib,
        "name": move.name,
        "at": scalars.instant(move.at),
        "changes": {field: list(values) for field, values in move.changes.items()},
    }


def _orphan(orphan: Orphan) -> present.Document:
    suggestion = orphan.suggestion and {
        "participant_id": scalars.identity(orphan.suggestion.participant_id),
        "reason": orphan.suggestion.reason,
    }
    ids = {"result_id": scalars.identity(orphan.row["id"])}
    return ids | present.result(orphan.row) | {"suggestion": suggestion}


def _group(group: Group, race: str | None) -> present.Document:
    return {
        "race_id": scalars.identity(group.race_id),
        "race": race,
        "gender": group.gender,
        "category": group.category,
        "results": [present.result(row) for row in group.rows],
    }
