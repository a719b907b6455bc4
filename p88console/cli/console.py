"""Opens the console on this terminal, the engine beside it."""

from __future__ import annotations

import asyncio

from p88console.cli.face import FAILED, face
from p88console.domain.errors import P88Error
from p88console.runtime.desk import RuntimeDesk
from p88console.runtime.runtime import Runtime, open_runtime


def open_console(*, watch: bool) -> None:
    """The console over the chosen home; ends when the operator quits."""

    async def whole() -> None:
        async with open_runtime(face().home) as runtime:
            await run_console(runtime, watch=watch)

    try:
        asyncio.run(whole())
    except P88Error as fault:
        face().fail(fault)


async def run_console(
    runtime: Runtime, *, watch: bool = False, practice: str | None = None
) -> None:
    """Draw until the operator quits; the engine runs beside, unless another process has it."""
    from p88console.ui.app import ConsoleApp  # noqa: PLC0415  # Textual, only when drawn

    if not watch:
        await runtime.engine.start()
    desk = RuntimeDesk(runtime, read_only=watch, practice=practice)
    app = ConsoleApp(desk)
    await app.run_async()
    if app.return_code:
        raise SystemExit(FAILED)
