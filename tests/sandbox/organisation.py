"""A client of one organisation at the door of the Haku server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx

from p88console.domain.model import Provider
from p88console.sandbox.day import Runner
from p88console.sandbox.haku import HakuServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World

from .rig import HandClock


class Organisation:
    """A running Haku server with its usual ways, and calls to it."""

    def __init__(self, sandbox: Sandbox, server: HakuServer, clock: HandClock) -> None:
        self.clock = clock
        self.server = server
        self.world: World = sandbox.world
        told = sandbox.description()["haku"]
        self.client = (told["secrets"]["client_id"], told["secrets"]["client_secret"])
        self.event_id: str = told["event_id"]
        self.token = ""
        self.http = httpx.AsyncClient(base_url=sandbox.base_url(Provider.HAKU))

    @property
    def runners(self) -> Sequence[Runner]:
        """Whoever registers at Haku."""
        return self.world.registered_at(Provider.HAKU)

    @property
    def people_path(self) -> str:
        return f"/events/{self.event_id}/participants"

    async def grant(self, grant_type: str = "client_credentials") -> httpx.Response:
        form = {"grant_type": grant_type}
        return await self.http.post("/oauth2/token", data=form, auth=self.client)

    async def sign_in(self) -> dict[str, Any]:
        body: dict[str, Any] = (await self.grant()).json()
        self.token = body["access_token"]
        return body

    async def call(self, path: str, **query: object) -> httpx.Response:
        """An API call with the raw token."""
        params = {name: str(value) for name, value in query.items()}
        return await self.http.get(path, params=params, headers={"Authorization": self.token})

    async def body(self, path: str, **query: object) -> Any:
        answer = await self.call(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def people(self, **query: object) -> list[dict[str, Any]]:
        """Every row of the list, page after page until an empty one."""
        rows: list[dict[str, Any]] = []
        page = 1
        while found := await self.body(self.people_path, page=page, **query):
            rows += found
            page += 1
        return rows

    async def newest(self) -> list[dict[str, Any]]:
        """The first page with whoever changed last in front."""
        order = {"sort_column": "updated_at", "sort_direction": "desc"}
        rows: list[dict[str, Any]] = await self.body(self.people_path, **order)
        return rows

    async def detail(self, number: str) -> dict[str, Any]:
        body: dict[str, Any] = await self.body(f"/events/{self.event_id}/registrations/{number}")
        return body

    async def control(self, path: str, body: dict[str, Any]) -> Any:
        answer = await self.http.post(f"/_sandbox{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ledger(self) -> Any:
        return (await self.http.get("/_sandbox/ledger")).json()

    async def end_of_day(self) -> None:
        """Everybody is registered and through; the morning's token is long used up."""
        self.clock.set(self.world.day.over)
        await self.sign_in()

    def wait(self, seconds: float) -> None:
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))
