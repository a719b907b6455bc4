"""The ChronoTrack server: routes, and what each call answers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from p88console.domain.model import Provider
from p88console.sandbox.chronotrack.auth import TOKEN_LIFE_S, Credentials
from p88console.sandbox.chronotrack.catalog import Catalog
from p88console.sandbox.chronotrack.control import ControlRoom
from p88console.sandbox.chronotrack.entries import Entries, Entry, entry_row
from p88console.sandbox.chronotrack.fields import BadEntry, read_body
from p88console.sandbox.chronotrack.pages import Row, collection, envelope
from p88console.sandbox.chronotrack.results import Results
from p88console.sandbox.chronotrack.standings import Place
from p88console.sandbox.chronotrack.writing import Switches, Writer
from p88console.sandbox.day import Race
from p88console.sandbox.provider import ProviderServer
from p88console.sandbox.wire import JSONAnswer
from p88console.sandbox.world import World
from p88console.system.clock import Clock

Handler = Callable[[Request], Awaitable[Response]]


class ChronoTrackServer(ProviderServer):
    """ChronoTrack Live with one event, no entries yet, and one user of one client.

    Reading follows what running clients read; writing is the assumed form of `writing.py`.
    """

    provider: ClassVar[Provider] = Provider.CHRONOTRACK
    forgettable = frozenset({"entry_bib", "athlete_sex", "athlete_birthdate", "athlete_email"})

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        writable: bool = True,
        ignored_fields: Iterable[str] = (),
        start_mat: bool = True,
        largest_page: int | None = None,
        token_life_s: float = TOKEN_LIFE_S,
    ) -> None:
        """Set up the event.

        Args:
            world: The practice race.
            clock: Whose instant every answer shows.
            writable: Whether entries can be written at all.
            ignored_fields: Fields that a write carries in vain.
            start_mat: Whether the start line takes reads; without it there are no begin times.
            largest_page: Rows above which a page is clamped; no cap is documented.
            token_life_s: Race seconds an access token is good for.
        """
        super().__init__(world, clock)
        self.credentials = Credentials(world.random("chronotrack secrets"), clock, token_life_s)
        self.catalog = Catalog(world)
        self.entries = Entries(world, start_mat=start_mat)
        self.results = Results(self.catalog, self.entries)
        self.switches = Switches(writable, frozenset(ignored_fields))
        self.writer = Writer(self.catalog.races, self.entries, self.switches)
        self.writes = 0
        self._largest_page = largest_page

    @cached_property
    def app(self) -> ASGIApp:
        """The application that answers on this provider's socket."""
        calls: list[tuple[str, str, Handler]] = [
            ("GET", "/api/event", self._events),
            ("GET", "/api/event/{event_id}", self._event),
            ("GET", "/api/event/{event_id}/race", self._races),
            ("GET", "/api/race/{race_id}", self._race),
            ("GET", "/api/interval/{interval_id}/results", self._interval_results),
            ("GET", "/api/bracket/{bracket_id}/results", self._bracket_results),
            ("GET", "/api/entry/{entry_id}", self._entry),
            ("PUT", "/api/entry/{entry_id}", self._update),
        ]
        for parent in ("event", "race"):
            under = f"/api/{parent}/{{{parent}_id}}"
            calls += [
                ("GET", f"{under}/entry", self._list_entries),
                ("POST", f"{under}/entry", self._create),
                ("GET", f"{under}/results", self._race_results),
                ("GET", f"{under}/interval", self._intervals),
                ("GET", f"{under}/bracket", self._brackets),
                ("GET", f"{under}/wave", self._waves),
            ]
        routes = [
            Route(path, self._admit(f"{method} {path}", answer), methods=[method])
            for method, path, answer in calls
        ]
        room = ControlRoom(
            self.entries, self.switches, self.credentials, self.clock.now, self.ledger_head
        )
        token = Route("/oauth2/token", self._token, methods=["GET"])
        application = Starlette(
            routes=[*routes, token, *room.routes()],
            exception_handlers={404: _not_found, 405: _not_allowed},
        )
        return _Suffix(application)

    def description(self) -> dict[str, Any]:
        """How to sign in and what to find; `alternatives` are other values of the options."""
        held = self.credentials
        return {
            "secrets": {
                "client_id": held.client_id,
                "client_secret": held.client_secret,
                "user_id": held.user_id,
                "password": held.password,
            },
            "options": {"auth": "oauth"},
            "alternatives": {"auth": ["basic", "simple"]},
            "event_id": self.catalog.event_id,
        }

    def ledger_head(self) -> dict[str, Any]:
        """What the ledger says besides its entries; `writes` counts refused ones too."""
        now = self.clock.now()
        finished = sum(entry.finished(now) for entry in self.entries.all())
        made = {"created": self.writer.created, "updated": self.writer.updated}
        return {"finished": finished, "writes": self.writes, **made, **super().ledger_head()}

    def expire_tokens(self) -> bool:
        """Make every access token worthless that was used; refresh tokens stay good."""
        return self.credentials.expire()

    def _admit(self, kind: str, answer: Handler) -> Handler:
        writes = not kind.startswith("GET")

        async def admitted(request: Request) -> Response:
            self.calls[kind] += 1
            self.writes += writes
            if not self.credentials.admit(request):
                return _refusal(401, "Authentication failed")
            if writes and not self.switches.writable:
                return _refusal(405, "Method not allowed", {"Allow": "GET"})
            if not _wants_json(request):
                return _refusal(406, "Only format=json is spoken here")
            return await answer(request)

        return admitted

    async def _token(self, request: Request) -> Response:
        self.calls["GET /oauth2/token"] += 1
        status, body = self.credentials.grant(request)
        answer = JSONAnswer(body, status)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def _events(self, request: Request) -> Response:
        return self._page(request, [[self.catalog.event_head()]], dict, key="event")

    async def _event(self, request: Request) -> Response:
        """For an unknown id a list where an object belongs (inferred from a client's failure)."""
        known = request.path_params["event_id"] == self.catalog.event_id
        return envelope("event", self.catalog.event() if known else [])

    async def _race(self, request: Request) -> Response:
        """An unknown id is answered like an unknown event's (assumed)."""
        race = self.catalog.races.get(request.path_params["race_id"])
        return envelope("race", self.catalog.race(race, self.clock.now()) if race else [])

    async def _races(self, request: Request) -> Response:
        now = self.clock.now()
        return self._page(request, [self._asked(request)], lambda one: self.catalog.race(one, now))

    async def _intervals(self, request: Request) -> Response:
        intervals = self.catalog.intervals_of(self._asked(request))
        return self._page(request, [intervals], self.catalog.interval)

    async def _brackets(self, request: Request) -> Response:
        brackets = self.catalog.brackets_of(self._asked(request))
        return self._page(request, [brackets], self.catalog.bracket)

    async def _waves(self, request: Request) -> Response:
        return self._page(request, [self._asked(request)], self.catalog.wave)

    async def _list_entries(self, request: Request) -> Response:
        now = self.clock.now()
        fields = [self.entries.of(race) for race in self._asked(request)]
        return self._page(request, fields, lambda entry: entry_row(entry, self.catalog, now))

    async def _entry(self, request: Request) -> Response:
        entry = self.entries.get(request.path_params["entry_id"])
        return self._one_entry(entry) if entry else _refusal(404, "Entry not found")

    async def _race_results(self, request: Request) -> Response:
        races, now = self._asked(request), self.clock.now()
        return self._result_page(request, self.results.of_races(races, request.query_params, now))

    async def _interval_results(self, request: Request) -> Response:
        interval = self.catalog.intervals.get(request.path_params["interval_id"])
        query, now = request.query_params, self.clock.now()
        lines = [self.results.on_interval(interval, query, now)] if interval else []
        return self._result_page(request, lines)

    async def _bracket_results(self, request: Request) -> Response:
        bracket = self.catalog.brackets.get(request.path_params["bracket_id"])
        query, now = request.query_params, self.clock.now()
        return self._result_page(
            request, self.results.in_bracket(bracket, query, now) if bracket else []
        )

    async def _create(self, request: Request) -> Response:
        races = self._asked(request)
        if not races:
            return _refusal(404, "Not found")
        try:
            entry, made = self.writer.create(await read_body(request), races)
        except BadEntry as error:
            return _refusal(400, str(error))
        return self._one_entry(entry, 201 if made else 200)

    async def _update(self, request: Request) -> Response:
        entry = self.entries.get(request.path_params["entry_id"])
        if entry is None:
            return _refusal(404, "Entry not found")
        try:
            self.writer.update(entry, await read_body(request))
        except BadEntry as error:
            return _refusal(400, str(error))
        return self._one_entry(entry)

    def _asked(self, request: Request) -> list[Race]:
        """The races below the event or race of the path; none for an unknown one."""
        path = request.path_params
        if "event_id" in path:
            return self.catalog.races_of(path["event_id"])
        race = self.catalog.races.get(path["race_id"])
        return [race] if race else []

    def _one_entry(self, entry: Entry, status: int = 200) -> Response:
        return envelope("entry", entry_row(entry, self.catalog, self.clock.now()), status)

    def _result_page(self, request: Request, lines: Iterable[Sequence[Place]]) -> Response:
        names = request.query_params.get("columns", "")
        columns = [name.strip() for name in names.split(",") if name.strip()]
        return self._page(request, lines, lambda place: self.results.row(place, columns))

    def _page(
        self,
        request: Request,
        lines: Iterable[Sequence[Row]],
        render: Callable[[Row], Mapping[str, Any]],
        key: str = "",
    ) -> Response:
        """A page under the path's parent and resource: `event_entry`, `race_results`."""
        path = request.url.path.split("/")
        key = key or f"{path[2]}_{path[-1]}"
        return collection(key, lines, render, request.query_params, self._largest_page)


class _Suffix:
    """`/api/event.json/...` says the same as `format=json` (confirmed)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path, suffixes = re.subn(r"^(/api/[a-z]+)\.json(?=/|$)", r"\1", scope["path"])
            if suffixes:
                query = scope["query_string"] + b"&format=json"
                scope = {**scope, "path": path, "query_string": query}
        await self.app(scope, receive, send)


def _wants_json(request: Request) -> bool:
    """Whether JSON is asked for, by the query or by `Accept` (both confirmed).

    What comes otherwise nobody has seen; here it is a refusal, so that nothing relies on it.
    """
    asked = request.query_params.get("format") == "json"
    return asked or "application/json" in request.headers.get("accept", "")


def _refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error; the statuses are those seen or inferred, the body is assumed."""
    answer = JSONAnswer({"error": {"code": str(status), "message": message}}, status)
    answer.headers.update(headers or {})
    return answer


async def _not_found(_: Request, __: Exception) -> Response:
    return _refusal(404, "Not found")


async def _not_allowed(_: Request, error: Exception) -> Response:
    headers = error.headers if isinstance(error, HTTPException) else None
    return _refusal(405, "Method not allowed", headers)
