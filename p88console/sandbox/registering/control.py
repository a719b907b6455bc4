"""The control room of a registration provider: its ledger, and a hand in the registrations."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, get_type_hints

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from p88console.sandbox.day import Race
from p88console.sandbox.registering.book import PERSON_FIELDS, Registration, Registrations
from p88console.sandbox.wire import JSONAnswer

REASONS = ("removed", "cancelled", "deferred", "transferred")


class BadField(Exception):
    """Something that was sent to the control room cannot be taken."""


class ControlRoom:
    """Works on the book directly; needs no credentials and is not counted as a call."""

    id_key: ClassVar[str] = "id"
    """Under which name a body tells which registration it edits."""
    reasons: ClassVar[tuple[str, ...]] = REASONS

    def __init__(
        self,
        registrations: Registrations,
        races: Sequence[Race],
        present: Callable[[], datetime],
        ledger_head: Callable[[], dict[str, Any]],
        ways: object = None,
    ) -> None:
        """Open the room.

        Args:
            registrations: What is looked into and written.
            races: The races there are.
            present: Brings the registrations up to the present instant and tells it.
            ledger_head: What the ledger says besides its rows.
            ways: The provider's switches, where it has some: a dataclass.
        """
        self.registrations = registrations
        self.present = present
        self._races = {race.name: race for race in races}
        self._ledger_head = ledger_head
        self._ways = ways

    def routes(self) -> list[Route]:
        """Everything the room answers to."""
        one = "/_sandbox/registrations/{id}"
        routes = [
            Route("/_sandbox/ledger", self._ledger),
            Route("/_sandbox/registrations", self._post, methods=["POST"]),
            Route(f"{one}/remove", self._remove, methods=["POST"]),
            Route(f"{one}/transfer", self._transfer, methods=["POST"]),
        ]
        if self._ways is not None:
            routes.append(Route("/_sandbox/ways", self._switch, methods=["POST"]))
        return routes

    def row(self, entry: Registration) -> dict[str, Any]:
        """A registration's row in the ledger."""
        return {
            "id": self.shown_id(entry),
            "race": entry.race.name,
            "bib": entry.bib,
            "first_name": entry.person.first_name,
            "last_name": entry.person.last_name,
            "status": entry.left_because or "active",
        }

    def shown_id(self, entry: Registration) -> str:
        """A registration's id as the provider shows it."""
        return str(entry.registration_id)

    def find(self, shown_id: str) -> Registration | None:
        """The registration behind an id as the provider shows it."""
        return self.registrations.get(int(shown_id)) if shown_id.isdecimal() else None

    def race_of(self, body: Mapping[str, Any]) -> Race | None:
        """The race that a body names."""
        return self._races.get(str(body.get("race")))

    def values(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What a body changes; names as in `Person`, and `bib` and `chip`.

        Raises:
            BadField: A value cannot be taken.
        """
        return read_values(body)

    def entry(self, request: Request) -> Registration | None:
        """The registration that a path names, as of the present instant."""
        self.present()
        return self.find(request.path_params["id"])

    async def _ledger(self, _: Request) -> Response:
        """Every registration and whether it stands."""
        self.present()
        rows = [self.row(entry) for entry in self.registrations.all()]
        return JSONAnswer({"registrations": rows, **self._ledger_head()})

    async def _post(self, request: Request) -> Response:
        """Add a registration, or edit the one whose id is sent."""
        body = await read_body(request)
        now = self.present()
        shown_id = body.get(self.id_key)
        entry = None if shown_id is None else self.find(str(shown_id))
        if shown_id is not None and entry is None:
            return refusal(404, "no such registration")
        try:
            values = self.values(body)
        except BadField as fault:
            return refusal(400, str(fault))
        if entry is not None:
            self.registrations.edit(entry, values, now)
        elif (race := self.race_of(body)) is not None:
            entry = self.registrations.add(race, values, now)
        else:
            return refusal(400, "the race is unknown")
        return JSONAnswer(self.row(entry))

    async def _remove(self, request: Request) -> Response:
        """Let a registration no longer stand, for a `reason`."""
        entry = self.entry(request)
        body = await read_body(request)
        reason = body.get("reason", "removed")
        if entry is None or reason not in self.reasons:
            return refusal(404 if entry is None else 400, "no such registration or reason")
        moved_to = body.get("new_registration_id")
        self.registrations.remove(entry, reason, self.present(), moved_to)
        return JSONAnswer(self.row(entry))

    async def _transfer(self, request: Request) -> Response:
        """Move a person to another race; answers with the new registration."""
        entry = self.entry(request)
        race = self.race_of(await read_body(request))
        if entry is None or race is None:
            return refusal(404, "no such registration or race")
        return JSONAnswer(self.row(self.registrations.transfer(entry, race, self.present())))

    async def _switch(self, request: Request) -> Response:
        """Change the provider's ways; names and kinds of values are those of its switches."""
        kinds = get_type_hints(type(self._ways))
        body = await read_body(request)
        if any(name not in kinds or not isinstance(body[name], kinds[name]) for name in body):
            return refusal(400, f"the switches are {', '.join(kinds)}")
        for name, value in body.items():
            setattr(self._ways, name, value)
        return JSONAnswer({name: getattr(self._ways, name) for name in kinds})


def read_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a body changes, by the sandbox's own names; fields that are not sent stay.

    Raises:
        BadField: A value cannot be taken.
    """
    values = {name: body[name] for name in (*PERSON_FIELDS, "bib", "chip") if name in body}
    if not all(isinstance(value, str | int | None) for value in values.values()):
        raise BadField("fields are text or null")
    if "first_name" in values and not values["first_name"]:
        raise BadField("a first name is needed")
    if values.get("gender") not in ("F", "M", "X", None):
        raise BadField("gender is F, M, X or null")
    if values.get("birth_date") is not None:
        try:
            values["birth_date"] = date.fromisoformat(str(values["birth_date"]))
        except ValueError:
            raise BadField("birth_date is YYYY-MM-DD") from None
    return values


async def read_body(request: Request) -> dict[str, Any]:
    """The JSON object of a request, or an empty one."""
    body = await request.body()
    content = json.loads(body) if body else {}
    return content if isinstance(content, dict) else {}


def refusal(status: int, message: str) -> Response:
    """What the control room answers to what it does not know."""
    return JSONAnswer({"message": message}, status)
