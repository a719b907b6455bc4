"""A client at the ChronoTrack server's door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from p88console.sandbox.chronotrack import ChronoTrackServer
from p88console.sandbox.day import Race, Runner
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World

from .rig import HandClock


class Timer:
    """A running ChronoTrack server, and calls to it signed in the simple way."""

    def __init__(self, sandbox: Sandbox, server: ChronoTrackServer, clock: HandClock) -> None:
        self.clock = clock
        self.world: World = sandbox.world
        self.server = server
        self.url = sandbox.base_url(server.provider)
        self.http = httpx.AsyncClient()
        self.event = f"/event/{server.catalog.event_id}"

    @property
    def signed(self) -> dict[str, str]:
        """The query of a call that may pass."""
        held = self.server.credentials
        user = {"user_id": held.user_id, "user_pass": held.password_sha1}
        return {"client_id": held.client_id, **user, "format": "json"}

    def race_id(self, race: Race) -> str:
        return self.server.catalog.race_ids[race.number]

    async def get(self, path: str, **query: object) -> httpx.Response:
        params = self.signed | {name: str(value) for name, value in query.items()}
        return await self.http.get(f"{self.url}/api{path}", params=params)

    async def one(self, path: str, key: str, **query: object) -> Any:
        """What stands under the single key of an envelope."""
        answer = await self.get(path, **query)
        assert answer.status_code == 200, answer.text
        assert list(answer.json()) == [key]
        return answer.json()[key]

    async def rows(self, path: str, **query: object) -> list[dict[str, Any]]:
        """A whole collection in one page."""
        parts = path.split("/")
        rows: list[dict[str, Any]] = await self.one(
            path, f"{parts[1]}_{parts[-1]}", size=10_000, **query
        )
        return rows

    async def write(self, method: str, path: str, body: object) -> httpx.Response:
        url = f"{self.url}/api{path}"
        return await self.http.request(method, url, params=self.signed, json=body)

    async def create(self, runner: Runner, **changes: Any) -> dict[str, Any]:
        """Make or update a runner's entry under their race; answers the entry."""
        path = f"/race/{self.race_id(runner.race)}/entry"
        answer = await self.write("POST", path, entry_of(runner) | changes)
        assert answer.status_code in {200, 201}, answer.text
        entry: dict[str, Any] = answer.json()["entry"]
        return entry

    async def create_everybody(self) -> None:
        for runner in self.world.runners:
            await self.create(runner)

    async def control(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = await self.http.post(f"{self.url}/_sandbox{path}", json=body or {})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ledger(self) -> Any:
        return (await self.http.get(f"{self.url}/_sandbox/ledger")).json()


@asynccontextmanager
async def timing(world: World, clock: HandClock, **ways: Any) -> AsyncIterator[Timer]:
    """A ChronoTrack server with these ways, for as long as the block lasts."""
    server = ChronoTrackServer(world, clock, **ways)
    async with Sandbox(world, clock, servers=[server]) as sandbox:
        timer = Timer(sandbox, server, clock)
        async with timer.http:
            yield timer


def entry_of(runner: Runner) -> dict[str, Any]:
    """A runner as a partner might send them."""
    person = runner.person
    return {
        "entry_external_id": f"r{runner.number}",
        "entry_bib": str(runner.bib),
        "athlete_first_name": person.first_name,
        "athlete_last_name": person.last_name,
        "athlete_sex": person.gender,
        "athlete_birthdate": person.birth_date.isoformat() if person.birth_date else None,
        "athlete_email": person.email,
        "location_city": person.city,
        "location_region": person.region,
        "location_country": person.country,
    }
