"""The sandbox as a whole: addresses, race time in headers, and how it ends."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from p88console.domain.model import Provider
from p88console.sandbox import process
from p88console.sandbox.process import SandboxDidNotStart, launch
from p88console.sandbox.registry import SERVERS, port_of
from p88console.sandbox.serve import Sandbox, run_sandbox
from p88console.sandbox.world import World, WorldOptions

from .rig import HandClock, Practice

DRIVER = """
import argparse, asyncio, json
from datetime import datetime
from p88console.sandbox.serve import run_sandbox
from p88console.sandbox.world import WorldOptions
from p88console.system.clock import ScaledClock

parser = argparse.ArgumentParser()
for name in ("seed", "runners", "port-base"):
    parser.add_argument(f"--{name}", type=int)
for name in ("speed", "clock-origin"):
    parser.add_argument(f"--{name}", type=float)
parser.add_argument("--clock-start", type=datetime.fromisoformat)
parser.add_argument("--desks")
parser.add_argument("--until-stdin-closes", action="store_true")
given = parser.parse_args()
options = WorldOptions(seed=given.seed, runners=given.runners, start=given.clock_start)
clock = ScaledClock(given.clock_start, given.clock_origin, given.speed)
asyncio.run(
    run_sandbox(
        options,
        clock,
        lambda description: print(json.dumps(description), flush=True),
        port_base=given.port_base,
        until_stdin_closes=given.until_stdin_closes,
    )
)
"""
PROVIDERS = [provider.value for provider in SERVERS]
START = datetime(2026, 5, 2, 11, 0, tzinfo=UTC)


async def test_the_description_tells_what_a_client_needs(world: World, clock: HandClock) -> None:
    async with Sandbox(world, clock) as sandbox:
        told = sandbox.description()
    assert told.keys() == {*PROVIDERS, "day"}
    for provider in PROVIDERS:
        assert told[provider].keys() >= {"base_url", "secrets", "options", "event_id"}
        url = httpx.URL(told[provider]["base_url"])
        assert (url.scheme, url.host, url.raw_path) == ("http", "127.0.0.1", b"/")
    assert told["runsignup"]["secrets"].keys() == {"api_key", "api_secret"}
    assert told["copernico"]["secrets"].keys() == {"api_key"}
    user = {"client_id", "client_secret", "user_id", "password"}
    assert told["chronotrack"]["secrets"].keys() == user
    options = told["copernico"]["options"]
    assert options.keys() == {"preset_login", "preset_name", "race_uuid"}
    assert told["day"]["guns"]["Half Marathon"] == "2026-10-17T12:30:00.000Z"


async def test_the_same_seed_has_the_same_secrets(world: World, clock: HandClock) -> None:
    described: list[dict[str, Any]] = []
    for _ in range(2):
        async with Sandbox(world, clock) as sandbox:
            described.append(sandbox.description())
        for provider in PROVIDERS:
            del described[-1][provider]["base_url"]
    assert described[0] == described[1]


async def test_answers_carry_race_time_in_their_date(practice: Practice) -> None:
    for url in (practice.runsignup_url, practice.copernico_url):
        answer = await practice.http.get(url)
        assert answer.headers.get_list("date") == ["Sat, 17 Oct 2026 11:00:00 GMT"]


def test_ports_keep_their_place_when_providers_are_added() -> None:
    assert port_of(Provider.RUNSIGNUP, 8800) == 8800
    assert port_of(Provider.COPERNICO, 8800) == 8803
    assert port_of(Provider.CHRONOTRACK, 8800) == 8804
    assert port_of(Provider.COPERNICO, 0) == 0


async def test_a_port_that_is_taken_is_said_and_nothing_is_left_open(
    world: World, clock: HandClock
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        base = taken.getsockname()[1] - port_of(Provider.COPERNICO, 1) + 1
        with pytest.raises(OSError, match="in use"):
            await Sandbox(world, clock, port_base=base).__aenter__()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", base), timeout=1)


async def test_the_child_process_serves_and_ends_with_its_input() -> None:
    async with launch(
        seed=1,
        runners=10,
        speed=60.0,
        clock_start=START,
        clock_origin=START.timestamp(),
        command=[sys.executable, "-c", DRIVER],
    ) as told:
        url = f"{told['runsignup']['base_url']}/_sandbox/ledger"
        async with httpx.AsyncClient() as http:
            ledger = (await http.get(url)).json()
        assert len(ledger["registrations"]) == 10
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(url)


async def test_a_child_that_cannot_start_says_why() -> None:
    with pytest.raises(SandboxDidNotStart, match="no such race day"):
        async with launch(
            seed=1,
            runners=10,
            speed=60.0,
            clock_start=START,
            clock_origin=START.timestamp(),
            command=[sys.executable, "-c", "raise SystemExit('no such race day')"],
        ):
            raise AssertionError


async def test_a_child_that_does_not_mind_is_made_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LEAVE_S", 0.05)
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        " print('{}', flush=True); time.sleep(60)"
    )
    async with launch(
        seed=1,
        runners=10,
        speed=60.0,
        clock_start=START,
        clock_origin=START.timestamp(),
        command=[sys.executable, "-c", stubborn],
    ) as told:
        assert told == {}


def test_the_child_is_this_program_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert process.own_command() == [sys.executable, "-m", "p88console", "sandbox"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert process.own_command() == [sys.executable, "sandbox"]


async def test_the_command_serves_until_its_input_closes(
    clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    announced: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    with os.fdopen(reading) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        options = WorldOptions(runners=10)
        serving = asyncio.create_task(
            run_sandbox(options, clock, announced.set_result, until_stdin_closes=True)
        )
        url = (await announced)["copernico"]["base_url"]
        async with httpx.AsyncClient() as http:
            assert (await http.get(f"{url}/_sandbox/ledger")).status_code == 200
        assert not serving.done()
        os.close(writing)
        await asyncio.wait_for(serving, 10)


async def test_the_command_can_be_cancelled(clock: HandClock) -> None:
    announced: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        run_sandbox(WorldOptions(runners=10), clock, announced.set_result)
    )
    url = (await announced)["runsignup"]["base_url"]
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(url)
