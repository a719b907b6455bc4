"""What all provider servers put on the wire the same way: compact JSON and race time in `Date`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from p88console.system.clock import Clock


def json_text(value: Any) -> str:
    """A value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class JSONAnswer(Response):
    """A JSON answer, from a value or from text that is JSON already."""

    media_type = "application/json"

    def __init__(self, content: Any = None, status_code: int = 200, *, text: str = "") -> None:
        super().__init__((text or json_text(content)).encode(), status_code)


def iso(moment: datetime) -> str:
    """An instant as ISO 8601 in UTC with milliseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_ms(moment: datetime) -> int:
    """An instant as Unix milliseconds."""
    return round(moment.timestamp() * 1000)


class RaceTimeDate:
    """Gives every answer the `Date` header (RFC 9110) that the practice race's clock shows."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with the date added."""

        async def send_with_date(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self.clock.now().astimezone(UTC), usegmt=True)
                message["headers"] = [*message.get("headers", []), (b"date", date.encode())]
            await send(message)

        await self.app(scope, receive, send_with_date)
