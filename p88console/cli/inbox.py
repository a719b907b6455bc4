"""`inbox`: everything that needs a person, and what they decide."""

from __future__ import annotations

import click

from p88console.cli import output
from p88console.cli.edits import me
from p88console.cli.face import P88Group, face
from p88console.cli.params import OUR_ID
from p88console.domain.errors import UsageFault
from p88console.domain.inbox import Decision, Kind
from p88console.runtime import operators, present
from p88console.runtime.runtime import Runtime
from p88console.runtime.syncs import event_of
from p88console.store.inbox import questions as items
from p88console.store.inbox.decisions import Verdict

COLUMNS: output.Columns = {
    "Id": "id",
    "Kind": "kind",
    "Who": lambda row: " ".join(part for part in (row["bib"], row["name"]) if part) or None,
    "Field": "field",
    "Base": "base",
    "Mine": "ours",
    "Theirs": "theirs",
    "Why": "reason",
    "Decided": lambda row: row["decision"],
}


@click.group(cls=P88Group)
def inbox() -> None:
    """What needs a person: conflicts, removals, duplicate bibs, refused rows, held work."""


@inbox.command("list")
@click.option("--event", "event_id", type=OUR_ID, help="Only this event's.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="Only this kind.")
@click.option("--filter", "text", default="", metavar="TEXT", help="Words that must be in it.")
@click.option("--decided", is_flag=True, help="What is settled already, newest first.")
def inbox_list(event_id: int | None, kind: str | None, text: str, *, decided: bool) -> None:
    """List what waits, oldest first.

    Example: p88console inbox list --kind conflict
    """

    async def work(runtime: Runtime) -> object:
        if event_id is not None:
            await event_of(runtime, event_id)
        found = await runtime.db.read(
            items.items,
            event_id=event_id,
            kind=Kind(kind) if kind else None,
            text=text,
            decided=decided,
        )
        return [present.inbox_item(item) for item in found]

    face().show(face().run(work), COLUMNS)


@inbox.command("resolve")
@click.argument("item_id", type=OUR_ID, metavar="ID", required=False)
@click.option("--mine", is_flag=True, help="Keep what stands here.")
@click.option("--theirs", is_flag=True, help="Take the provider's value.")
@click.option("--value", metavar="V", help="Type another value.")
@click.option("--confirm", is_flag=True, help="It is so: they are gone, it is done.")
@click.option("--keep", is_flag=True, help="Leave it: they stay, all of them wear it.")
@click.option("--retry", is_flag=True, help="Try it again.")
@click.option("--drop", is_flag=True, help="Give it up.")
@click.option("--always", is_flag=True, help="From now on for this field, without asking.")
@click.option("--all-like", is_flag=True, help="Everything that asks the same as ID.")
@click.option("--event", "event_id", type=OUR_ID, help="With --filter: only this event's.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="With --filter.")
@click.option("--filter", "text", metavar="TEXT", help="Everything with these words, without ID.")
def inbox_resolve(
    item_id: int | None,
    *,
    value: str | None,
    always: bool,
    all_like: bool,
    event_id: int | None,
    kind: str | None,
    text: str | None,
    **flags: bool,
) -> None:
    """Decide about ID, about everything that asks the same, or about what a filter finds.

    Everything can be taken back by `undo`, except what was tried again.

    Example: p88console inbox resolve 7 --mine --always
    """
    chosen = [Decision(name) for name in flags if flags[name]]
    chosen += [Decision.VALUE] if value is not None else []
    if len(chosen) != 1:
        ways = ", ".join(f"--{decision.value}" for decision in Decision)
        face().fail(UsageFault("decide one way", f"one of {ways}"))
    if (item_id is None) == (text is None and kind is None):
        face().fail(UsageFault("say what it is about", "an ID, or --filter and --kind without one"))
    verdict = Verdict(chosen[0], value, always)

    async def work(runtime: Runtime) -> list[present.Document]:
        if item_id is not None:
            found = await operators.asking(runtime, item_id, alike=all_like or always)
        else:
            found = await runtime.db.read(
                items.items, event_id=event_id, kind=Kind(kind) if kind else None, text=text or ""
            )
        if len(found) != 1:
            output.note(f"touches {len(found)}")
        done = await operators.resolve(runtime, me(), found, verdict)
        return [present.inbox_item(item) for item in done]

    done = face().run(work)
    bulk = item_id is None or all_like or always
    face().show(done if bulk else done[0], COLUMNS)
