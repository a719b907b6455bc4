"""What every command shares: home, JSON or tables, exit codes, faults in plain words."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from click.core import ParameterSource

from p88console.cli import output
from p88console.domain.errors import P88Error, StoreLost, UsageFault
from p88console.system.home import Home, home_at
from p88console.system.loading import loading

if TYPE_CHECKING:  # `--help` and `--version` need no runtime
    from p88console.runtime.looking import Look
    from p88console.runtime.runtime import Runtime

T = TypeVar("T")

DONE, FAILED, USAGE, NEEDS_PERSON = 0, 1, 2, 3
"""Exit codes: done; failed or partial; wrong usage or settings; done, but see to something."""


@dataclass(slots=True)
class Face:
    """How this call of the program was asked to behave."""

    home_folder: str | None = None
    home_given: bool = False
    """Whether the home was named in the command itself, not by the environment."""
    json: bool = False

    @property
    def home(self) -> Home:
        """The chosen home."""
        return home_at(self.home_folder)

    def run(
        self, work: Callable[[Runtime], Awaitable[T]], lost: Callable[[Home], T] | None = None
    ) -> T:
        """Open the runtime, do the work, close it; a foreseeable fault ends the program.

        `lost` is what is done instead while the shared database cannot be reached.
        """
        with loading():
            from p88console.runtime.runtime import open_runtime  # noqa: PLC0415  # with the database

        async def whole() -> T:
            async with open_runtime(self.home) as runtime:
                return await work(runtime)

        def tried() -> T:
            try:
                return _run(whole())
            except StoreLost:
                home = self.home
                if lost is None or home.shared is None:
                    raise
                return lost(home)

        return self._ended(tried)

    def look(self, work: Callable[[Look], Awaitable[T]]) -> T:
        """Open the database alone, do the work, close it; like `run` for what only tells."""
        from p88console.runtime.looking import open_look  # noqa: PLC0415  # with the database

        async def whole() -> T:
            async with open_look(self.home) as look:
                return await work(look)

        return self._ended(lambda: _run(whole()))

    def _ended(self, done: Callable[[], T]) -> T:
        """What was done, or the end of the program for a foreseeable fault."""
        try:
            return done()
        except P88Error as fault:
            self.fail(fault)
        except KeyboardInterrupt:
            raise SystemExit(130) from None

    def fail(self, fault: P88Error) -> NoReturn:
        """Say what went wrong and end with the fitting exit code."""
        output.fault(fault.as_dict(), as_json=self.json)
        raise SystemExit(USAGE if isinstance(fault, UsageFault) else FAILED)

    def show(self, document: Any, columns: output.Columns | None = None) -> None:
        """Print the document as JSON, or the same as a table for people."""
        if self.json:
            output.document(document)
        else:
            output.table(document, columns)


def _run(work: Coroutine[None, None, T]) -> T:
    import asyncio  # noqa: PLC0415  # 40 ms that --help and completion do not pay

    return asyncio.run(work)


def face() -> Face:
    """The face of the running command."""
    found = click.get_current_context().find_object(Face)
    if found is None:
        raise AssertionError("no command is running")
    return found


def need_terminal(hint: str) -> None:
    """End with wrong usage where nobody could see or type anything."""
    if os.environ.get("TEXTUAL_DRIVER"):
        return  # a browser is the terminal: `serve` started this
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or face().json:
        face().fail(UsageFault("the console needs a terminal", "this is none", hint))


def _take_home(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is not None:
        chosen = ctx.ensure_object(Face)
        chosen.home_folder = str(Path(value).expanduser())
        source = ctx.get_parameter_source(param.name or "")
        chosen.home_given = chosen.home_given or source is ParameterSource.COMMANDLINE


def _take_json(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if value:
        ctx.ensure_object(Face).json = True


def _shared_options() -> list[click.Parameter]:
    return [
        click.Option(
            ["--home"],
            metavar="DIR",
            help="Folder of database, settings and logs (or P88_HOME).",
            expose_value=False,
            callback=_take_home,
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            help="Print one JSON document and nothing else.",
            expose_value=False,
            callback=_take_json,
        ),
    ]


class P88Command(click.Command):
    """A command that takes --home and --json wherever they stand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _shared_options()


class P88Group(click.Group):
    """A group whose commands take --home and --json wherever they stand."""

    command_class = P88Command
    group_class = type  # groups inside are of this same class

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += _shared_options()
