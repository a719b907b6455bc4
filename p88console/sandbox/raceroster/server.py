"""The Race Roster server: one account's API and the public results site on one socket."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.types import ASGIApp

from p88console.domain.model import Provider
from p88console.sandbox.raceroster.api import RegistrationApi
from p88console.sandbox.raceroster.auth import SignIn
from p88console.sandbox.raceroster.catalog import Catalog
from p88console.sandbox.raceroster.participants import ParticipantWriter
from p88console.sandbox.raceroster.posting import PLACES, PostedResults
from p88console.sandbox.raceroster.site import ResultsSite
from p88console.sandbox.raceroster.standings import Standings
from p88console.sandbox.raceroster.ways import Ways
from p88console.sandbox.registering.calls import REFUSING, Switchboard
from p88console.sandbox.registering.control import ControlRoom
from p88console.sandbox.registering.server import RegistrationServer
from p88console.sandbox.world import World
from p88console.system.clock import Clock


class RaceRosterServer(RegistrationServer):
    """Race Roster with one event and one account that may see it."""

    provider: ClassVar[Provider] = Provider.RACEROSTER
    forgettable = frozenset({"gender", "age", "division", *PLACES})

    def __init__(self, world: World, clock: Clock, ways: Ways | None = None) -> None:
        """Open the books.

        Args:
            world: The practice race.
            clock: Whose instant every answer shows.
            ways: How it answers where more than one way is known.
        """
        rng = world.random("raceroster registrations")
        super().__init__(world, clock, rng.randrange(8_000_000, 9_000_000))
        self.ways = ways or Ways()
        self.sign_in = SignIn(world.random("raceroster secrets"))
        self.catalog = Catalog(world, self.ways)
        self.posted = PostedResults(rng.randrange(250_000_000, 280_000_000))
        self.standings = Standings(world, self.catalog, self.registrations, self.posted)

    @cached_property
    def app(self) -> ASGIApp:
        """The application that answers on this provider's socket."""
        switchboard = Switchboard(self.count, self.present)
        writer = ParticipantWriter(self.catalog.sub_event_ids, self.world.date)
        api = RegistrationApi(
            self.sign_in, self.catalog, self.registrations, writer, self.posted, self.ways
        )
        site = ResultsSite(self.catalog, self.standings, self.ways)
        control = ControlRoom(
            self.registrations, self.world.races, self.present, self.ledger_head, self.ways
        )
        return Starlette(
            routes=[*api.routes(switchboard), *site.routes(switchboard), *control.routes()],
            exception_handlers=REFUSING,
        )

    def description(self) -> dict[str, Any]:
        """How to sign in and what to find; `results` is the event on the public site."""
        return {
            "secrets": {**self.sign_in.client, **self.sign_in.user},
            "options": {},
            "event_id": str(self.catalog.event_id),
            "results": {
                "event": self.catalog.unique_code,
                "races": {race.name: number for number, race in self.catalog.results_races.items()},
            },
        }

    def ledger_head(self) -> dict[str, Any]:
        """What the ledger says besides its registrations."""
        return {"results_posted": self.posted.count(), **super().ledger_head()}

    def expire_tokens(self) -> bool:
        """Make every access token worthless before its time."""
        return self.sign_in.tokens.expire()
