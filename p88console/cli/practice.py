"""`demo` and `sandbox`: the practice race, and its providers alone."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from p88console.cli import output
from p88console.cli.face import FAILED, P88Command, face, need_terminal
from p88console.domain.errors import P88Error, UsageFault
from p88console.domain.model import Provider
from p88console.system.clock import ScaledClock
from p88console.system.home import Home

T = TypeVar("T", bound=Callable[..., Any])

WATCHING_SPEED = 60.0
HEADLESS_SPEED = 600.0

WEATHER = click.option(
    "--weather",
    type=click.Choice(["fair", "rough", "storm"]),
    default="fair",
    show_default=True,
    help="Drops, 429, 5xx, portal and half pages, slow answers, fields silently ignored.",
)


def where(default: str) -> Callable[[T], T]:
    """The option that says where the practice field registers."""
    return click.option(
        "--desks",
        type=click.Choice(["all", *(one.value for one in Provider if one.registers)]),
        default=default,
        show_default=True,
        help="Where people register.",
    )


@click.command(cls=P88Command)
@click.option("--runners", type=click.IntRange(1, 200_000), default=500, show_default=True)
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 10_000),
    help="Race seconds in a second: 60 by default, 600 without a screen.",
)
@click.option("--seed", type=int, default=88, show_default=True, help="Another seed, another day.")
@WEATHER
@where("all")
@click.option(
    "--scoring",
    type=click.Choice(["copernico", "chronotrack", "both"]),
    default="copernico",
    show_default=True,
    help="Where the race is scored.",
)
@click.option("--headless", is_flag=True, help="Run the day without a screen, print the balance.")
@click.option(
    "--until", metavar="finish|SECONDS", default="finish", help="When a headless day ends."
)
def demo(
    runners: int,
    speed: float | None,
    seed: int,
    until: str,
    *,
    weather: str,
    desks: str,
    scoring: str,
    headless: bool,
) -> None:
    """Run a whole practice race on this machine: providers, engine, console.

    Everything lies in a throw-away folder unless --home is given.

    Example: p88console demo --headless --until finish --runners 500 --json
    """
    from p88console.runtime.practice import DESKS, practice_race  # noqa: PLC0415  # with the engine
    from p88console.sandbox.climate import Climate  # noqa: PLC0415

    seconds = _seconds(until)
    systems = ["copernico", "chronotrack"] if scoring == "both" else [scoring]
    if not headless:
        need_terminal("run it without a screen: --headless --until finish")

    async def whole(home: Home) -> dict[str, Any] | None:
        chosen = speed or (HEADLESS_SPEED if headless else WATCHING_SPEED)
        async with practice_race(
            home,
            runners=runners,
            speed=chosen,
            seed=seed,
            climate=Climate(weather),
            desks=DESKS if desks == "all" else (Provider(desks),),
            scoring=tuple(Provider(name) for name in systems),
        ) as practice:
            if not headless:
                from p88console.cli.console import run_console  # noqa: PLC0415

                await run_console(practice.runtime, practice="practice race")
                return None
            return await _headless(practice, seconds)

    if not headless:
        output.note("starting the practice race …")
    with _practice_home(face().home_folder if face().home_given else None) as home:
        found = _run(lambda: whole(home))
    if found is not None:
        if face().json:
            output.document(found)
        else:
            face().show(found)
        raise SystemExit(0 if _balances(found, seconds) else FAILED)


def _seconds(until: str) -> float | None:
    """None for the finish. Raises a fault for anything but a number."""
    if until == "finish":
        return None
    try:
        seconds = float(until)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        face().fail(UsageFault(f"--until {until!r} is neither 'finish' nor a number of seconds"))
    return seconds


async def _headless(practice: Any, seconds: float | None) -> dict[str, Any]:
    from p88console.runtime import practice as race  # noqa: PLC0415
    from p88console.runtime.balance import balance  # noqa: PLC0415

    began = time.monotonic()
    if seconds is None:
        await race.run_day(practice)
    else:
        await race.run_for(practice, seconds)
    found = await balance(practice)
    return found | {"took_s": round(time.monotonic() - began, 1)}


def _balances(found: dict[str, Any], seconds: float | None) -> bool:
    """Whether everybody who registered is verified at scoring, once, with their result."""
    if seconds is not None:
        return True
    return (
        found["registered"] == found["pushed"] == found["verified"]
        and found["results"] == found["finishers_at_scoring"]
        and not found["duplicates_at_scoring"]
        and not found["missing_at_scoring"]
        and not found["lost_edits"]
    )


@contextmanager
def _practice_home(folder: str | None) -> Iterator[Home]:
    if folder:
        yield Home(Path(folder))
        return
    with tempfile.TemporaryDirectory(prefix="p88-practice-") as throw_away:
        yield Home(Path(throw_away))


def _run(work: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return asyncio.run(_awaited(work))
    except P88Error as fault:
        face().fail(fault)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


async def _awaited(work: Callable[[], Awaitable[Any]]) -> Any:
    return await work()


@click.command(cls=P88Command)
@click.option("--port-base", type=click.IntRange(0, 65_000), default=0, help="First port; 0: free.")
@click.option("--seed", type=int, default=88, show_default=True)
@click.option("--runners", type=click.IntRange(1, 200_000), default=500, show_default=True)
@click.option("--speed", type=click.FloatRange(0.1, 10_000), default=1.0, show_default=True)
@WEATHER
@where("all")
@click.option("--clock-start", metavar="INSTANT", help="Race time at the clock's origin.")
@click.option("--clock-origin", type=float, metavar="UNIX", help="Machine time of that instant.")
@click.option("--until-stdin-closes", is_flag=True, help="End when standard input ends.")
def sandbox(
    port_base: int,
    seed: int,
    runners: int,
    speed: float,
    clock_start: str | None,
    clock_origin: float | None,
    *,
    weather: str,
    desks: str,
    until_stdin_closes: bool,
) -> None:
    """Run the practice providers alone until ctrl-c; the first line on stdout tells where.

    Example: p88console sandbox --runners 200 --port-base 8900
    """
    from p88console.sandbox.climate import Climate  # noqa: PLC0415
    from p88console.sandbox.serve import run_sandbox  # noqa: PLC0415  # with its web server
    from p88console.sandbox.world import THREE_DESKS, WorldOptions  # noqa: PLC0415

    try:
        start = datetime.fromisoformat(clock_start) if clock_start else datetime.now(UTC)
    except ValueError:
        face().fail(UsageFault(f"--clock-start {clock_start!r} is no instant"))
    start = start.replace(tzinfo=start.tzinfo or UTC)
    clock = ScaledClock(start, clock_origin or time.time(), speed)
    shares = THREE_DESKS if desks == "all" else ((Provider(desks), 1.0),)
    options = WorldOptions(seed=seed, runners=runners, start=start, desks=shares)
    serving = run_sandbox(
        options,
        clock,
        output.line,
        port_base=port_base,
        climate=Climate(weather),
        until_stdin_closes=until_stdin_closes,
    )
    try:
        asyncio.run(serving)
    except OSError as fault:
        face().fail(P88Error("the practice providers cannot listen", str(fault)))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
