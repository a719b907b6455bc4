"""`kill -9`, twenty times over, in a push of two thousand: everybody is there exactly once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Program, set_up_linked, start_sandbox

RUNNERS, KILLS = 2000, 20

pytestmark = [
    pytest.mark.race_day,
    pytest.mark.skipif(os.name != "posix", reason="a signal of POSIX systems"),
    pytest.mark.timeout(900),
]


@pytest.fixture
def big_race(program: Program) -> Iterator[dict[str, Any]]:
    yield from start_sandbox(program, RUNNERS)


def _wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> bool:
    """Whether the condition came true while the process ran."""
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.002)
    return False


def _ledger(providers: dict[str, Any], name: str) -> dict[str, Any]:
    books: dict[str, Any] = httpx.get(f"{providers[name]['base_url']}/_sandbox/ledger").json()
    return books


def _count(program: Program, query: str) -> int:
    connection = sqlite3.connect(program.home / "p88console.db", timeout=20)
    try:
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def _mark(program: Program) -> tuple[int, int]:
    """How far the push is: people sent, people verified."""
    told = "SELECT count(*) FROM push_ledger WHERE state IN ('sent', 'verified')"
    return _count(program, told), _count(program, f"{told} AND state = 'verified'")


def test_two_thousand_survive_twenty_kills(program: Program, big_race: dict[str, Any]) -> None:
    """D14. D23."""
    event_id = set_up_linked(program, big_race)
    program.json("sync", "participants", f"--event={event_id}", "--pull-only")
    kills = 0
    push = ("sync", "participants", f"--event={event_id}", "--push-only")
    while kills < KILLS:
        before = _mark(program)
        process = program.start(*push)
        # now before the claim, now in the middle of sending, now while it is read back
        moved = _wait_for(partial(_moved, program, before, kills), process)
        if process.poll() is not None:
            break  # it was done before it could be killed again
        assert moved
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        kills += 1
    report = program.json(*push)
    assert report["jobs"][0]["state"] == "completed"
    assert kills == KILLS
    there = Counter(one["id"] for one in _ledger(big_race, "copernico")["athletes"])
    people = program.json("participants", "list", f"--event={event_id}")
    standing = {f"runsignup-{one['provider_id']}" for one in people if one["status"] == "active"}
    assert len(standing) > RUNNERS * 0.8
    assert there == Counter(standing)
    assert _count(program, "SELECT count(*) FROM sync_history WHERE finished_at IS NULL") == 0


def _moved(program: Program, before: tuple[int, int], kills: int) -> bool:
    if kills % 3 == 0:
        running = "SELECT count(*) FROM sync_queue WHERE state = 'running'"
        return bool(_count(program, running))
    return _mark(program) != before
