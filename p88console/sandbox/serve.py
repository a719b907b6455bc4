"""Running the practice race's servers together, in this process or as the `sandbox` command."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Any, Self

from p88console.domain.model import Provider
from p88console.sandbox.climate import Climate
from p88console.sandbox.line import LineProtocol
from p88console.sandbox.provider import ProviderServer
from p88console.sandbox.registry import make_servers, port_of
from p88console.sandbox.wire import RaceTimeDate, iso
from p88console.sandbox.world import World, WorldOptions, make_world
from p88console.system.clock import Clock
from p88console.system.listener import Listener


class Sandbox:
    """All provider servers of one practice race, each on its own loopback socket.

    An async context manager: the servers answer inside the `async with` block.
    """

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        port_base: int = 0,
        servers: Iterable[ProviderServer] | None = None,
    ) -> None:
        """Line the servers up.

        Args:
            world: The practice race.
            clock: Whose instant every answer shows.
            port_base: Where the ports begin; 0 takes free ones.
            servers: Servers to run instead of one of each provider with its usual ways.
        """
        self.world = world
        self.clock = clock
        chosen = make_servers(world, clock) if servers is None else servers
        self.servers = {server.provider: server for server in chosen}
        self._port_base = port_base
        self._listeners: dict[Provider, Listener] = {}
        self._running = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as starting:
            for provider, server in self.servers.items():
                app = RaceTimeDate(server.weathered, self.clock)
                listener = Listener(app, port_of(provider, self._port_base), protocol=LineProtocol)
                starting.push_async_callback(listener.stop)
                await listener.start()
                self._listeners[provider] = listener
            self._running = starting.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._running.aclose()
        self._listeners.clear()

    def base_url(self, provider: Provider) -> str:
        """Where a running provider answers: scheme, host and port."""
        return self._listeners[provider].base_url

    def description(self) -> dict[str, Any]:
        """What a client needs to know, as JSON values: a key for each provider, and `day`."""
        found: dict[str, Any] = {
            provider.value: {"base_url": self.base_url(provider), **server.description()}
            for provider, server in self.servers.items()
        }
        return {**found, "day": self._day()}

    def _day(self) -> dict[str, Any]:
        day = self.world.day
        return {
            "start": iso(day.start),
            "guns": {race.name: iso(race.starts_at) for race in self.world.races},
            "last_finish": iso(day.last_finish),
            "over": iso(day.over),
            "timezone": self.world.options.timezone,
        }


async def run_sandbox(
    options: WorldOptions,
    clock: Clock,
    announce: Callable[[dict[str, Any]], None],
    *,
    port_base: int = 0,
    climate: Climate = Climate.FAIR,
    until_stdin_closes: bool = False,
) -> None:
    """Serve a practice race until cancelled, interrupted, or left alone.

    Args:
        options: What the world is computed from.
        clock: Whose instant every answer shows.
        announce: Told the sandbox's description once every server answers.
        port_base: Where the ports begin; 0 takes free ones.
        climate: The weather from the first call on; `/_sandbox/weather` turns it later.
        until_stdin_closes: Also stop when standard input ends, as it does when the parent dies.

    Raises:
        OSError: A port is taken.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    handled = (signal.SIGINT, signal.SIGTERM)
    # Not offered on Windows, where the interrupt reaches asyncio.run as an exception anyway.
    with suppress(NotImplementedError):
        for number in handled:
            loop.add_signal_handler(number, stop.set)
    try:
        async with Sandbox(make_world(options), clock, port_base=port_base) as sandbox:
            for server in sandbox.servers.values():
                server.weather.turn(climate)
            announce(sandbox.description())
            if until_stdin_closes:
                _watch_stdin(loop, stop)
            await stop.wait()
    finally:
        with suppress(NotImplementedError):
            for number in handled:
                loop.remove_signal_handler(number)


def _watch_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Set `stop` once standard input ends; a thread, because not every system can poll it."""

    def wait() -> None:
        with suppress(OSError):
            # Not through sys.stdin: its lock, held here, would abort the interpreter's exit.
            while os.read(descriptor, 4096):
                pass
        with suppress(RuntimeError):  # the loop may be gone by now
            loop.call_soon_threadsafe(stop.set)

    descriptor = sys.stdin.fileno()
    threading.Thread(target=wait, name="sandbox-stdin", daemon=True).start()
