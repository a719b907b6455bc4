"""What the adapter tests share: the practice providers on real sockets, and adapters to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from p88console.domain.model import Provider, RawRow
from p88console.providers.base import (
    AccountAccess,
    Adapter,
    Entry,
    Page,
    Scope,
    ScoringTarget,
    Seen,
    TakesParticipants,
)
from p88console.providers.chronotrack.adapter import ChronoTrackPush
from p88console.providers.copernico.adapter import Copernico
from p88console.providers.registry import open_adapter
from p88console.providers.runsignup.adapter import RunSignUp
from p88console.sandbox.chronotrack import ChronoTrackServer
from p88console.sandbox.copernico import CopernicoServer
from p88console.sandbox.day import Runner
from p88console.sandbox.runsignup import RunSignUpServer
from p88console.sandbox.serve import Sandbox
from p88console.sandbox.world import World
from tests.providers.wire import Answering, Request, Say, say_json
from tests.support.clock import SteppedClock

CANARY = "c4n4ry-s3cret"
SECRETS: dict[Provider, dict[str, str]] = {
    Provider.RUNSIGNUP: {"api_key": f"{CANARY}-key", "api_secret": CANARY},
    Provider.RACEROSTER: {
        "client_id": f"{CANARY}-client",
        "client_secret": f"{CANARY}-client-secret",
        "username": f"{CANARY}@example.org",
        "password": CANARY,
    },
    Provider.HAKU: {"client_id": f"{CANARY}-client", "client_secret": CANARY},
    Provider.COPERNICO: {"api_key": CANARY},
    Provider.CHRONOTRACK: {
        "client_id": f"{CANARY}-client",
        "client_secret": f"{CANARY}-client-secret",
        "user_id": f"{CANARY}@example.org",
        "password": CANARY,
    },
}
TOKENS = ("/api/oauth/authorize", "/oauth2/token")
"""Where providers give tokens that sign in by a call of its own."""

SPOKEN = tuple(SECRETS)
SCORING = tuple(provider for provider in SPOKEN if not provider.registers)
AUTH: dict[Provider, dict[str, str]] = {Provider.CHRONOTRACK: {"auth": "basic"}}
"""Options without which an account would sign in by a call of its own before every test's."""


@dataclass
class Practice:
    """A running practice race and everything needed to call it."""

    world: World
    clock: SteppedClock
    sandbox: Sandbox
    runsignup: RunSignUpServer
    copernico: CopernicoServer
    chronotrack: ChronoTrackServer

    def access(self, provider: Provider, **changes: Any) -> AccountAccess:
        told = self.sandbox.description()[provider.value]
        plain = {
            "provider": provider,
            "secrets": told["secrets"],
            "base_url": told["base_url"],
            "options": told["options"],
        }
        return AccountAccess(**(plain | changes))

    def event_id(self, provider: Provider) -> str:
        return str(self.sandbox.description()[provider.value]["event_id"])

    @property
    def scope(self) -> Scope:
        """The RunSignUp race with all its distances."""
        races = tuple(str(number) for number in self.runsignup.catalog.event_ids)
        return Scope(self.event_id(Provider.RUNSIGNUP), races, "America/Chicago")

    @property
    def target(self) -> ScoringTarget:
        """The Copernico race, our race ids being their numbers."""
        return self.target_at(Provider.COPERNICO)

    def target_at(self, provider: Provider) -> ScoringTarget:
        """The race at a scoring system, our race ids being their numbers."""
        ids = {
            Provider.COPERNICO: [race.name for race in self.world.races],
            Provider.CHRONOTRACK: self.chronotrack.catalog.race_ids,
        }[provider]
        races = {str(race.number): (ids[race.number], race.name) for race in self.world.races}
        return ScoringTarget(self.event_id(provider), {}, races)

    def entry(self, runner: Runner, **changes: str | None) -> Entry:
        """A runner as a push sends them."""
        person = runner.person
        values: dict[str, str | None] = {
            "first_name": person.first_name,
            "last_name": person.last_name,
            "gender": person.gender,
            "birth_date": person.birth_date.isoformat() if person.birth_date else None,
            "bib": str(runner.bib),
            "race": str(runner.race.number),
        }
        return Entry(f"runsignup-{runner.number}", values | changes)

    def everybody(self) -> list[Entry]:
        """All runners as a push sends them."""
        return [self.entry(runner) for runner in self.world.runners]

    async def control(self, path: str, body: dict[str, Any]) -> Any:
        """Work at the RunSignUp server's own desk."""
        url = f"{self.sandbox.base_url(Provider.RUNSIGNUP)}/_sandbox{path}"
        async with httpx.AsyncClient() as http:
            answer = await http.post(url, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def opened(access: AccountAccess) -> AsyncIterator[Adapter]:
    adapter = open_adapter(access)
    try:
        yield adapter
    finally:
        await adapter.close()


@asynccontextmanager
async def runsignup_at(access: AccountAccess) -> AsyncIterator[RunSignUp]:
    async with opened(access) as adapter:
        assert isinstance(adapter, RunSignUp)
        yield adapter


@asynccontextmanager
async def copernico_at(access: AccountAccess) -> AsyncIterator[Copernico]:
    async with opened(access) as adapter:
        assert isinstance(adapter, Copernico)
        yield adapter


@asynccontextmanager
async def chronotrack_at(access: AccountAccess) -> AsyncIterator[ChronoTrackPush]:
    async with opened(access) as adapter:
        assert isinstance(adapter, ChronoTrackPush)
        yield adapter


def bare(provider: Provider, url: str = "http://127.0.0.1:1", **options: str) -> AccountAccess:
    """An account at some address, its secrets all canaries."""
    return AccountAccess(provider, SECRETS[provider], url, AUTH.get(provider, {}) | options)


def signed_in(said: Say) -> Answering:
    """A far side that gives tokens, and answers everything else with the same."""

    def answer(request: Request) -> Say:
        token = {"access_token": f"{CANARY}-token", "expires_in": 3600}
        return say_json(token) if request.path in TOKENS else said

    return answer


async def seen_of(
    adapter: TakesParticipants, target: ScoringTarget, entries: Sequence[Entry]
) -> dict[str, Seen]:
    """Who of these people is there, by our id."""
    return {one.our_id: one async for one in adapter.read_back(target, entries)}


async def rows_of(pages: AsyncIterator[Page]) -> Sequence[RawRow]:
    """All rows of a listing."""
    return [row async for page in pages for row in page.rows]
