"""Opens the console on this terminal, the engine beside it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from p88console.cli.face import FAILED, face
from p88console.domain.errors import P88Error
from p88console.runtime.desk import RuntimeDesk
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.system.attention import attentive
from p88console.system.loading import loading

OVERDUE_S = 2.0
"""Machine seconds for which the engine waits for the first screen, whatever keeps that."""


def open_console(*, watch: bool) -> None:
    """The console over the chosen home; ends when the operator quits."""

    async def whole() -> tuple[str, ...]:
        async with open_runtime(face().home) as runtime:
            return await run_console(runtime, watch=watch)

    try:
        while leave_for := asyncio.run(whole()):
            _elsewhere(*leave_for)
    except P88Error as fault:
        face().fail(fault)


def _elsewhere(what: str, *about: str) -> None:
    """Do what the console was left for in a process of its own; it opens again after that.

    A practice race gets a home of its own; a restored database is fenced off from this process.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("P88_")}
    command, surroundings = ["demo"], own
    if what == "restore":
        command = ["--home", str(face().home.folder), "restore", *about]
        surroundings = dict(os.environ)
    subprocess.run(  # noqa: S603  # our own program and what the operator chose
        [sys.executable, "-m", "p88console", *command], env=surroundings, check=False
    )


async def run_console(
    runtime: Runtime, *, watch: bool = False, practice: str | None = None
) -> tuple[str, ...]:
    """Draw until the operator quits; the engine runs beside, unless another process has it.

    Returns what it was left for; nothing when it was quit.
    """
    with loading():
        from p88console.ui.alarm import Ringing  # noqa: PLC0415  # Textual, only when drawn
        from p88console.ui.app import ConsoleApp  # noqa: PLC0415  # Textual, only when drawn

    painted = asyncio.Event()
    asyncio.get_running_loop().call_later(OVERDUE_S, painted.set)
    if not watch:
        await runtime.engine.start(painted)
    desk = RuntimeDesk(runtime, read_only=watch, practice=practice)
    wished = runtime.shop.settings.console
    ringing = Ringing(wished.bell, wished.desktop, wished.ring_every.total_seconds())
    app = ConsoleApp(
        desk, theme=wished.theme, keymap=wished.keys, ringing=ringing, painted=painted.set
    )
    with attentive():
        try:
            await app.run_async()
        finally:
            painted.set()
    if app.return_code:
        raise SystemExit(FAILED)
    return app.outlook.leave_for
