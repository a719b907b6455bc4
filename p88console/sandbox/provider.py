"""What every provider server of the practice race offers to the sandbox that runs it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from p88console.domain.model import Provider
from p88console.sandbox.climate import THROTTLED_BODY
from p88console.sandbox.weather import Weather, Weathered
from p88console.sandbox.wire import iso
from p88console.sandbox.world import World
from p88console.system.clock import Clock


class ProviderServer(ABC):
    """One provider: its state, its wire form, and its control room under `/_sandbox/`."""

    provider: ClassVar[Provider]
    forgettable: ClassVar[frozenset[str]] = frozenset()
    """Fields of written rows whose silent loss makes no row invalid."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.calls: Counter[str] = Counter()
        """How often each kind of vendor call was made, refused ones included."""
        self.weather = Weather(str(world.options.seed), self.provider.value, clock)

    @property
    @abstractmethod
    def app(self) -> ASGIApp:
        """The application that answers on this provider's socket."""

    @abstractmethod
    def description(self) -> dict[str, Any]:
        """How to sign in and what to find: `secrets`, `options`, `event_id`."""

    @property
    def weathered(self) -> ASGIApp:
        """The application as callers meet it."""
        return Weathered(
            self.app,
            self.weather,
            expire_tokens=self.expire_tokens,
            throttled=self.throttled,
            forgettable=self.forgettable,
        )

    def expire_tokens(self) -> bool:
        """Make every token issued so far worthless; False where the provider issues none."""
        return False

    def throttled(self, request: Request) -> Response:
        """The provider's own words for "fewer calls, please"."""
        del request
        return Response(THROTTLED_BODY, 429, media_type="application/json")

    def ledger_head(self) -> dict[str, Any]:
        """What every ledger says besides its own rows."""
        return {
            "now": iso(self.clock.now()),
            "calls": dict(self.calls),
            "weather": self.weather.told(),
        }
