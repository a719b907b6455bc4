"""`kill -9`, again and again in one push: everybody is there exactly once.

Twenty times in a push of two thousand: `python -m tests.race_day.test_killed 2000 20`.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Program, set_up_linked, start_sandbox

RUNNERS, KILLS = 300, 4

pytestmark = [
    pytest.mark.race_day,
    pytest.mark.skipif(os.name != "posix", reason="a signal of POSIX systems"),
    pytest.mark.timeout(900),
]


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


def test_whoever_is_pushed_survives_every_kill(program: Program) -> None:
    """D14. D23."""
    with contextmanager(start_sandbox)(program, RUNNERS) as providers:
        survive(program, providers, RUNNERS, KILLS)


def survive(program: Program, providers: dict[str, Any], runners: int, often: int) -> int:
    """Kill a push so many times, then let it end; returns how many people it has sent."""
    event_id = set_up_linked(program, providers)
    program.json("sync", "participants", f"--event={event_id}", "--pull-only")
    kills = 0
    push = ("sync", "participants", f"--event={event_id}", "--push-only")
    while kills < often:
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
    assert kills == often
    there = Counter(one["id"] for one in _ledger(providers, "copernico")["athletes"])
    people = program.json("participants", "list", f"--event={event_id}")
    standing = {f"runsignup-{one['provider_id']}" for one in people if one["status"] == "active"}
    assert len(standing) > runners * 0.8
    assert there == Counter(standing)
    assert _count(program, "SELECT count(*) FROM sync_history WHERE finished_at IS NULL") == 0
    return len(there)


def _moved(program: Program, before: tuple[int, int], kills: int) -> bool:
    if kills % 3 == 0:
        running = "SELECT count(*) FROM sync_queue WHERE state = 'running'"
        return bool(_count(program, running))
    return _mark(program) != before


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        laptop, (people, times) = Program(Path(folder) / "home"), map(int, sys.argv[1:3])
        with contextmanager(start_sandbox)(laptop, people) as practice:
            sent = survive(laptop, practice, people, times)
            sys.stdout.write(f"{sent} people, each exactly once after {times} kills\n")
