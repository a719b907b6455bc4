"""Four engines and two consoles' commands on one PostgreSQL; one cut off, one killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from p88console.domain.jobs import Direction, JobKey, Operation, Trigger
from p88console.store.database.db import Database
from p88console.store.work import queue
from tests.cli.conftest import Program, set_up_linked
from tests.support.cable import Cable
from tests.support.faultline import FaultLine, Weather

SILENCE_S = 3.0
LEASE_S = 45.0
"""No gap may be longer, whatever happens to an engine."""

VERIFIED = """
SELECT count(*) FROM push_ledger AS ledger JOIN participants ON participants.id = participant_id
WHERE status = 'active' AND ledger.state = 'verified' AND mirror_hash = content_hash
"""
CLAIMED_BY = "SELECT lease_owner FROM sync_queue WHERE state = 'running' AND direction = 'push'"


def laptop(folder: Path, name: str, address: str) -> Program:
    """A machine of its own; the secrets were entered on each."""
    home = folder / name
    home.mkdir()
    (home / "settings.toml").write_text(f'[engine]\nsilence = "{SILENCE_S:g} s"\n')
    keyring = str(folder / "keyring.json")
    return Program(home, {"P88_DATABASE_URL": address, "P88_TEST_KEYRING": keyring})


class Drill:
    """The race from outside: database, scoring provider's line, engines."""

    def __init__(self, address: str, line: FaultLine, providers: dict[str, Any]) -> None:
        self.db = Database(address)
        self.line = line
        self.providers = providers
        self.engines: dict[str, Popen[str]] = {}

    def one(self, sql: str) -> Any:
        """One value of the shared database."""
        with self.db.reader() as connection:
            return connection.execute(text(sql)).scalar()

    async def until(self, condition: Callable[[], bool], what: str) -> float:
        """Wait for a condition; seconds that it took, which no lease may exceed."""
        began = time.monotonic()
        while not await asyncio.to_thread(condition):
            assert time.monotonic() - began < LEASE_S, f"waited in vain for {what}: {self.told()}"
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    def told(self) -> list[Any]:
        """How the jobs stand, for whoever reads why the drill failed."""
        with self.db.reader() as connection:
            jobs = "SELECT id, operation, direction, state, attempt, due_at, error FROM sync_queue"
            return list(connection.execute(text(jobs)))

    def holder(self) -> str | None:
        """Which laptop's engine has the push."""
        owner = self.one(CLAIMED_BY)
        pid = int(str(owner).split(":")[1]) if owner else None
        return next((name for name, one in self.engines.items() if one.pid == pid), None)

    def ask(self, operation: Operation, direction: Direction) -> None:
        """An operator asks for work."""
        account = 2 if direction is Direction.PUSH else 1
        event = int(self.one("SELECT min(event_id) FROM links"))
        key = JobKey(account, event, operation, direction)
        self.db.write_here(queue.enqueue, key, Trigger.OPERATOR, datetime.now(UTC), more=True)

    def all_verified(self) -> bool:
        """Whether scoring is known to hold everybody as they are."""
        busy = self.one("SELECT count(*) FROM sync_queue WHERE state = 'running'")
        active = self.one("SELECT count(*) FROM participants WHERE status = 'active'")
        return int(self.one(VERIFIED)) == int(active) and not busy

    async def hold(self) -> str:
        """Have the next push stop in mid-air; returns the laptop that sends it."""
        self.line.released = asyncio.Event()
        self.line.weather, self.line.hits = Weather.HELD, "POST"
        before = len(self.line.requests)
        yield_to: list[str] = []

        def under_way() -> bool:
            sent = any("POST" in request for request in self.line.requests[before:])
            found = self.holder() if sent else None
            if found:
                yield_to.append(found)
            return bool(found)

        await self.until(under_way, "a push under way")
        self.line.weather = Weather.FAIR
        return yield_to[-1]

    def books(self, provider: str) -> dict[str, Any]:
        """A provider's own books."""
        url = f"{self.providers[provider]['base_url']}/_sandbox/ledger"
        found: dict[str, Any] = httpx.get(url, timeout=30).json()
        return found

    def rename(self, count: int) -> None:
        """So many people correct their names at the registration provider."""
        url = f"{self.providers['runsignup']['base_url']}/_sandbox/registrations"
        for row in self.books("runsignup")["registrations"][:count]:
            change = {"registration_id": row["registration_id"], "last_name": "Corrected"}
            httpx.post(url, json=change, timeout=30).raise_for_status()


@asynccontextmanager
async def drill(address: str, providers: dict[str, Any], console: Program) -> AsyncIterator[Drill]:
    """Accounts and link made from one console, the field pulled, nothing sent."""
    async with FaultLine(providers["copernico"]["base_url"]) as line:
        through = {**providers["copernico"], "base_url": line.base_url}
        told = {**providers, "copernico": through}
        event = await asyncio.to_thread(set_up_linked, console, told)
        pull = ("sync", "participants", f"--event={event}", "--pull-only")
        await asyncio.to_thread(console.json, *pull)
        made = Drill(address, line, providers)
        try:
            yield made
        finally:
            for engine in made.engines.values():
                if engine.poll() is None:
                    engine.send_signal(signal.SIGTERM)
            for engine in made.engines.values():
                await asyncio.to_thread(engine.communicate, timeout=60)
            made.db.close()


@pytest.mark.race_day
@pytest.mark.skipif(os.name != "posix", reason="an engine is killed by a signal")
async def test_one_cut_off_and_one_killed_cost_nobody_anything(
    tmp_path: Path, postgres_address: str, fresh_providers: dict[str, Any]
) -> None:
    server = make_url(postgres_address)
    one, two = (laptop(tmp_path, name, postgres_address) for name in ("one", "two"))
    async with (
        Cable(str(server.host), int(server.port or 0)) as cable,
        drill(postgres_address, fresh_providers, one) as race,
    ):
        cabled = server.set(port=cable.port).render_as_string(hide_password=False)
        race.engines["cut"] = laptop(tmp_path, "cut", cabled).start("engine")
        await asyncio.to_thread(race.ask, Operation.PARTICIPANTS, Direction.PUSH)
        assert await race.hold() == "cut"
        cable.hush()
        for name in ("three", "four"):
            race.engines[name] = laptop(tmp_path, name, postgres_address).start("engine")
        for name, program in (("one", one), ("two", two)):
            race.engines[name] = program.start("engine")
        gap = await race.until(race.all_verified, "everybody at scoring after the cut")
        race.line.released.set()  # what was in mid-air arrives after all

        await asyncio.to_thread(race.rename, 20)
        holding = asyncio.create_task(race.hold())
        await asyncio.to_thread(race.ask, Operation.PARTICIPANTS, Direction.PULL)
        killed = await holding
        assert killed != "cut"
        race.engines[killed].kill()
        gap = max(gap, await race.until(race.all_verified, "everybody after the kill"))
        race.line.released.set()
        assert gap < LEASE_S

        cable.mend()
        alive = "SELECT count(*) FROM engine_leases WHERE until > extract(epoch FROM now())"
        await race.until(lambda: race.one(alive) == 4, "the one that was cut off")
        assert race.engines["cut"].poll() is None
        status = await asyncio.to_thread(two.json, "status")
        assert (status["engine"], status["unsent"], status["needs_you"]) == ("running", 0, 0)
        balance(race)


def balance(race: Drill) -> None:
    """No job twice, nobody twice at scoring, nobody missing."""
    with race.db.reader() as connection:
        rows = connection.execute(text("SELECT job_id, attempt, state FROM sync_history")).all()
    ended = [(row.job_id, row.attempt) for row in rows if row.state != "abandoned"]
    assert set(Counter(ended).values()) == {1}  # what was cut off or killed used up no attempt
    assert Counter(row.state for row in rows)["abandoned"] >= 2
    athletes = race.books("copernico")["athletes"]
    standing = {
        f"runsignup-{row['registration_id']}"
        for row in race.books("runsignup")["registrations"]
        if row["status"] == "active"
    }
    assert sorted(row["id"] for row in athletes) == sorted(standing), json.dumps(athletes[:1])
