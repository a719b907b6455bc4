"""The control room of the ChronoTrack server: ledger, switches, and the timer's own hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from p88console.sandbox.chronotrack.auth import Credentials
from p88console.sandbox.chronotrack.entries import Entries, ledger_row
from p88console.sandbox.chronotrack.fields import BadEntry, as_texts, entry_fields
from p88console.sandbox.chronotrack.writing import Switches
from p88console.sandbox.wire import JSONAnswer


@dataclass(frozen=True, slots=True)
class ControlRoom:
    """What the control room's calls look into; they need no sign-in and are not counted."""

    entries: Entries
    switches: Switches
    credentials: Credentials
    present: Callable[[], datetime]
    ledger_head: Callable[[], dict[str, Any]]

    def routes(self) -> list[Route]:
        """The control room's routes."""
        return [
            Route("/_sandbox/ledger", self.ledger),
            Route("/_sandbox/entries/{id}", self.edit, methods=["POST"]),
            Route("/_sandbox/entries/{id}/remove", self.remove, methods=["POST"]),
            Route("/_sandbox/switches", self.switch, methods=["POST"]),
            Route("/_sandbox/tokens/revoke", self.revoke, methods=["POST"]),
        ]

    async def ledger(self, _: Request) -> Response:
        """Every entry, and how much was written."""
        now = self.present()
        rows = [ledger_row(entry, now) for entry in self.entries.all()]
        return JSONAnswer({"entries": rows, **self.ledger_head()})

    async def edit(self, request: Request) -> Response:
        """Overwrite an entry's fields, as the timer does in ChronoTrack's own screens."""
        entry = self.entries.get(request.path_params["id"])
        if entry is None:
            return JSONAnswer({"message": "no such entry"}, 404)
        try:
            fields = entry_fields(as_texts(await _body(request)))
        except BadEntry as error:
            return JSONAnswer({"message": str(error)}, 400)
        self.entries.edit(entry, entry.race, fields)
        return JSONAnswer(ledger_row(entry, self.present()))

    async def remove(self, request: Request) -> Response:
        """Take an entry out, as the timer does in ChronoTrack's own screens."""
        entry = self.entries.get(request.path_params["id"])
        if entry is None:
            return JSONAnswer({"message": "no such entry"}, 404)
        self.entries.remove(entry)
        return JSONAnswer(ledger_row(entry, self.present()))

    async def switch(self, request: Request) -> Response:
        """Set `writable`, `ignored_fields` or `token_life_s` (race seconds); answers them all."""
        body = await _body(request)
        self.switches.writable = body.get("writable", self.switches.writable)
        ignored = body.get("ignored_fields", self.switches.ignored_fields)
        self.switches.ignored_fields = frozenset(ignored)
        self.credentials.token_life_s = body.get("token_life_s", self.credentials.token_life_s)
        return JSONAnswer(
            {
                "writable": self.switches.writable,
                "ignored_fields": sorted(self.switches.ignored_fields),
                "token_life_s": self.credentials.token_life_s,
            }
        )

    async def revoke(self, request: Request) -> Response:
        """Make all access tokens worthless; with `refresh_tokens`, the refresh tokens too."""
        refresh_tokens = bool((await _body(request)).get("refresh_tokens"))
        self.credentials.revoke(refresh_tokens=refresh_tokens)
        return JSONAnswer({"refresh_tokens": refresh_tokens})


async def _body(request: Request) -> dict[str, Any]:
    body = await request.body()
    content = json.loads(body) if body else {}
    return content if isinstance(content, dict) else {}
