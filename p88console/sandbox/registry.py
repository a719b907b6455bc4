"""Which providers the practice race has, and where each is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from p88console.domain.model import Provider
from p88console.sandbox.chronotrack import ChronoTrackServer
from p88console.sandbox.copernico import CopernicoServer
from p88console.sandbox.haku import HakuServer
from p88console.sandbox.provider import ProviderServer
from p88console.sandbox.raceroster import RaceRosterServer
from p88console.sandbox.runsignup import RunSignUpServer
from p88console.sandbox.world import World
from p88console.system.clock import Clock

SERVERS: Mapping[Provider, Callable[[World, Clock], ProviderServer]] = {
    Provider.RUNSIGNUP: RunSignUpServer,
    Provider.RACEROSTER: RaceRosterServer,
    Provider.HAKU: HakuServer,
    Provider.COPERNICO: CopernicoServer,
    Provider.CHRONOTRACK: ChronoTrackServer,
}


def make_servers(world: World, clock: Clock) -> list[ProviderServer]:
    """One server for each provider there is, all looking into the same world."""
    return [make(world, clock) for make in SERVERS.values()]


def port_of(provider: Provider, port_base: int) -> int:
    """A provider's port: its place among all providers above the base, or any free one for 0."""
    return port_base + list(Provider).index(provider) if port_base else 0
