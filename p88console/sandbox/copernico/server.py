"""The Copernico server: routes, and what each call answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from p88console.domain.model import Provider
from p88console.sandbox.copernico.control import control_routes
from p88console.sandbox.copernico.dossier import full_athlete
from p88console.sandbox.copernico.registrations import BadRow, read_batch
from p88console.sandbox.copernico.rows import event_object, leader_row, listed_text, preset_text
from p88console.sandbox.copernico.standings import Passage, Standings
from p88console.sandbox.copernico.state import Athlete, Athletes
from p88console.sandbox.provider import ProviderServer
from p88console.sandbox.wire import JSONAnswer, json_text
from p88console.sandbox.world import World
from p88console.system.clock import Clock

LARGEST_PRESET = 6 * 1024 * 1024
"""Preset answers above 6 MB fail (confirmed on the vendor's page; how they fail is assumed)."""

Handler = Callable[[Request], Awaitable[Response]]


class CopernicoServer(ProviderServer):
    """Copernico with one race, an API key, and one saved preset."""

    provider: ClassVar[Provider] = Provider.COPERNICO
    forgettable = frozenset({"surname", "birthdate", "gender", "dorsal"})

    def __init__(
        self,
        world: World,
        clock: Clock,
        *,
        preset_ids: bool = True,
        athletes_as_ids: bool = False,
        races_as_objects: bool = False,
        largest_preset: int = LARGEST_PRESET,
    ) -> None:
        """Set up the race.

        Args:
            world: The practice race.
            clock: Whose instant every answer shows.
            preset_ids: Whether the saved preset has the `id` column among the captured ones.
            athletes_as_ids: Whether the athletes list holds bare ids; either was seen.
            races_as_objects: Whether the race list holds objects instead of slugs; either was seen.
            largest_preset: Bytes above which a preset export fails.
        """
        super().__init__(world, clock)
        rng = world.random("copernico")
        self.slug = f"practice-race-{world.date.year}"
        self.race_uuid = _uuid(rng.getrandbits(128))
        self.api_key = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=40))
        self.preset_login, self.preset_name = "timing@example.org", "p88 results"
        self.athletes = Athletes(world)
        self.standings = Standings(self.athletes)
        self.rows_written = 0
        self.writes = 0
        self._preset_ids = preset_ids
        self._athletes_as_ids = athletes_as_ids
        self._races_as_objects = races_as_objects
        self._largest_preset = largest_preset
        # Registrations name an event by UUID on the vendor's page; the race calls show its name.
        self._events = {_uuid(rng.getrandbits(128)): race for race in world.races}
        self._events |= {race.name: race for race in world.races}

    @cached_property
    def app(self) -> ASGIApp:
        """The application that answers on this provider's socket."""
        race = "/api/races/{race}"
        calls: list[tuple[str, str, Handler, bool]] = [
            ("GET", "/api/races", self._list_races, True),
            ("GET", race, self._race, True),
            ("GET", f"{race}/athletes", self._list_athletes, True),
            ("GET", f"{race}/athletes/{{ids}}", self._several_athletes, True),
            ("GET", f"{race}/athlete/{{id}}", self._athlete, True),
            ("GET", f"{race}/athlete/{{id}}/full", self._athlete, True),
            ("GET", f"{race}/preset/{{saved}}/{{event}}", self._preset, False),
            ("GET", f"{race}/leaders/{{event}}/{{group}}", self._leaders, False),
            ("POST", "/race-registrations/{race_uuid}", self._register, False),
        ]
        routes = [
            Route(path, self._admit(f"{method} {path}", answer, keyed=keyed), methods=[method])
            for method, path, answer, keyed in calls
        ]
        return Starlette(
            routes=[*routes, *control_routes(self.athletes, self.clock.now, self.ledger_head)],
            exception_handlers={404: _not_found},
        )

    def description(self) -> dict[str, Any]:
        """How to sign in and what to find."""
        return {
            "secrets": {"api_key": self.api_key},
            "options": {
                "preset_login": self.preset_login,
                "preset_name": self.preset_name,
                "race_uuid": self.race_uuid,
            },
            "event_id": self.slug,
        }

    def ledger_head(self) -> dict[str, Any]:
        """What the ledger says besides its athletes."""
        now = self.clock.now()
        finished = sum(athlete.status(now) == "finished" for athlete in self.athletes.all())
        counts = {"finished": finished, "writes": self.writes, "rows_written": self.rows_written}
        return {**counts, **super().ledger_head()}

    def _admit(self, kind: str, answer: Handler, *, keyed: bool) -> Handler:
        async def admitted(request: Request) -> Response:
            self.calls[kind] += 1
            if keyed and request.headers.get("x-api-key") != self.api_key:
                return JSONAnswer({"message": "Forbidden"}, 403)
            if request.path_params.get("race", self.slug) != self.slug:
                return _missing("Race not found")
            return await answer(request)

        return admitted

    async def _list_races(self, _: Request) -> Response:
        objects = [{"id": self.slug, "name": self.world.options.name}]
        return _success(objects if self._races_as_objects else [self.slug])

    async def _race(self, _: Request) -> Response:
        now = self.clock.now()
        events = [
            event_object(self.world, race, self.athletes.count(race.name), now)
            for race in self.world.races
        ]
        return _success({"id": self.slug, "name": self.world.options.name, "events": events})

    async def _list_athletes(self, _: Request) -> Response:
        now, athletes = self.clock.now(), self.athletes.all()
        if self._athletes_as_ids:
            return _success([athlete.id for athlete in athletes])
        rows = ",".join(listed_text(athlete, now) for athlete in athletes)
        return JSONAnswer(text=f'{{"result":{{"code":0,"message":""}},"data":[{rows}]}}')

    async def _several_athletes(self, request: Request) -> Response:
        ids = request.path_params["ids"].split(",")
        found = [athlete for athlete in map(self.athletes.get, ids) if athlete]
        return _success([self._full(athlete) for athlete in found])

    async def _athlete(self, request: Request) -> Response:
        athlete = self.athletes.get(request.path_params["id"])
        if athlete is None:
            # Code 1 with empty data: nothing for this athlete (confirmed in a production client).
            return JSONAnswer({"result": {"code": 1, "message": ""}, "data": {}})
        return _success(self._full(athlete))

    async def _preset(self, request: Request) -> Response:
        race = self.world.race(request.path_params["event"])
        saved = f"{self.preset_login}:::{self.preset_name}"
        if race is None or request.path_params["saved"] != saved:
            return _missing("Preset not found")
        now = self.clock.now()
        athletes = self.athletes.of(race.name)
        rows = ",".join(preset_text(one, now, with_id=self._preset_ids) for one in athletes)
        answer = JSONAnswer(text=f'{{"data":[{rows}]}}')
        if len(answer.body) > self._largest_preset:
            return JSONAnswer({"message": "Internal server error"}, 502)
        return answer

    async def _leaders(self, request: Request) -> Response:
        race = self.world.race(request.path_params["event"])
        query = request.query_params
        limit, page = query.get("limit", "100"), query.get("page", "1")
        if race is None or not limit.isdecimal() or not page.isdecimal():
            return _missing("Event not found")
        everyone = self.standings.leaders(race.name, race.elapsed_ms(self.clock.now()))
        group = request.path_params["group"]
        line = [passage for passage in everyone if _in_group(passage, group)]
        first = (max(1, int(page)) - 1) * int(limit)
        fields = query.get("fields", "").split(",")
        rows = [
            leader_row(passage, place, fields)
            for place, passage in enumerate(line[first : first + int(limit)], first + 1)
        ]
        return _success(rows)

    async def _register(self, request: Request) -> Response:
        """Take a batch whole or not at all; what is answered is not documented (assumed)."""
        self.writes += 1
        if request.path_params["race_uuid"] != self.race_uuid:
            return _missing("Race not found")
        try:
            good = read_batch(await request.body(), self.race_uuid, self._events)
        except BadRow as error:
            return JSONAnswer({"message": f"Invalid registration: {error}"}, 400)
        for row in good:
            self.athletes.put(row.athlete_id, row.race, row.columns)
        self.rows_written += len(good)
        return _success({"registrations": len(good)})

    def _full(self, athlete: Athlete) -> dict[str, Any]:
        now = self.clock.now()
        return full_athlete(athlete, now, lambda point: self.standings.ranks(athlete, point, now))


def _in_group(passage: Passage, group: str) -> bool:
    kind, _, name = group.partition(":")
    if kind == "gender":
        return passage.athlete.gender == name
    return kind == "all" or (kind == "category" and passage.athlete.category == name)


def _uuid(bits: int) -> str:
    return str(UUID(int=bits, version=4))


def _success(data: Any) -> Response:
    return JSONAnswer(text=f'{{"result":{{"code":0,"message":""}},"data":{json_text(data)}}}')


def _missing(message: str) -> Response:
    """An unknown race and the like (status seen by clients, code and words assumed)."""
    return JSONAnswer({"result": {"code": 404, "message": message}, "data": None}, 404)


async def _not_found(_: Request, __: Exception) -> Response:
    return JSONAnswer({"message": "Not Found"}, 404)
