"""Many events behind a few accounts: the sandbox's servers, several of them on one socket.

Run as a program it answers until its input ends, like the `sandbox` command, whose arguments it
takes: `--seed` is how many events there are and `--runners` how many people each has.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, reduce
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from p88console.domain.model import Provider
from p88console.sandbox.chronotrack import ChronoTrackServer
from p88console.sandbox.copernico import CopernicoServer
from p88console.sandbox.haku import HakuServer
from p88console.sandbox.provider import ProviderServer
from p88console.sandbox.raceroster import RaceRosterServer
from p88console.sandbox.registry import SERVERS
from p88console.sandbox.runsignup import RunSignUpServer
from p88console.sandbox.world import BEFORE_FIRST_GUN, World, WorldOptions, make_world
from p88console.system.clock import Clock, ScaledClock
from p88console.system.listener import Listener
from tests.benchmarks.saturday import MIDNIGHT, MIX

PARTNERS = 13
DESKS = [at for at, provider in enumerate(MIX) if provider.registers]
TIMERS = [at for at, provider in enumerate(MIX) if not provider.registers]

SHARED = ("credentials", "throttle", "sign_in", "gate", "api_key")
"""What an account has once, however many events it sees."""


def gun_of(event: int) -> datetime:
    """The first gun of an event: every quarter of an hour from six to eleven."""
    return MIDNIGHT + timedelta(hours=6, minutes=15 * (event % 21))


def name_of(event: int) -> str:
    """An event's name, by which both its sides are found."""
    return f"Saturday Run {event:03}"


@cache
def _field(provider: Provider, runners: int, gun: datetime) -> World:
    desks = ((provider, 1.0),)
    return make_world(WorldOptions(runners=runners, start=gun - BEFORE_FIRST_GUN, desks=desks))


def world_of(event: int, provider: Provider, runners: int) -> World:
    """An event's world. Events with one gun have people of the same names, but ids of their own."""
    world = _field(provider, runners, gun_of(event))
    return replace(world, options=replace(world.options, seed=event, name=name_of(event)))


def _own_ids(server: ProviderServer) -> Iterator[str]:
    """What calls for this server's event, and no other's, have in their path."""
    match server:
        case RunSignUpServer():
            yield str(server.catalog.race_id)
        case RaceRosterServer() | HakuServer():
            yield str(server.catalog.event_id)
        case CopernicoServer():
            yield from (server.slug, server.race_uuid)
        case ChronoTrackServer():
            yield from (server.catalog.event_id, *server.catalog.races)
            yield from (*server.catalog.intervals, *server.catalog.brackets)


def _merged(one: Any, other: Any) -> Any:
    """Two answers as one: lists behind each other."""
    if isinstance(one, list) and isinstance(other, list):
        return one + other
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _merged(one[key], other[key]) if key in other else one[key] for key in one}
    return one


class Account:
    """One account's socket: hands a call to the event that it is for, a listing to all."""

    def __init__(self, place: int, servers: Sequence[ProviderServer], clock: Clock) -> None:
        self.place = place
        self.servers = servers
        self.clock = clock
        first = servers[0]
        for number, server in enumerate(servers[1:], 2):
            vars(server).update((name, vars(first)[name]) for name in SHARED if name in vars(first))
            if isinstance(server, CopernicoServer):
                server.slug += f"-{number}"
        owned = [(own, server.app) for server in servers for own in _own_ids(server)]
        self._apps = dict(owned)
        if len(self._apps) < len(owned):
            raise ValueError("two events of one account have an id in common")
        self.seen: list[tuple[datetime, int]] = []
        """When each call came, and how it was answered."""
        self._rooms = {"/_sandbox/calls": self._calls, "/_sandbox/ledger": self._ledgers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call, and write down that it came."""
        request = Request(scope, receive)
        answer = await self._answer(request)
        now = self.clock.now()

        async def noted(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.seen.append((now, message["status"]))
            await send(message)

        await answer(scope, receive, noted)

    async def _answer(self, request: Request) -> ASGIApp:
        path = request.url.path.removesuffix(".json")
        if path in self._rooms:
            return await self._rooms[path](request)
        found = [self._apps[part] for part in path.split("/") if part in self._apps]
        found += [server.app for server in self._with_entry(path)]
        if found:
            return found[0]
        if request.method != "GET" or "token" in path:
            return self.servers[0].app  # signing in
        answers = [await _asked(server.app, request) for server in self.servers]
        if not all(one.is_success for one in answers):
            return JSONResponse({"message": "refused"}, answers[0].status_code)
        return JSONResponse(reduce(_merged, (one.json() for one in answers)))

    def _with_entry(self, path: str) -> Iterator[ProviderServer]:
        for server in self.servers:
            if isinstance(server, ChronoTrackServer):
                known = server.entries.get(path.removeprefix("/api/entry/"))
                yield from [server] * (known is not None)

    async def _calls(self, _: Request) -> Response:
        return JSONResponse([(at.isoformat(), status) for at, status in self.seen])

    async def _ledgers(self, request: Request) -> Response:
        """Every event's ledger, by the event's name."""
        books = {
            server.world.options.name: (await _asked(server.app, request)).json()
            for server in self.servers
        }
        return JSONResponse(books)

    def described(self) -> dict[str, Any]:
        """How to sign in, and each event's own part."""
        told = [server.description() for server in self.servers]
        events = {one.world.options.name: its for one, its in zip(self.servers, told, strict=True)}
        return {"place": self.place, **told[0], "events": events}


async def _asked(app: ASGIApp, request: Request) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=str(request.base_url)) as client:
        return await client.get(str(request.url), headers=request.headers.raw)


@dataclass(frozen=True)
class Place:
    """Where an event is found: the places of its registration and its scoring account."""

    event: int
    desk: int
    timer: int


def partner_of(account: int) -> int:
    """Whose account it is: both sides of an event belong to one of the partners."""
    side = DESKS if account in DESKS else TIMERS
    return side.index(account) % PARTNERS


def places(events: int) -> Iterator[Place]:
    """Events dealt out in turn to the desks, and to the scoring accounts of the desk's partner."""
    for event in range(events):
        desk = DESKS[event % len(DESKS)]
        own = [timer for timer in TIMERS if partner_of(timer) == partner_of(desk)]
        yield Place(event, desk, own[event // len(DESKS) % len(own)])


def accounts(events: int, runners: int, clock: Clock) -> list[Account]:
    """Every account that has an event."""
    servers: dict[int, list[ProviderServer]] = {}
    for place in places(events):
        for at in (place.desk, place.timer):
            # what is scored wears the bibs of those who register at the other side
            world = world_of(place.event, MIX[place.desk], runners)
            servers.setdefault(at, []).append(SERVERS[MIX[at]](world, clock))
    return [Account(at, servers[at], clock) for at in sorted(servers)]


async def serve(arguments: argparse.Namespace) -> None:
    """Answer until the input ends."""
    clock = ScaledClock(arguments.clock_start, arguments.clock_origin, arguments.speed)
    async with AsyncExitStack() as stack:
        told = []
        for account in accounts(arguments.seed, arguments.runners, clock):
            listener = Listener(account, 0)
            stack.push_async_callback(listener.stop)
            await listener.start()
            told.append({**account.described(), "base_url": listener.base_url})
        sys.stdout.write(json.dumps({"accounts": told}) + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """Read the arguments that `launch` gives to every sandbox."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int)
    parser.add_argument("--runners", type=int)
    parser.add_argument("--speed", type=float)
    parser.add_argument("--clock-start", type=datetime.fromisoformat)
    parser.add_argument("--clock-origin", type=float)
    parser.add_argument("--port-base")
    parser.add_argument("--desks")
    parser.add_argument("--until-stdin-closes", action="store_true")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
