"""Bad weather between a practice provider and its caller: seeded, counted, switched at any time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from p88console.sandbox.climate import (
    CHANCES,
    GATEWAY_PAGE,
    PORTAL_PAGE,
    SPELLS,
    THROTTLED_BODY,
    Climate,
    Fault,
)
from p88console.sandbox.line import Line
from p88console.sandbox.wire import JSONAnswer
from p88console.system.clock import Clock

CONTROL = "/_sandbox/"
"""Control calls meet no weather."""

CONTROL_WEATHER = f"{CONTROL}weather"

SPELL_EVERY_S = 900
"""Race seconds in which there is one spell of portal pages or none."""

PORTAL_S = (30, 120)
"""How long a spell lasts, in race seconds."""

SLOW_S = (2.0, 20.0)
WAIT_S = (2, 30)
"""Race seconds that a slow answer takes, and that a throttled caller is told to wait."""


LASTS_CALLS = 10
"""Calls for which new tokens hold in any climate: no provider's token lapses before it served."""


class Weather:
    """What happens to one provider's calls, and how much of it has happened."""

    def __init__(self, seed: str, provider: str, clock: Clock) -> None:
        """Begin fair.

        Args:
            seed: Equal seeds make equal weather for equal calls.
            provider: Whose calls these are; each provider has chances of its own.
            clock: By whose instant portal spells come over all providers at once.
        """
        self.climate = Climate.FAIR
        self.happened: Counter[Fault] = Counter()
        self._seed = seed
        self._rng = Random(f"{seed}:weather:{provider}")
        self._clock = clock
        self._chances: Mapping[Fault, float] = {}
        self._only = ""
        self._times: int | None = None
        self._since_lapse = LASTS_CALLS

    def turn(self, climate: Climate) -> None:
        """Let the weather become this."""
        self.climate = climate
        self._chances, self._only, self._times = CHANCES[climate], "", None

    def inject(
        self, chances: Mapping[Fault, float], *, only: str = "", times: int | None = None
    ) -> None:
        """Let exactly these faults happen.

        Args:
            chances: How likely each is for one call.
            only: Text that a call's method and path contain.
            times: After how many faults the weather is fair again.
        """
        self.climate = Climate.FAIR
        self._chances, self._only, self._times = dict(chances), only, times

    def strike(self, method: str, path: str) -> Fault | None:
        """What happens to this call; None for nothing."""
        if self._times == 0 or self._only not in f"{method} {path}":
            return None
        if self._in_portal_spell():
            return Fault.PORTAL
        self._since_lapse += 1
        drawn = self._rng.random()
        for fault, chance in self._chances.items():
            drawn -= chance
            if drawn < 0:
                return None if fault is Fault.EXPIRED and self._too_soon() else fault
        return None

    def count(self, fault: Fault) -> None:
        """Take note that it happened."""
        self.happened[fault] += 1
        if fault is Fault.EXPIRED:
            self._since_lapse = 0
        if self._times:
            self._times -= 1

    def draw(self, between: tuple[float, float]) -> float:
        """A number between two by chance."""
        return self._rng.uniform(*between)

    def choose(self, among: list[Any]) -> Any:
        """One of several by chance."""
        return self._rng.choice(among)

    async def pass_slowly(self) -> None:
        """Let the time of a slow answer pass."""
        await self._clock.sleep(self.draw(SLOW_S))

    def told(self) -> dict[str, Any]:
        """How the weather is and what has happened, as ledgers tell it."""
        return {
            "climate": self.climate.value,
            "faults_injected": self.happened.total(),
            "faults": {fault.value: count for fault, count in sorted(self.happened.items())},
        }

    def _too_soon(self) -> bool:
        """Whether tokens have hardly served yet; faults that are injected happen all the same."""
        return self.climate is not Climate.FAIR and self._since_lapse <= LASTS_CALLS

    def _in_portal_spell(self) -> bool:
        """Whether the venue's sign-in page stands before every provider at this instant."""
        number, second = divmod(int(self._clock.now().timestamp()), SPELL_EVERY_S)
        rng = Random(f"{self._seed}:portal:{number}")
        if rng.random() >= SPELLS[self.climate]:
            return False
        lasts = rng.randint(*PORTAL_S)
        begins = rng.randrange(SPELL_EVERY_S - lasts)
        return begins <= second < begins + lasts


class Weathered:
    """An application whose calls meet the weather."""

    def __init__(
        self,
        app: ASGIApp,
        weather: Weather,
        *,
        expire_tokens: Callable[[], bool],
        throttled: Callable[[Request], Response],
        forgettable: frozenset[str],
    ) -> None:
        """Put the weather before an application.

        Args:
            app: The application.
            weather: What happens.
            expire_tokens: Makes every token worthless; False where there are none.
            throttled: The provider's own words for "fewer calls, please".
            forgettable: Fields of written rows whose loss makes no row invalid.
        """
        self.app = app
        self.weather = weather
        self._expire_tokens = expire_tokens
        self._throttled = throttled
        self._forgettable = forgettable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, unless something happens."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["path"] == CONTROL_WEATHER:
            await (await self._control(Request(scope, receive)))(scope, receive, send)
            return
        control = scope["path"].startswith(CONTROL)
        fault = None if control else self.weather.strike(scope["method"], scope["path"])
        match fault:
            case None:
                await self.app(scope, receive, send)
                return
            case Fault.EXPIRED:
                if self._expire_tokens():
                    self.weather.count(fault)
                await self.app(scope, receive, send)
                return
            case Fault.IGNORED:
                await self._forgetting(scope, receive, send)
                return
        self.weather.count(fault)
        if fault is Fault.SLOW:
            await self.weather.pass_slowly()
            await self.app(scope, receive, send)
        elif fault in (Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.HALF_PAGE):
            await self._cut(fault, scope, receive, send)
        else:
            if fault is Fault.BROKEN_AFTER:
                await self.app(scope, receive, _nowhere)
            answer = self._instead(fault, Request(scope))
            await answer(scope, receive, send)

    async def _control(self, request: Request) -> Response:
        """Tell the weather; a POST turns it first: `climate`, or `chances` with `only`, `times`."""
        if request.method == "POST":
            wanted = json.loads(await request.body())
            try:
                if "climate" in wanted:
                    self.weather.turn(Climate(wanted["climate"]))
                else:
                    chances = {Fault(name): float(c) for name, c in wanted["chances"].items()}
                    only, times = wanted.get("only", ""), wanted.get("times")
                    self.weather.inject(chances, only=only, times=times)
            except (ValueError, KeyError, AttributeError) as error:
                return JSONAnswer({"message": str(error)}, 400)
        return JSONAnswer(self.weather.told())

    def _instead(self, fault: Fault, request: Request) -> Response:
        """What somebody else answers in the provider's place, or the provider to a crowd."""
        match fault:
            case Fault.THROTTLED_BARE:
                return self._throttled(request)
            case Fault.THROTTLED:
                wait = str(round(self.weather.draw(WAIT_S)))
                return Response(THROTTLED_BODY, 429, {"Retry-After": wait}, "application/json")
            case Fault.PORTAL:
                return Response(PORTAL_PAGE, 200, media_type="text/html")
            case _:
                status = 504 if fault is Fault.BROKEN_AFTER else 502
                return Response(GATEWAY_PAGE, status, media_type="text/html")

    async def _cut(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault is Fault.CUT_BEFORE:
            Line.of(scope).reset()
        elif fault is Fault.CUT_AFTER:
            await self.app(scope, receive, _nowhere)
            Line.of(scope).reset()
        else:
            whole: list[Message] = []

            async def keep(message: Message) -> None:
                whole.append(message)

            await self.app(scope, receive, keep)
            body = b"".join(part.get("body", b"") for part in whole)
            await send(whole[0])
            half = body[: len(body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            Line.of(scope).hang_up()
        while (await receive())["type"] != "http.disconnect":
            pass

    async def _forgetting(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        kept = forget_field(body, self._forgettable, self.weather.choose)
        if kept is not None:
            self.weather.count(Fault.IGNORED)
        told = [{"type": "http.request", "body": body if kept is None else kept}]

        async def receive_kept() -> Message:
            return told.pop() if told else await receive()

        await self.app(scope, receive_kept, send)


def forget_field(
    body: bytes, forgettable: frozenset[str], choose: Callable[[list[Any]], Any]
) -> bytes | None:
    """The written rows with one field of one row dropped; None where there is none to drop.

    Rows are JSON, or JSON in the `request` field of a form.
    """
    if body.startswith((b"{", b"[")):
        rows, envelope = _rows(body), None
    else:
        envelope = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        rows = _rows(envelope.get("request", "").encode())
    fields = [
        (row, name)
        for row in _objects(rows)
        for name in row
        if name in forgettable and row[name] is not None
    ]
    if not fields:
        return None
    row, name = choose(fields)
    del row[name]
    text = json.dumps(rows)
    return (text if envelope is None else urlencode({**envelope, "request": text})).encode()


def _rows(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _objects(rows: Any) -> list[dict[str, Any]]:
    """The rows in a body: a list of them, bare or as an object's only list."""
    if isinstance(rows, dict):
        lists = [value for value in rows.values() if isinstance(value, list)]
        rows = lists[0] if lists else [rows]
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


async def _nowhere(_message: Message) -> None:
    """Let an answer get lost."""
