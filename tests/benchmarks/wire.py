"""A pull and a push of the whole field against the bare calls that they make, and memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from p88console.domain.jobs import JobState, Trigger
from p88console.domain.model import Provider
from p88console.runtime import syncs
from p88console.runtime.practice import set_up
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.sandbox.process import launch
from p88console.sandbox.world import DEFAULT_START
from p88console.system.clock import ScaledClock
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from tests.benchmarks.timing import Finding
from tests.support.faultline import FaultLine

PEOPLE, CHANGED = 50_000, 50
BEFORE = timedelta(hours=1)
"""How long after the practice day's start the field is synced: most of it has registered."""

SPEED = 20.0
"""So fast that no budget, kept by the race's clock, decides about the time."""

SIDES = (Provider.RUNSIGNUP, Provider.COPERNICO)

Calls = list[tuple[str, bytes]]
"""Head and body of each call, in order."""


@asynccontextmanager
async def practice() -> AsyncIterator[tuple[dict[str, Any], ScaledClock]]:
    """The providers in a process of their own, always the same field at the same time."""
    origin = time.time() + 5 - BEFORE.total_seconds() / SPEED
    clock = ScaledClock(DEFAULT_START, origin, SPEED)
    async with launch(
        seed=88,
        runners=PEOPLE,
        speed=SPEED,
        clock_start=DEFAULT_START,
        clock_origin=origin,
        desks=Provider.RUNSIGNUP.value,
    ) as description:
        yield description, clock


async def _sync(runtime: Runtime, ask: Callable[..., Awaitable[Any]], event_id: int) -> float:
    """Seconds that one job takes from being asked for to being settled."""
    event = await syncs.event_of(runtime, event_id)
    began = time.perf_counter()
    queued = await ask(runtime, event, Trigger.OPERATOR)
    ids = [one.job_id for one in (queued if isinstance(queued, list) else [queued])]
    (job,) = await runtime.run_jobs(ids)
    assert job.state is JobState.COMPLETED, job.error
    return time.perf_counter() - began


def _rename(runtime: Runtime) -> None:
    """Some people are told by another name than the scoring system knows."""
    with runtime.db.writer() as tx:
        some = text(
            "UPDATE participants SET first_name = 'Changed', content_hash = 'changed' WHERE id IN "
            "(SELECT id FROM participants WHERE status = 'active' AND bib IS NOT NULL "
            "ORDER BY id LIMIT :count)"
        )
        tx.connection.execute(some, {"count": CHANGED})


async def ours(folder: Path) -> dict[str, float]:
    """Seconds of a pull, a push, a push of nothing, and one of a few changes."""
    async with (
        practice() as (description, clock),
        open_runtime(Home(folder), clock=clock, vault=MemoryVault()) as runtime,
    ):
        (event_id,) = await set_up(runtime, description)
        found = {}
        for name, ask in (
            ("pull", syncs.pull_participants),
            ("push", syncs.push_participants),
            ("repeat", syncs.push_participants),
        ):
            found[name] = await _sync(runtime, ask, event_id)
        await asyncio.to_thread(_rename, runtime)
        found["few"] = await _sync(runtime, syncs.push_participants, event_id)
        return found


async def rehearsed(folder: Path) -> dict[str, Calls]:
    """The calls of a pull and of a push, heard on the lines to both providers."""
    async with AsyncExitStack() as stack:
        description, clock = await stack.enter_async_context(practice())
        lines = {}
        for side in SIDES:
            told = description[side.value]
            lines[side] = await stack.enter_async_context(FaultLine(told["base_url"]))
            told["base_url"] = lines[side].base_url
        runtime = await stack.enter_async_context(
            open_runtime(Home(folder), clock=clock, vault=MemoryVault())
        )
        (event_id,) = await set_up(runtime, description)
        found = {}
        for name, ask, side in (
            ("pull", syncs.pull_participants, SIDES[0]),
            ("push", syncs.push_participants, SIDES[1]),
        ):
            line = lines[side]
            line.heads.clear()
            line.bodies.clear()
            await _sync(runtime, ask, event_id)
            bodies = iter(line.bodies)
            found[name] = [
                (head, b"" if head.startswith("GET") else next(bodies)) for head in line.heads
            ]
        return found


async def bare(calls: dict[str, Calls]) -> dict[str, float]:
    """Seconds of the same calls, one after the other as the adapters make them."""
    found = {}
    async with practice() as (description, _clock):
        for name, side in zip(calls, SIDES, strict=True):
            base = description[side.value]["base_url"]
            async with httpx.AsyncClient(base_url=base, timeout=60) as client:
                began = time.perf_counter()
                for head, body in calls[name]:
                    sent = client.build_request(*_line(head), headers=_headers(head), content=body)
                    answer = await client.send(sent, stream=True)
                    async for _chunk in answer.aiter_raw():
                        pass
                    await answer.aclose()
                found[name] = time.perf_counter() - began
    return found


def _line(head: str) -> tuple[str, str]:
    method, path, _version = head.split("\r\n", 1)[0].split(" ")
    return method, path


def _headers(head: str) -> dict[str, str]:
    lines = [line.partition(":") for line in head.split("\r\n")[1:] if line]
    own = {"host", "content-length", "connection"}
    return {name: value.strip() for name, _, value in lines if name.lower() not in own}


def whole_field(folder: Path) -> Iterator[Finding]:
    """Everything that crosses the wire, once."""
    calls = asyncio.run(rehearsed(folder / "rehearsed"))
    mine = asyncio.run(ours(folder / "ours"))
    theirs = asyncio.run(bare(calls))
    field = f"{PEOPLE:,} people"
    for name, at_most in (("pull", 1.5), ("push", 1.3)):
        against = f"its {len(calls[name])} bare calls"
        yield Finding(f"{name} {field}", against, [(mine[name], theirs[name])], at_most)
    first = "the first push"
    yield Finding("push again, nothing changed", first, [(mine["repeat"], mine["push"])], 0.03)
    yield Finding(f"push {CHANGED} who changed", first, [(mine["few"], mine["push"])], 0.05)
