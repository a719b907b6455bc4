"""A practice race for each test, its clock stepped by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from p88console.sandbox.chronotrack import ChronoTrackServer
from p88console.sandbox.copernico import CopernicoServer
from p88console.sandbox.haku import HakuServer
from p88console.sandbox.raceroster import RaceRosterServer
from p88console.sandbox.runsignup import RunSignUpServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World, WorldOptions, make_world
from tests.providers.practice import Practice
from tests.support.clock import SteppedClock


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(WorldOptions(seed=5, runners=60))


@pytest.fixture
async def practice(world: World) -> AsyncIterator[Practice]:
    clock = SteppedClock(world.day.start)
    runsignup = RunSignUpServer(world, clock, past_events=True)
    copernico = CopernicoServer(world, clock)
    chronotrack = ChronoTrackServer(world, clock)
    servers = (runsignup, copernico, chronotrack)
    others = (RaceRosterServer(world, clock), HakuServer(world, clock))
    async with Sandbox(world, clock, servers=(*servers, *others)) as sandbox:
        yield Practice(world, clock, sandbox, *servers)
