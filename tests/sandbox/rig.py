"""What the sandbox tests share: a clock stepped by hand, and a client at the servers' doors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx

from p88console.domain.model import Provider
from p88console.sandbox.copernico import CopernicoServer
from p88console.sandbox.day import Runner
from p88console.sandbox.runsignup import RunSignUpServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World
from p88console.system.clock import ScaledClock

GENDERS = {"F": "female", "M": "male", "X": "mixed"}


class HandClock(ScaledClock):
    """Race time that stands still until a test steps it."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start, origin=0.0, speed=1.0)

    def now(self) -> datetime:
        return self.start

    async def sleep(self, seconds: float) -> None:
        self.start += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        self.start = moment


class Practice:
    """A running sandbox of two servers with their usual ways, and calls to them."""

    def __init__(
        self, sandbox: Sandbox, servers: tuple[RunSignUpServer, CopernicoServer], clock: HandClock
    ) -> None:
        self.clock = clock
        self.world: World = sandbox.world
        self.runsignup, self.copernico = servers
        self.runsignup_url = sandbox.base_url(Provider.RUNSIGNUP)
        self.copernico_url = sandbox.base_url(Provider.COPERNICO)
        self.http = httpx.AsyncClient()

    @property
    def race_path(self) -> str:
        return f"/rest/race/{self.runsignup.catalog.race_id}"

    @property
    def event_ids(self) -> Sequence[int]:
        return self.runsignup.catalog.event_ids

    async def rsu(self, path: str, **query: object) -> Any:
        """A signed-in RunSignUp call that asks for JSON."""
        params = {**self.runsignup.credentials.v1, "format": "json", **query}
        answer = await self.http.get(self.runsignup_url + path, params=_texts(params))
        assert answer.status_code == 200
        return answer.json()

    async def people(self, **query: object) -> list[dict[str, Any]]:
        """Rows of the participants call, of all events unless told."""
        query.setdefault("event_id", ",".join(map(str, self.event_ids)))
        elements = await self.rsu(f"{self.race_path}/participants", **query)
        return [row for element in elements for row in element.get("participants", [])]

    async def write(self, event_id: int, rows: list[dict[str, Any]]) -> Any:
        """A RunSignUp participants write."""
        answer = await self.http.post(
            f"{self.runsignup_url}{self.race_path}/participants",
            params={**self.runsignup.credentials.v1, "format": "json", "event_id": str(event_id)},
            data={"request_format": "json", "request": json.dumps({"participants": rows})},
        )
        return answer.json()

    async def post(self, path: str, request: object = None, **query: object) -> Any:
        """A signed-in RunSignUp write; `request` rides in the form as JSON."""
        form = {"request_format": "json", "request": json.dumps(request)} if request else {}
        answer = await self.http.post(
            f"{self.runsignup_url}{path}",
            params=_texts({**self.runsignup.credentials.v1, "format": "json", **query}),
            data=form,
        )
        assert answer.status_code == 200
        return answer.json()

    async def control(self, path: str, body: dict[str, Any], *, copernico: bool = False) -> Any:
        """A call to a control room."""
        url = self.copernico_url if copernico else self.runsignup_url
        answer = await self.http.post(f"{url}/_sandbox{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ledger(self, *, copernico: bool = False) -> Any:
        url = self.copernico_url if copernico else self.runsignup_url
        return (await self.http.get(f"{url}/_sandbox/ledger")).json()

    async def cop(self, path: str, **query: object) -> httpx.Response:
        """A Copernico race call with the key."""
        return await self.http.get(
            f"{self.copernico_url}/api/races/{self.copernico.slug}{path}",
            params=_texts(query),
            headers={"x-api-key": self.copernico.api_key},
        )

    async def data(self, path: str, **query: object) -> Any:
        answer = (await self.cop(path, **query)).json()
        assert answer["result"] == {"code": 0, "message": ""}
        return answer["data"]

    async def preset(self, event: str) -> list[dict[str, Any]]:
        """A preset export, without a key."""
        saved = f"{self.copernico.preset_login}:::{self.copernico.preset_name}"
        answer = await self.http.get(
            f"{self.copernico_url}/api/races/{self.copernico.slug}/preset/{saved}/{event}"
        )
        rows: list[dict[str, Any]] = answer.json()["data"]
        return rows

    async def push(self, rows: object) -> httpx.Response:
        url = f"{self.copernico_url}/race-registrations/{self.copernico.race_uuid}"
        return await self.http.post(url, json=rows)

    def entry(self, runner: Runner, **changes: Any) -> dict[str, Any]:
        """A runner as an entry platform sends them to Copernico."""
        person = runner.person
        return {
            "id": f"r{runner.number}",
            "name": person.first_name,
            "surname": person.last_name,
            "birthdate": person.birth_date.isoformat() if person.birth_date else None,
            "gender": GENDERS.get(person.gender or ""),
            "dorsal": str(runner.bib),
            "raceId": self.copernico.race_uuid,
            "eventId": runner.race.name,
        } | changes

    async def push_everybody(self) -> None:
        answer = await self.push([self.entry(runner) for runner in self.world.runners])
        assert answer.status_code == 200


def _texts(values: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
