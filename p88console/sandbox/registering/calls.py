"""Calls to a registration provider: what is read from them, and how they are refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ExceptionHandler

from p88console.sandbox.wire import JSONAnswer

Answer = Callable[["Call"], Response]


class Refusal(Exception):
    """An API failure: a status and an object with `message`.

    One client saw it so at Race Roster, another expects it so at Haku.
    """

    def __init__(self, status: int, message: str, *, wait_s: int | None = None) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.wait_s = wait_s
        """Race seconds after which the caller may come again."""

    def answer(self) -> Response:
        """The refusal as the caller gets it."""
        answer = JSONAnswer({"message": self.message}, self.status)
        if self.wait_s is not None:
            answer.headers["Retry-After"] = str(self.wait_s)
        return answer


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as of one instant."""

    query: Mapping[str, str]
    path: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    now: datetime

    def whole(self, name: str, default: int, *, least: int = 0) -> int:
        """A parameter that is a whole number.

        Raises:
            Refusal: It is none, or too small.
        """
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isdecimal() or int(text) < least:
            raise Refusal(400, f"The {name} must be a whole number of at least {least}.")
        return int(text)

    def instant(self, name: str) -> datetime | None:
        """A parameter that is ISO 8601; a `+` that was not encoded has become a space.

        Raises:
            Refusal: It cannot be read.
        """
        text = self.query.get(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise Refusal(400, f"The {name} is not a valid date.") from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def content(self) -> dict[str, Any]:
        """The JSON object sent.

        Raises:
            Refusal: There is none.
        """
        try:
            content = json.loads(self.body)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise Refusal(400, "A JSON object is expected.")
        return content


class Switchboard:
    """Makes routes of answers: counts each call, then admits, answers or refuses it."""

    def __init__(self, count: Callable[[str], None], present: Callable[[], datetime]) -> None:
        self._count = count
        self._present = present

    def route(self, method: str, path: str, answer: Answer) -> Route:
        """One kind of call."""

        async def handle(request: Request) -> Response:
            self._count(f"{method} {path.replace(':int', '')}")
            call = Call(
                query=request.query_params,
                path={name: str(value) for name, value in request.path_params.items()},
                headers=request.headers,
                body=await request.body(),
                now=self._present(),
            )
            try:
                return answer(call)
            except Refusal as refusal:
                return refusal.answer()

        return Route(path, handle, methods=[method])


async def _not_found(_: Request, __: Exception) -> Response:
    return Refusal(404, "Not Found").answer()


async def _not_allowed(_: Request, __: Exception) -> Response:
    return Refusal(405, "Method Not Allowed").answer()


REFUSING: Mapping[Any, ExceptionHandler] = {404: _not_found, 405: _not_allowed}
"""How an application refuses paths and methods that it does not have."""
