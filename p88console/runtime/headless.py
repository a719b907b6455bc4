"""The engine without a screen: until it is asked to stop, or for one round of what is due."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from p88console.domain.errors import P88Error, StoreLost
from p88console.runtime.runtime import Runtime
from p88console.store.work.engines import Holder
from p88console.system.supervisor import Supervisor

GRACE_S = 8.0
"""Machine seconds that running jobs get to finish when the engine is asked to stop."""

LOOK_S = 1.0
"""Machine seconds between looks at the engine's health, where no manager asks more often."""

log = logging.getLogger(__name__)


class EngineBusy(P88Error):
    """Another living process runs the engine on this database."""

    code = "engine"


async def serve(
    runtime: Runtime,
    supervisor: Supervisor,
    stop: asyncio.Event,
    *,
    attach: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Run the engine until `stop` is set, then let running jobs finish or hand them back.

    `tell` hears in plain words of a database that keeps the engine waiting, and of its end.
    With `attach` another process may have the engine; once it lets go, this one takes it.
    Raises `EngineBusy` when it may not, `P88Error` when the engine breaks: a service manager
    starts it again.
    """
    if not await runtime.engine.start() and not attach:
        raise busy(runtime)
    log.info("the engine runs" if runtime.engine.running else "another process runs the engine")
    supervisor.ready()
    try:
        await _until(runtime, supervisor, stop, tell)
    finally:
        supervisor.stopping()
        await runtime.engine.stop(GRACE_S)
        log.info("the engine has stopped")


async def _until(
    runtime: Runtime, supervisor: Supervisor, stop: asyncio.Event, tell: Callable[[str], None]
) -> None:
    """Look after the engine until the stop; the manager hears only of a healthy one."""
    standstill, told = runtime.engine.standstill, ""
    pause = min(LOOK_S, (supervisor.watchdog_s or LOOK_S * 2) / 2)
    while not stop.is_set():
        if runtime.engine.fault is not None:
            raise P88Error("the engine stopped", runtime.engine.fault[0], "the log has the details")
        try:
            served = await runtime.served()  # the database answers
            if not served and not runtime.engine.running:
                await runtime.engine.start()
        except StoreLost as fault:
            standstill.met(fault)
        waits = f"{standstill.fault}: {standstill.fault.hint}" if standstill.fault else ""
        if waits != told:
            tell(f"the engine waits: {waits}" if waits else "the engine goes on")
            told = waits
        supervisor.alive()
        try:
            await asyncio.wait_for(stop.wait(), pause)
        except TimeoutError:
            continue


async def run_once(runtime: Runtime, stop: asyncio.Event) -> list[int]:
    """Work on all that is due and end; returns the ids of the jobs worked on.

    Asked to stop, it hands back what runs. Raises `EngineBusy` when another process has the
    engine, `P88Error` when it was stopped before the end.
    """
    working = asyncio.create_task(runtime.engine.once(), name="once")
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not working.done():
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
    if working.cancelled():
        raise P88Error("stopped before the end", "what ran was handed back", "run it again")
    worked = working.result()
    if worked is None:
        raise busy(runtime)
    return worked


def busy(runtime: Runtime) -> EngineBusy:
    """The fault that says who runs the engine instead."""
    other: Holder | None = runtime.engine.other
    who = "another process" if other is None else f"process {other.pid} on {other.host}"
    since = "" if other is None else f", since {other.since:%Y-%m-%d %H:%M} UTC"
    return EngineBusy(
        "another engine runs on this database",
        f"{who} holds it{since}",
        "stop that one first, or leave the work to it; it takes what is queued from here too",
    )
