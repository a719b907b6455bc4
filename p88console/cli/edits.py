"""`participants add|edit|swap-bibs` and `undo`: what an operator changes by hand."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from p88console.cli import output
from p88console.cli.face import NEEDS_PERSON, P88Command, face
from p88console.cli.params import OUR_ID, pairs
from p88console.domain.jobs import Operator
from p88console.runtime import operators, present, spooling
from p88console.runtime.runtime import Runtime
from p88console.store.database.spool import Deed, Typed
from p88console.store.people.edits import Done
from p88console.store.people.undo import Undone
from p88console.system.home import Home
from p88console.system.user import user_name

TYPED = ("first_name", "last_name", "bib", "gender", "birth_date", "email", "phone", "team")
"""Fields of a walk-up that have an option of their own; the rest goes through --set."""


def me() -> Operator:
    """Whoever runs this command."""
    return Operator(user_name(), "cli")


@click.command("add", cls=P88Command)
@click.option("--event", "event_id", type=OUR_ID, required=True, help="The event.")
@click.option("--race", required=True, metavar="RACE", help="Name or id of the race.")
@click.option("--first-name", default="", help="First name.")
@click.option("--last-name", default="", help="Last name.")
@click.option("--bib", default="", help="Bib, as it is printed.")
@click.option("--gender", default="", help="F, M or X.")
@click.option("--birth-date", default="", metavar="YYYY-MM-DD", help="Birth date.")
@click.option("--email", default="", help="E-mail address.")
@click.option("--phone", default="", help="Phone.")
@click.option("--team", default="", help="Team.")
@click.option("--set", "more", multiple=True, metavar="FIELD=VALUE", help="Any other field.")
def participants_add(event_id: int, race: str, more: tuple[str, ...], **typed: str) -> None:
    """Register a walk-up here, online or not; scoring gets them with the next push.

    Example: p88console participants add --event 1 --race 10K --first-name Ada --bib 512
    """
    token = secrets.token_hex(6)

    def texts() -> dict[str, str]:
        given = {name: typed[name] for name in TYPED if typed[name]}
        return {"race": race, **given, **pairs(more, "change")}

    async def work(runtime: Runtime) -> tuple[Done, list[present.Document]]:
        done = await operators.add(runtime, me(), event_id, texts(), token)
        return await _whole(runtime, done)

    def lost(home: Home) -> tuple[Done, list[present.Document]]:
        return _kept(home, "add", {"event_id": event_id, "texts": texts()}, token)

    done, people = face().run(work, lost)
    face().show(people[0])
    _tell(done)


@click.command("edit", cls=P88Command)
@click.argument("participant_id", type=OUR_ID, metavar="ID")
@click.option(
    "--set",
    "changes",
    multiple=True,
    required=True,
    metavar="FIELD=VALUE",
    help="A field and its new value; nothing behind the = empties it. May repeat.",
)
def participants_edit(participant_id: int, changes: tuple[str, ...]) -> None:
    """Change fields of one person, online or not.

    The change is in force at once, survives every pull, and goes to scoring with the next push.

    Example: p88console participants edit 1204 --set bib=512 --set team=
    """

    async def work(runtime: Runtime) -> tuple[Done, list[present.Document]]:
        texts = pairs(changes, "change")
        return await _whole(runtime, await operators.edit(runtime, me(), participant_id, texts))

    def lost(home: Home) -> tuple[Done, list[present.Document]]:
        about = {"participant_id": participant_id, "texts": pairs(changes, "change")}
        return _kept(home, "edit", about)

    done, people = face().run(work, lost)
    face().show(people[0])
    _tell(done)


@click.command("swap-bibs", cls=P88Command)
@click.argument("first_id", type=OUR_ID, metavar="ID")
@click.argument("second_id", type=OUR_ID, metavar="ID")
def participants_swap_bibs(first_id: int, second_id: int) -> None:
    """Let two people wear each other's bib, here and everywhere, as one change.

    Example: p88console participants swap-bibs 1204 1311
    """

    async def work(runtime: Runtime) -> tuple[Done, list[present.Document]]:
        done = await operators.swap_bibs(runtime, me(), first_id, second_id)
        return await _whole(runtime, done, (first_id, second_id))

    about = {"first_id": first_id, "second_id": second_id}
    done, people = face().run(work, lambda home: _kept(home, "swap", about))
    face().show(people, SWAPPED_COLUMNS)
    _tell(done)


SWAPPED_COLUMNS: output.Columns = {
    "Id": "id",
    "Bib": "bib",
    "Last name": "last_name",
    "First name": "first_name",
}


@click.command(cls=P88Command)
def undo() -> None:
    """Take back your newest change that can still be taken back, and say which.

    What has been sent is compensated by a new push.

    Example: p88console undo
    """

    async def work(runtime: Runtime) -> tuple[Undone, list[present.Document]]:
        undone = await operators.take_back(runtime, me())
        return undone, await _shown(runtime, undone.participant_ids)

    undone, people = face().run(work)
    for newer in undone.passed_over:
        output.note(f"cannot be taken back: {newer}")
    output.note(f"taken back: {undone.summary}")
    told = [person | {"undone": undone.summary} for person in people]
    face().show(told[0] if len(told) == 1 else told, SWAPPED_COLUMNS)


async def _whole(
    runtime: Runtime, done: Done, ids: Sequence[int] | None = None
) -> tuple[Done, list[present.Document]]:
    """What was done, and the people as they are now, or what was kept of them."""
    if done.kept:
        return done, [spooling.document(done)]
    return done, await _shown(runtime, done.participant_ids if ids is None else ids)


def _kept(
    home: Home, deed: str, about: dict[str, Any], token: str | None = None
) -> tuple[Done, list[present.Document]]:
    """Keep it on this machine: the shared database cannot be reached."""
    now, operator = datetime.now(UTC), me()
    token = token or secrets.token_hex(6)
    one = Typed(Deed(deed), operator.who, operator.door, now, now, about, token)
    done = spooling.keep(home, one)
    return done, [spooling.document(done)]


async def _shown(runtime: Runtime, ids: Sequence[int]) -> list[present.Document]:
    return [present.participant(one) for one in await operators.people_of(runtime, ids)]


def _tell(done: Done) -> None:
    """Say what was done; exit 3 when it leaves something for a person."""
    output.note(done.summary)
    for reason in (*done.doubled, *done.asked):
        output.note(f"✗ {reason}")
    if done.kept or done.asked:
        raise SystemExit(NEEDS_PERSON)
    if done.doubled:
        output.note("  none of them is sent until that is settled: p88console inbox list")
        raise SystemExit(NEEDS_PERSON)
