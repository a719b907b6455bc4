"""A program killed at any moment leaves a queue from which the next one carries on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.cli.conftest import RUNNERS, Program, set_up_linked


def _wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.005)


def _books(providers: dict[str, Any]) -> dict[str, Any]:
    answer = httpx.get(f"{providers['copernico']['base_url']}/_sandbox/ledger")
    books: dict[str, Any] = answer.json()
    return books


@pytest.mark.parametrize("written", [0, 1], ids=["before the write", "after the write"])
def test_a_push_that_is_killed_creates_nobody_twice(
    program: Program, fresh_providers: dict[str, Any], written: int
) -> None:
    """D14."""
    event_id = set_up_linked(program, fresh_providers)
    program.json("sync", "participants", f"--event={event_id}", "--pull-only")
    process = program.start("sync", "participants", f"--event={event_id}", "--push-only")
    if written:
        _wait_for(lambda: _books(fresh_providers)["writes"] >= written, "the write")
    else:
        _wait_for(lambda: _running(program), "the claim")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    again = program.json("sync", "participants", f"--event={event_id}", "--push-only")
    assert again["jobs"][0]["state"] == "completed"
    athletes = _books(fresh_providers)["athletes"]
    people = program.json("participants", "list", f"--event={event_id}")
    assert len(athletes) == len({athlete["id"] for athlete in athletes}) == len(people)
    assert 0 < len(people) <= RUNNERS
    assert {person["push_state"] for person in people} == {"verified"}


def _running(program: Program) -> bool:
    """Whether the database shows a running push, read as another process reads it."""
    import sqlite3  # noqa: PLC0415

    connection = sqlite3.connect(program.home / "p88console.db", timeout=5)
    try:
        query = "SELECT count(*) FROM sync_queue WHERE state = 'running' AND direction = 'push'"
        return bool(connection.execute(query).fetchone()[0])
    finally:
        connection.close()
