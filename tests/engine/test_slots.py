"""An account that answers slowly, or not at all, never holds up the others."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from p88console.domain.jobs import Direction, JobKey, JobState, Operation, Trigger
from p88console.domain.model import EventRecord, Provider
from p88console.engine.owners import new_owner
from p88console.engine.worker import OF_ONE_ACCOUNT, SLOTS, Worker
from p88console.runtime import tenancy
from p88console.runtime.runtime import Runtime, open_runtime
from p88console.store.database.db import Tx
from p88console.store.tenancy import events
from p88console.store.work import queue
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from tests.engine.test_engine import wait_for
from tests.store.bench import event_record
from tests.support.clock import SteppedClock

SECRETS = {"api_key": "k" * 32, "api_secret": "s" * 32}


@pytest.fixture
async def silent() -> AsyncIterator[str]:
    """Where somebody takes every call and never says a word."""
    over = asyncio.Event()

    async def listen(_: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        await over.wait()
        answer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        over.set()


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncIterator[Runtime]:
    async with open_runtime(Home(tmp_path), clock=SteppedClock(), vault=MemoryVault()) as opened:
        yield opened


async def with_pulls(runtime: Runtime, base_url: str, name: str, count: int) -> int:
    """An account with so many events, each with a pull that is due now."""
    partner = await tenancy.add_partner(runtime, name)
    account = await tenancy.add_account(
        runtime, partner.id, Provider.RUNSIGNUP, SECRETS, base_url=base_url
    )
    now = runtime.clock.now()
    records: list[EventRecord] = [
        replace(event_record(f"{name}{number}"), starts_at=now) for number in range(count)
    ]

    def write(tx: Tx) -> None:
        _, ids = events.upsert_events(tx, account.id, records, now)
        for event_id in ids:
            key = JobKey(account.id, event_id, Operation.PARTICIPANTS, Direction.PULL)
            queue.enqueue(tx, key, Trigger.SCHEDULE, now)

    await runtime.db.write(write)
    return account.id


async def test_every_account_is_called_while_others_keep_silent(
    runtime: Runtime, silent: str
) -> None:
    ids = [await with_pulls(runtime, silent, name, 4) for name in ("A", "B", "C", "D")]
    assert len(ids) * OF_ONE_ACCOUNT < SLOTS
    worker = Worker(runtime.shop, new_owner())
    working = asyncio.create_task(worker.run(grace_s=0))

    async def calling() -> Counter[int]:
        running = await runtime.db.read(queue.find, state=JobState.RUNNING)
        return Counter(job.account_id for job in running)

    async def all_called() -> bool:
        return (await calling()).keys() == set(ids)

    await wait_for(all_called, "every account to be called")
    last = await with_pulls(runtime, silent, "E", 1)
    worker.nudge()

    async def called_too() -> bool:
        return last in await calling()

    await wait_for(called_too, "a fifth account to be called")
    assert await calling() == {**dict.fromkeys(ids, OF_ONE_ACCOUNT), last: 1}
    worker.stop()
    await working
