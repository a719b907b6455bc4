"""The engine without a screen, as a service manager and a cron job run it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from p88console.domain.jobs import Direction, Job, JobState, Operation
from p88console.runtime.desk import RuntimeDesk
from p88console.runtime.runtime import open_runtime
from p88console.store.work import queue
from p88console.system.home import Home
from p88console.system.vault import MemoryVault
from tests.cli.conftest import Program, add_accounts, set_up_linked

posix = pytest.mark.skipif(os.name != "posix", reason="signals and sockets of a POSIX system")


@contextmanager
def running(program: Program, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The engine in a child process, stopped at the end."""
    process = program.start("engine", *arguments)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


def everybody_verified(program: Program, event_id: str) -> bool:
    people = program.json("participants", "list", f"--event={event_id}")
    return bool(people) and {person["push_state"] for person in people} == {"verified"}


@posix
def test_a_service_brings_everybody_to_scoring_and_stops_cleanly(
    program: Program, fresh_providers: dict[str, Any]
) -> None:
    event_id = set_up_linked(program, fresh_providers)
    with running(program) as service:
        wait_for(lambda: everybody_verified(program, event_id), "everybody at scoring")
        assert program.json("status")["engine"] == "running"
        second = program("engine", "--json")
        assert second.code == 1
        assert second.json["error"]["code"] == "engine"
        assert f"process {service.pid} on" in second.json["error"]["detail"]
        service.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert service.wait(timeout=15) == 0
        assert time.monotonic() - began < 10
    assert program.json("status")["engine"] == "stopped"
    assert program.json("queue", "list", "--state=running") == []


@posix
def test_a_stop_in_the_middle_of_a_call_hands_the_work_back_in_ten_seconds(
    program: Program, providers: dict[str, Any]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        add_accounts(
            program, providers | {"runsignup": providers["runsignup"] | {"base_url": address}}
        )
        with running(program) as service:
            asked, _peer = silent.accept()
            with asked:
                asked.recv(10)
                began = time.monotonic()
                service.send_signal(signal.SIGTERM)
                assert service.wait(timeout=20) == 0
                assert time.monotonic() - began < 10
    waiting = program.json("queue", "list", "--state=pending")
    assert [(job["provider"], job["attempt"]) for job in waiting] == [("runsignup", 0)]
    assert program.json("queue", "list", "--state=running") == []


@posix
def test_a_console_that_looks_on_queues_work_for_the_engine(
    program: Program, fresh_providers: dict[str, Any]
) -> None:
    """D18. D24."""
    set_up_linked(program, fresh_providers)
    with running(program):
        wait_for(lambda: program.json("status")["engine"] == "running", "the engine")
        told, job = asyncio.run(_look_on(program.home))
    assert "participants pull" in told or "already queued" in told
    assert job.state is JobState.COMPLETED


async def _look_on(home: Path) -> tuple[str, Job]:
    """Open a second console, ask for a pull there, and watch the engine do it."""
    async with open_runtime(Home(home), vault=MemoryVault()) as runtime:
        assert not await runtime.engine.start()
        told = await RuntimeDesk(runtime).pull_participants()
        [pull] = [
            job
            for job in await runtime.db.read(queue.find)
            if (job.operation, job.direction) == (Operation.PARTICIPANTS, Direction.PULL)
        ][:1]
        async with asyncio.timeout(60):
            while (job := await runtime.db.read(queue.get, pull.id)) is None or (  # noqa: ASYNC110
                job.state is not JobState.COMPLETED
            ):
                await asyncio.sleep(0.05)
        assert not runtime.engine.running
        return told, job


def test_once_runs_all_that_is_due_and_ends(
    program: Program, fresh_providers: dict[str, Any]
) -> None:
    event_id = set_up_linked(program, fresh_providers)
    report = program.json("engine", "--once")
    assert {job["state"] for job in report["jobs"]} == {"completed"}
    worked = {(job["operation"], job["direction"]) for job in report["jobs"]}
    assert ("participants", "pull") in worked
    assert ("participants", "push") in worked
    assert everybody_verified(program, event_id)
    assert program.json("status")["engine"] == "stopped"
    assert program.json("engine", "--once")["jobs"] == []


def test_once_says_honestly_what_failed_and_what_is_held(
    program: Program, providers: dict[str, Any]
) -> None:
    add_accounts(program, providers | {"runsignup": unreachable(providers["runsignup"])})
    answer = program("engine", "--once", "--json")
    assert answer.code == 1
    states = {job["provider"]: job["state"] for job in answer.json["jobs"]}
    assert states["runsignup"] == "pending"
    wrong = providers["runsignup"] | {"secrets": {"api_key": "wrong", "api_secret": "wrong"}}
    other = Program(program.home.parent / "other")
    add_accounts(other, providers | {"runsignup": wrong})
    answer = other("engine", "--once", "--json")
    assert answer.code == 3
    assert "held" in {job["state"] for job in answer.json["jobs"]}


def unreachable(told: dict[str, Any]) -> dict[str, Any]:
    return told | {"base_url": "http://127.0.0.1:9"}


@posix
def test_a_service_manager_hears_ready_alive_and_stopping(program: Program, tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(60)
        watched = Program(program.home, {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "400000"})
        with running(watched) as service:
            heard = [manager.recv(100).decode() for _ in range(3)]
            assert heard == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]
            service.send_signal(signal.SIGINT)
            while heard[-1] == "WATCHDOG=1":
                heard.append(manager.recv(100).decode())
        assert heard[-1] == "STOPPING=1"
        assert service.returncode == 0


@posix
def test_the_log_is_one_json_object_a_line(program: Program) -> None:
    with running(program) as service:
        log = program.home / "logs" / "p88console.log"
        wait_for(lambda: log.exists() and "runs" in log.read_text(), "the first line")
        service.send_signal(signal.SIGTERM)
        service.wait(timeout=20)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["message"] for line in lines] == ["the engine runs", "the engine has stopped"]
    assert {"at", "level", "where", "process", "message"} <= set(lines[0])
