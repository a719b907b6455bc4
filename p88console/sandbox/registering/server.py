"""What every server of a registration provider is built on."""

from __future__ import annotations

from datetime import datetime

from p88console.sandbox.provider import ProviderServer
from p88console.sandbox.registering.book import Registrations
from p88console.sandbox.world import World
from p88console.system.clock import Clock


class RegistrationServer(ProviderServer):
    """A provider with a book of registrations, ids counting from `first_id`."""

    def __init__(self, world: World, clock: Clock, first_id: int) -> None:
        super().__init__(world, clock)
        self.registrations = Registrations(world, self.provider, first_id)

    def present(self) -> datetime:
        """The clock's instant, with the registrations brought up to it."""
        now = self.clock.now()
        self.registrations.advance(now)
        return now

    def count(self, kind: str) -> None:
        """Take note of a vendor call."""
        self.calls[kind] += 1
