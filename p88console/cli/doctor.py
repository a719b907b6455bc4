"""`doctor`: go or no-go for tomorrow morning."""

from __future__ import annotations

import click

from p88console.cli import output
from p88console.cli.face import DONE, NEEDS_PERSON, P88Command, face
from p88console.cli.params import OUR_ID
from p88console.domain.doctor import Check, is_go
from p88console.runtime import present
from p88console.runtime.doctor import examine
from p88console.runtime.runtime import Runtime

COLUMNS: output.Columns = {"": "mark", "What": "name", "Found": "detail", "To do": "fix"}

MARKS = {"ok": "✓", "unknown": "?", "warning": "!", "failing": "✗"}


@click.command(cls=P88Command)
@click.option("--event", "event_id", type=OUR_ID, help="Only this event and its accounts.")
def doctor(event_id: int | None) -> None:
    """Look at everything that could spoil tomorrow morning; exit 3 says no-go.

    Every account is called once, every event and link is read; nothing is changed.

    Example: p88console doctor --event 1
    """

    async def work(runtime: Runtime) -> list[Check]:
        return await examine(runtime, event_id)

    checks = face().run(work)
    go = is_go(checks)
    if face().json:
        output.document(present.doctor(checks))
    else:
        rows = [present.check(check) for check in checks]
        face().show([{**row, "mark": MARKS[row["level"]]} for row in rows], COLUMNS)
        output.note("go" if go else "no-go: see to what is marked ✗")
    raise SystemExit(DONE if go else NEEDS_PERSON)
