"""The control room of the Copernico server: its ledger, and the operator's own hand there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from p88console.sandbox.copernico.state import Athlete, Athletes
from p88console.sandbox.wire import JSONAnswer


def control_routes(
    athletes: Athletes, present: Callable[[], datetime], ledger_head: Callable[[], dict[str, Any]]
) -> list[Route]:
    """The control room's routes; they need no key and are not counted as calls.

    Args:
        athletes: What is looked into and written.
        present: The clock's instant.
        ledger_head: What the ledger says besides its rows.
    """
    room = _ControlRoom(athletes, present, ledger_head)
    return [
        Route("/_sandbox/ledger", room.ledger),
        Route("/_sandbox/athletes/{id}", room.edit, methods=["POST"]),
        Route("/_sandbox/athletes/{id}/remove", room.remove, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _ControlRoom:
    athletes: Athletes
    present: Callable[[], datetime]
    ledger_head: Callable[[], dict[str, Any]]

    async def ledger(self, _: Request) -> Response:
        """Every athlete, and how much was written."""
        rows = [self._row(athlete) for athlete in self.athletes.all()]
        return JSONAnswer({"athletes": rows, **self.ledger_head()})

    async def edit(self, request: Request) -> Response:
        """Overwrite an athlete's columns, as someone does at Copernico's own screen."""
        athlete = self.athletes.get(request.path_params["id"])
        if athlete is None:
            return JSONAnswer({"message": "no such athlete"}, 404)
        self.athletes.put(athlete.id, athlete.race, json.loads(await request.body()))
        return JSONAnswer(self._row(athlete))

    async def remove(self, request: Request) -> Response:
        """Take an athlete out, as someone does at Copernico's own screen."""
        athlete = self.athletes.get(request.path_params["id"])
        if athlete is None:
            return JSONAnswer({"message": "no such athlete"}, 404)
        self.athletes.remove(athlete)
        return JSONAnswer(self._row(athlete))

    def _row(self, athlete: Athlete) -> dict[str, Any]:
        return {
            "id": athlete.id,
            "dorsal": athlete.dorsal,
            "event": athlete.race.name,
            "status": athlete.status(self.present()),
        }
