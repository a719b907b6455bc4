"""The practice race as a child process, so that it never takes time from the one who watches it."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import IO, Any

READY_S = 60.0
"""Machine seconds until the child must have announced itself."""

LEAVE_S = 5.0
"""Machine seconds the child gets to leave by itself, and again when told to."""

LONGEST_LINE = 1 << 20


class SandboxDidNotStart(RuntimeError):
    """The child ended, or kept silent, before it announced itself."""


@asynccontextmanager
async def launch(
    *,
    seed: int,
    runners: int,
    speed: float,
    clock_start: datetime,
    clock_origin: float,
    port_base: int = 0,
    desks: str = "all",
    command: Sequence[str] | None = None,
) -> AsyncIterator[dict[str, Any]]:
    """Run the `sandbox` command beside this process for as long as the block lasts.

    Args:
        seed: The world's seed.
        runners: How many people register.
        speed: Race seconds in one machine second.
        clock_start: Race time at `clock_origin`; the practice day begins then.
        clock_origin: Machine time, in Unix seconds.
        port_base: Where the ports begin; 0 takes free ones.
        desks: The one provider where people register, or `all`.
        command: What to run instead of this program's own `sandbox` command.

    Yields:
        The sandbox's description.

    Raises:
        SandboxDidNotStart: There was no description; the message carries the child's last words.
    """
    arguments = {
        "--seed": seed,
        "--runners": runners,
        "--speed": speed,
        "--clock-start": clock_start.isoformat(),
        "--clock-origin": repr(clock_origin),
        "--port-base": port_base,
        "--desks": desks,
    }
    with tempfile.TemporaryFile() as words:
        child = await _start(command or own_command(), arguments, words)
        try:
            yield await _description(child, words)
        finally:
            await _end(child)


async def _start(
    command: Sequence[str], arguments: Mapping[str, object], words: IO[bytes]
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        *(str(part) for argument in arguments.items() for part in argument),
        "--until-stdin-closes",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=words,
        # A session of its own: ctrl-c is meant for this process, which then ends the child.
        start_new_session=True,
        limit=LONGEST_LINE,
    )


def own_command() -> list[str]:
    """The `sandbox` command of this very program, frozen into one file or not."""
    frozen = getattr(sys, "frozen", False)
    return [sys.executable, *([] if frozen else ["-m", "p88console"]), "sandbox"]


async def _description(child: asyncio.subprocess.Process, words: IO[bytes]) -> dict[str, Any]:
    line = b""
    if child.stdout is not None:
        with suppress(TimeoutError, ValueError):
            line = await asyncio.wait_for(child.stdout.readline(), READY_S)
    with suppress(ValueError):
        description = json.loads(line)
        if isinstance(description, dict):
            return description
    await _end(child)
    words.seek(0)
    raise SandboxDidNotStart(words.read()[-2000:].decode(errors="replace").strip())


async def _end(child: asyncio.subprocess.Process) -> None:
    """Close its input and wait; only a child that does not mind is told, then made to end."""
    if child.stdin is not None:
        child.stdin.close()
    for insist in (child.terminate, child.kill):
        with suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), LEAVE_S)
            return
        with suppress(ProcessLookupError):
            insist()
    await child.wait()
