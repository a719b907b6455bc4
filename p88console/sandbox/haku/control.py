"""The control room of the Haku server, in Haku's registration numbers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from p88console.sandbox.haku.rows import RowWriter, registration_id_in, registration_number
from p88console.sandbox.registering.book import Registration
from p88console.sandbox.registering.control import ControlRoom, read_body, refusal
from p88console.sandbox.registering.server import RegistrationServer
from p88console.sandbox.wire import JSONAnswer


class HakuControl(ControlRoom):
    """Registrations go by `id`, which is their number; they can take a second race."""

    def __init__(self, server: RegistrationServer, writer: RowWriter, ways: object) -> None:
        super().__init__(
            server.registrations, server.world.races, server.present, server.ledger_head, ways
        )
        self._writer = writer

    def routes(self) -> list[Route]:
        """Everything the room answers to."""
        second = "/_sandbox/registrations/{id}/second-race"
        return [*super().routes(), Route(second, self._second_race, methods=["POST"])]

    def shown_id(self, entry: Registration) -> str:
        """The registration number."""
        return registration_number(entry.registration_id)

    def find(self, shown_id: str) -> Registration | None:
        """The registration of this number."""
        number = registration_id_in(shown_id)
        return None if number is None else self.registrations.get(number)

    async def _second_race(self, request: Request) -> Response:
        """Let a registration hold another `race` too, with a `bib` there."""
        entry, body = self.entry(request), await read_body(request)
        race = self.race_of(body)
        if entry is None or race is None:
            return refusal(404, "no such registration or race")
        bib = body.get("bib")
        self._writer.second_races[entry.registration_id] = (race, None if bib is None else str(bib))
        self.registrations.edit(entry, {}, self.present())
        return JSONAnswer(self.row(entry))
