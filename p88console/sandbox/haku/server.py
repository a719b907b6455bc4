"""The Haku server: routes, and what each call answers."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from p88console.domain.model import Provider
from p88console.sandbox.haku.auth import LIMIT_EXCEEDED, Gate
from p88console.sandbox.haku.catalog import Catalog, descending, page_asked_for
from p88console.sandbox.haku.control import HakuControl
from p88console.sandbox.haku.rows import RowWriter, registration_id_in
from p88console.sandbox.haku.ways import Ways
from p88console.sandbox.registering.book import Registration
from p88console.sandbox.registering.calls import REFUSING, Answer, Call, Refusal, Switchboard
from p88console.sandbox.registering.server import RegistrationServer
from p88console.sandbox.wire import JSONAnswer
from p88console.sandbox.world import World
from p88console.system.clock import Clock


class HakuServer(RegistrationServer):
    """Haku with one event of one organisation."""

    provider: ClassVar[Provider] = Provider.HAKU

    def __init__(self, world: World, clock: Clock, ways: Ways | None = None) -> None:
        """Open the books.

        Args:
            world: The practice race.
            clock: Whose instant every answer shows.
            ways: How it answers where more than one way is known.
        """
        rng = world.random("haku registrations")
        super().__init__(world, clock, rng.randrange(1_000_000, 1_900_000))
        self.ways = ways or Ways()
        self.gate = Gate(world.random("haku secrets"), self.ways)
        self.catalog = Catalog(world, self.ways)
        self._writer = RowWriter(world, self.ways)

    @cached_property
    def app(self) -> ASGIApp:
        """The application that answers on this provider's socket."""
        switchboard = Switchboard(self.count, self.present)
        event = "/events/{event}"
        calls: list[tuple[str, Answer]] = [
            ("/events", self._events),
            (event, self._event),
            (f"{event}/participants", self._participants),
            (f"{event}/registrations/{{number}}", self._registration),
        ]
        routes = [switchboard.route("POST", "/oauth2/token", self._token)]
        routes += [
            switchboard.route("GET", path, self._through_the_gate(answer)) for path, answer in calls
        ]
        control = HakuControl(self, self._writer, self.ways)
        return Starlette(routes=[*routes, *control.routes()], exception_handlers=REFUSING)

    def description(self) -> dict[str, Any]:
        """How to sign in and what to find."""
        return {
            "secrets": self.gate.secrets,
            "options": {},
            "event_id": self.catalog.event_id,
        }

    def expire_tokens(self) -> bool:
        """Make every access token worthless before its time."""
        return self.gate.tokens.expire()

    def throttled(self, request: Request) -> Response:
        """What a used-up budget says, without a time."""
        del request
        return JSONAnswer(LIMIT_EXCEEDED, 429)

    def _through_the_gate(self, answer: Answer) -> Answer:
        def admitted(call: Call) -> Response:
            self.gate.admit(call)
            return answer(call)

        return admitted

    def _token(self, call: Call) -> Response:
        status, body = self.gate.grant(call)
        return JSONAnswer(body, status)

    def _events(self, call: Call) -> Response:
        return JSONAnswer([self.catalog.row(event) for event in self.catalog.listed(call)])

    def _event(self, call: Call) -> Response:
        """One event by its id: assumed, no client is known to ask for it."""
        return JSONAnswer(self.catalog.row(self.catalog.event(call.path["event"])))

    def _participants(self, call: Call) -> Response:
        """A page of short rows in a bare array; whoever left stays, and is cancelled."""
        everybody = self._everybody(call)
        if "sort_column" in call.query:
            if call.query["sort_column"] != "updated_at":
                raise Refusal(400, "Bad Request")
            everybody = self.registrations.latest_first() if everybody else []
            if not descending(call):
                everybody.reverse()
        page = everybody[page_asked_for(call)]
        rows = ",".join(self._writer.listed_text(entry) for entry in page)
        return JSONAnswer(text=f"[{rows}]")

    def _registration(self, call: Call) -> Response:
        number = registration_id_in(call.path["number"])
        entry = None if number is None else self.registrations.get(number)
        if entry is None or not self._everybody(call):
            raise Refusal(404, "Not Found")
        return JSONAnswer(self._writer.detail(entry))

    def _everybody(self, call: Call) -> list[Registration]:
        """The registrations of the event that a call names; only the practice race has some."""
        event = self.catalog.event(call.path["event"])
        return self.registrations.all() if event.event_id == self.catalog.event_id else []
