"""A client at the door of the Race Roster server, and what its tests share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx

from p88console.domain.model import Provider
from p88console.sandbox.day import Race, Runner
from p88console.sandbox.raceroster import RaceRosterServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World

from .rig import HandClock


class Roster:
    """A running Race Roster server with its usual ways, and calls to it."""

    def __init__(self, sandbox: Sandbox, server: RaceRosterServer, clock: HandClock) -> None:
        self.clock = clock
        self.server = server
        self.world: World = sandbox.world
        told = sandbox.description()["raceroster"]
        self.secrets: dict[str, str] = told["secrets"]
        self.event_id: str = told["event_id"]
        self.code: str = told["results"]["event"]
        self.results_races: dict[str, int] = told["results"]["races"]
        self.token = ""
        self.http = httpx.AsyncClient(base_url=sandbox.base_url(Provider.RACEROSTER))

    @property
    def runners(self) -> Sequence[Runner]:
        """Whoever registers at Race Roster."""
        return self.world.registered_at(Provider.RACEROSTER)

    def finishers(self, race: Race) -> list[Runner]:
        """Whoever of them finishes, the first one first."""
        through = [one for one in self.runners if one.race is race and one.finishes]
        return sorted(through, key=lambda one: one.crossings[-1] or 0)

    async def grant(self, **form: str) -> httpx.Response:
        """A token call with this client."""
        client = {name: self.secrets[name] for name in ("client_id", "client_secret")}
        return await self.http.post("/api/oauth/authorize", data={**client, **form})

    async def sign_in(self) -> dict[str, Any]:
        user = {name: self.secrets[name] for name in ("username", "password")}
        answer = await self.grant(grant_type="access_token", **user)
        body: dict[str, Any] = answer.json()["data"]
        self.token = body["access_token"]
        return body

    async def call(
        self, path: str, method: str = "GET", json: object = None, **query: object
    ) -> httpx.Response:
        """An API call with the token."""
        return await self.http.request(
            method,
            f"/api/v1{path}",
            params={name: str(value) for name, value in query.items()},
            json=json,
            headers={"Authorization": f"Bearer {self.token}"},
        )

    async def body(self, path: str, **query: object) -> Any:
        answer = await self.call(path, "GET", None, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def people(self, **query: object) -> list[dict[str, Any]]:
        """Every participant row, page after page until an empty one."""
        rows: list[dict[str, Any]] = []
        while True:
            page = await self.body(
                f"/events/{self.event_id}/participants", offset=len(rows), **query
            )
            if not page["data"]:
                assert len(rows) == page["metadata"]["totalResults"]
                return rows
            rows += page["data"]

    async def site(self, path: str, **query: object) -> Any:
        """A call to the public results site, signed in as nobody."""
        params = {name: str(value) for name, value in query.items()}
        answer = await self.http.get(f"/v2/api{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def results(self, race: str, **query: object) -> Any:
        """One page of a race's public results."""
        number = self.results_races[race]
        event = self.server.catalog.result_event_id
        return await self.site(f"/result-events/{event}/sub-events/{number}/results", **query)

    async def post_results(self, race: str, rows: list[dict[str, Any]]) -> httpx.Response:
        content = {"resultsRaceId": self.results_races[race], "results": rows}
        return await self.call(f"/events/{self.event_id}/results", method="POST", json=content)

    async def control(self, path: str, body: dict[str, Any]) -> Any:
        answer = await self.http.post(f"/_sandbox{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ledger(self) -> Any:
        return (await self.http.get("/_sandbox/ledger")).json()

    def wait(self, seconds: float) -> None:
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))
