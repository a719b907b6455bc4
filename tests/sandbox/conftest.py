"""A practice race for each test: one world for all, servers and clock of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from p88console.sandbox.copernico import CopernicoServer
from p88console.sandbox.haku import HakuServer
from p88console.sandbox.raceroster import RaceRosterServer
from p88console.sandbox.runsignup import RunSignUpServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import THREE_DESKS, World, WorldOptions, make_world

from .organisation import Organisation
from .rig import HandClock, Practice
from .roster import Roster
from .timer import Timer, timing


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(WorldOptions(seed=5, runners=120, leaving=0.0))


@pytest.fixture
def clock(world: World) -> HandClock:
    return HandClock(world.day.start)


@pytest.fixture
async def practice(world: World, clock: HandClock) -> AsyncIterator[Practice]:
    servers = RunSignUpServer(world, clock), CopernicoServer(world, clock)
    async with Sandbox(world, clock, servers=servers) as sandbox:
        running = Practice(sandbox, servers, clock)
        async with running.http:
            yield running


@pytest.fixture
async def timer(world: World, clock: HandClock) -> AsyncIterator[Timer]:
    async with timing(world, clock) as running:
        yield running


@pytest.fixture(scope="session")
def three_desks() -> World:
    """A field that registers at all three registration providers."""
    return make_world(WorldOptions(seed=6, runners=480, leaving=0.0, desks=THREE_DESKS))


@pytest.fixture
async def roster(three_desks: World) -> AsyncIterator[Roster]:
    clock = HandClock(three_desks.day.start)
    server = RaceRosterServer(three_desks, clock)
    async with Sandbox(three_desks, clock, servers=[server]) as sandbox:
        running = Roster(sandbox, server, clock)
        async with running.http:
            await running.sign_in()
            yield running


@pytest.fixture
async def haku(three_desks: World) -> AsyncIterator[Organisation]:
    clock = HandClock(three_desks.day.start)
    server = HakuServer(three_desks, clock)
    async with Sandbox(three_desks, clock, servers=[server]) as sandbox:
        running = Organisation(sandbox, server, clock)
        async with running.http:
            await running.sign_in()
            yield running
