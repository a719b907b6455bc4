"""The control room of the RunSignUp server: its ledger, and a hand in the registrations."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from p88console.sandbox.runsignup.catalog import Catalog
from p88console.sandbox.runsignup.fields import RowError, read_fields
from p88console.sandbox.runsignup.state import Registration, Registrations
from p88console.sandbox.wire import JSONAnswer

REASONS = ("cleared", "removed", "transferred", "deferred")


def control_routes(
    registrations: Registrations,
    catalog: Catalog,
    present: Callable[[], datetime],
    ledger_head: Callable[[], dict[str, Any]],
) -> list[Route]:
    """The control room's routes; they need no credentials and are not counted as calls.

    Args:
        registrations: What is looked into and written.
        catalog: The events there are.
        present: Brings the registrations up to the present instant and tells it.
        ledger_head: What the ledger says besides its rows.
    """
    room = _ControlRoom(registrations, catalog, present, ledger_head)
    one = "/_sandbox/registrations/{registration_id:int}"
    return [
        Route("/_sandbox/ledger", room.ledger),
        Route("/_sandbox/registrations", room.write, methods=["POST"]),
        Route(f"{one}/remove", room.remove, methods=["POST"]),
        Route(f"{one}/transfer", room.transfer, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _ControlRoom:
    registrations: Registrations
    catalog: Catalog
    present: Callable[[], datetime]
    ledger_head: Callable[[], dict[str, Any]]

    async def ledger(self, _: Request) -> Response:
        """Every registration and whether it stands."""
        self.present()
        rows = [_ledger_row(entry) for entry in self.registrations.all()]
        return JSONAnswer({"registrations": rows, **self.ledger_head()})

    async def write(self, request: Request) -> Response:
        """Add a registration, or edit the one whose `registration_id` is sent."""
        row = await _body(request)
        now = self.present()
        number = row.get("registration_id")
        entry = self.registrations.get(number) if number is not None else None
        if number is not None and entry is None:
            return _refusal(404, "no such registration")
        if entry is None and row.get("event_id") not in self.catalog.races:
            return _refusal(400, "event_id is unknown")
        try:
            values = read_fields(row)
        except RowError as error:
            return _refusal(400, error.description)
        if entry is None:
            entry = self.registrations.add(row["event_id"], values, now)
        else:
            self.registrations.edit(entry, values, now)
        return JSONAnswer(_ledger_row(entry))

    async def remove(self, request: Request) -> Response:
        """Let a registration no longer stand, for a `reason`."""
        entry = self._entry(request)
        body = await _body(request)
        reason = body.get("reason", "removed")
        if entry is None or reason not in REASONS:
            return _refusal(404 if entry is None else 400, "no such registration or reason")
        moved_to = body.get("new_registration_id")
        self.registrations.remove(entry, reason, self.present(), moved_to)
        return JSONAnswer(_ledger_row(entry))

    async def transfer(self, request: Request) -> Response:
        """Move a person to another `event_id`; answers with the new registration."""
        entry = self._entry(request)
        event_id = (await _body(request)).get("event_id")
        if entry is None or not isinstance(event_id, int) or event_id not in self.catalog.races:
            return _refusal(404, "no such registration or event")
        now = self.present()
        return JSONAnswer(_ledger_row(self.registrations.transfer(entry, event_id, now)))

    def _entry(self, request: Request) -> Registration | None:
        self.present()
        return self.registrations.get(request.path_params["registration_id"])


def _ledger_row(entry: Registration) -> dict[str, Any]:
    return {
        "registration_id": entry.registration_id,
        "event_id": entry.event_id,
        "bib": entry.bib,
        "first_name": entry.person.first_name,
        "last_name": entry.person.last_name,
        "status": entry.removed_reason or "active",
    }


async def _body(request: Request) -> dict[str, Any]:
    body = await request.body()
    content = json.loads(body) if body else {}
    return content if isinstance(content, dict) else {}


def _refusal(status: int, message: str) -> Response:
    return JSONAnswer({"message": message}, status)
