"""What every provider server of the practice race offers to the sandbox that runs it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import Any, ClassVar

from starlette.types import ASGIApp

from p88console.domain.model import Provider
from p88console.sandbox.wire import iso
from p88console.sandbox.world import World
from p88console.system.clock import Clock


class ProviderServer(ABC):
    """One provider: its state, its wire form, and its control room under `/_sandbox/`."""

    provider: ClassVar[Provider]

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.calls: Counter[str] = Counter()
        """How often each kind of vendor call was made, refused ones included."""

    @property
    @abstractmethod
    def app(self) -> ASGIApp:
        """The application that answers on this provider's socket."""

    @abstractmethod
    def description(self) -> dict[str, Any]:
        """How to sign in and what to find: `secrets`, `options`, `event_id`."""

    def ledger_head(self) -> dict[str, Any]:
        """What every ledger says besides its own rows."""
        return {"now": iso(self.clock.now()), "calls": dict(self.calls)}
