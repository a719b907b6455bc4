"""The RunSignUp server: routes, and what each call answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from p88console.domain.model import Provider
from p88console.sandbox.forms import read_form
from p88console.sandbox.registering.server import RegistrationServer
from p88console.sandbox.runsignup import faults
from p88console.sandbox.runsignup.auth import Credentials, Throttle
from p88console.sandbox.runsignup.call import Call
from p88console.sandbox.runsignup.catalog import Catalog
from p88console.sandbox.runsignup.control import RunSignUpControl
from p88console.sandbox.runsignup.edits import write_participants
from p88console.sandbox.runsignup.listing import Listing, whole
from p88console.sandbox.runsignup.results import ResultsDesk
from p88console.sandbox.runsignup.rows import RowWriter
from p88console.sandbox.runsignup.xml import XMLAnswer
from p88console.sandbox.wire import JSONAnswer, json_text
from p88console.sandbox.world import World
from p88console.system.clock import Clock

MOST_RACES = 1000


class RunSignUpServer(RegistrationServer):
    """RunSignUp with one race and one account that may see it."""

    provider: ClassVar[Provider] = Provider.RUNSIGNUP
    forgettable = frozenset({"bib_num", "chip_num"})

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        at_a_time: int | None = 2,
        latency_s: float = 0.003,
        past_events: bool = False,
    ) -> None:
        """Open the books.

        Args:
            world: The practice race.
            clock: Whose instant every answer shows.
            at_a_time: How many requests of one key may be under way; None lifts the limit.
            latency_s: Machine seconds every call takes at least, so that calls can overlap at all.
            past_events: Whether last year's events are still in the race.
        """
        first_id = world.random("runsignup registrations").randrange(60_000_000, 69_000_000)
        super().__init__(world, clock, first_id)
        self.credentials = Credentials(world.random("runsignup secrets"))
        self.catalog = Catalog(world, past_events=past_events)
        self.results = ResultsDesk(world, self.catalog, self.registrations)
        self.throttle = Throttle(at_a_time)
        self.latency_s = latency_s
        self._rows = RowWriter(self.catalog.event_ids, world.date)

    @cached_property
    def app(self) -> ASGIApp:
        """The application that answers on this provider's socket."""
        race = "/rest/race/{race_id:int}"
        calls: list[tuple[str, str, Callable[[Call], Any]]] = [
            ("GET", "/rest/races", self._races),
            ("GET", race, self._race),
            ("GET", f"{race}/participants", self._participants),
            ("POST", f"{race}/participants", self._write_participants),
            ("GET", f"{race}/removed-participants", self._removed_participants),
            ("GET", "/rest/v2/results/updated-result-sets.json", self.results.updated_sets),
        ]
        calls += [
            (method, f"{race}/results/{name}", self._of_this_race(answer))
            for method, name, answer in self.results.calls()
        ]
        refresh = Route("/rest/v2/auth/refresh-token.json", self._refresh_token, methods=["POST"])
        routes = [
            Route(path, _Endpoint(self, method, path, answer), methods=[method])
            for method, path, answer in calls
        ]
        control = RunSignUpControl(
            self.registrations, self.catalog, self.present, self.ledger_head, self.results.ways
        )
        application = Starlette(
            routes=[*routes, refresh, *control.routes()],
            exception_handlers={404: _unknown_method, 405: _method_not_supported},
        )
        return _AnyCase(application)

    def description(self) -> dict[str, Any]:
        """How to sign in and what to find; `alternatives` are the other kinds of credentials."""
        return {
            "secrets": self.credentials.v1,
            "alternatives": {"v2": self.credentials.v2, "oauth": self.credentials.oauth},
            "options": {},
            "event_id": str(self.catalog.race_id),
        }

    def ledger_head(self) -> dict[str, Any]:
        """What is published and who was told of it, beside the calls."""
        return {**self.results.ledger(), **super().ledger_head()}

    def expire_tokens(self) -> bool:
        """Make every access token worthless; keys have no end."""
        return self.credentials.expire_access_tokens()

    def throttled(self, request: Request) -> Response:
        """Code 14 inside HTTP 200."""
        return _in_tongue(request, json_text(faults.throttled().body()))

    def _races(self, call: Call) -> Any:
        size = min(MOST_RACES, max(1, whole(call.query, "results_per_page") or 50))
        first = (max(1, whole(call.query, "page") or 1) - 1) * size
        events = call.query.get("events") == "T"
        listed = self.catalog.listed(call.query, call.now)
        bodies = [self.catalog.race_body(call.now, {}, events=events)] if listed else []
        return {"races": [{"race": body} for body in bodies[first : first + size]]}

    def _race(self, call: Call) -> Any:
        self._check_race(call)
        return {"race": self.catalog.race_body(call.now, call.query, events=True)}

    def _participants(self, call: Call) -> str:
        self._check_race(call)
        listing = Listing.read(call.query, self.catalog)
        races = self.catalog.races_of(listing.event_ids)
        page = listing.page_of(self.registrations.active(races))
        rows: dict[int, list[str]] = {event_id: [] for event_id in listing.event_ids}
        for entry in page:
            text = self._rows.participant_text(entry, nonbinary=listing.nonbinary)
            rows[self.catalog.event_ids[entry.race.number]].append(text)
        elements = [
            _element(event_id, texts, alone=len(rows) == 1) for event_id, texts in rows.items()
        ]
        return f"[{','.join(elements)}]"

    def _removed_participants(self, call: Call) -> Any:
        self._check_race(call)
        listing = Listing.read(call.query, self.catalog)
        races = self.catalog.races_of(listing.event_ids)
        page = listing.page_of(self.registrations.removed(races))
        rows: dict[int, list[Any]] = {event_id: [] for event_id in listing.event_ids}
        for entry in page:
            row = self._rows.removed(entry, nonbinary=listing.nonbinary)
            rows[self.catalog.event_ids[entry.race.number]].append(row)
        return [
            {"event": {"event_id": event_id, "participants": people}}
            for event_id, people in rows.items()
        ]

    def _write_participants(self, call: Call) -> Any:
        self._check_race(call)
        race = self.catalog.races[self._this_years_event(call)]
        return write_participants(self.registrations, race, call.form, call.now)

    def _of_this_race(self, answer: Callable[[Call], Any]) -> Callable[[Call], Any]:
        def checked(call: Call) -> Any:
            self._check_race(call)
            return answer(call)

        return checked

    def _check_race(self, call: Call) -> None:
        if int(call.path["race_id"]) != self.catalog.race_id:
            raise faults.race_not_found()

    def _this_years_event(self, call: Call) -> int:
        event_id = whole(call.sent, "event_id")
        if event_id is None or event_id not in self.catalog.races:
            raise faults.event_not_found()
        return event_id

    async def _refresh_token(self, request: Request) -> Response:
        self.calls["POST /rest/v2/auth/refresh-token.json"] += 1
        status, body = self.credentials.refresh(await read_form(request))
        return JSONAnswer(body, status)


class _Endpoint:
    """Lets a call in, answers it in the tongue asked for, and counts it until it is sent."""

    def __init__(
        self, server: RunSignUpServer, method: str, path: str, answer: Callable[[Call], Any]
    ) -> None:
        self.server = server
        self.kind = f"{method} {path.replace(':int', '')}"
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.server.calls[self.kind] += 1
        try:
            with self.server.throttle.hold(self.server.credentials.identify(request)):
                response = _in_tongue(request, await self._content(request))
                await response(scope, receive, send)
        except faults.ApiError as error:
            await _in_tongue(request, json_text(error.body()))(scope, receive, send)

    async def _content(self, request: Request) -> str:
        await asyncio.sleep(self.server.latency_s)
        form = await read_form(request) if request.method == "POST" else {}
        now = self.server.present()
        path = {name: str(value) for name, value in request.path_params.items()}
        answer = self.answer(Call(request.query_params, path, form, now))
        return answer if isinstance(answer, str) else json_text(answer)


class _AnyCase:
    """Paths may be written in any case (confirmed by working clients)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": scope["path"].lower()}
        await self.app(scope, receive, send)


def _element(event_id: int, rows: list[str], *, alone: bool) -> str:
    """One event's element: its inner list is always empty (confirmed in vendor docs).

    Among several events, one without rows comes without the outer list (fixture).
    """
    head = f'{{"event":{{"event_id":{event_id},"participants":[]}}'
    outer = f',"participants":[{",".join(rows)}]' if rows or alone else ""
    return f"{head}{outer}}}"


def _in_tongue(request: Request, text: str) -> Response:
    if request.query_params.get("format") == "json":
        return JSONAnswer(text=text)
    return XMLAnswer(json.loads(text))


async def _unknown_method(request: Request, _: Exception) -> Response:
    return _in_tongue(request, json_text(faults.unknown_method().body()))


async def _method_not_supported(request: Request, _: Exception) -> Response:
    return _in_tongue(request, json_text(faults.method_not_supported().body()))
