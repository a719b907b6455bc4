"""The registration and timer API: events, participants, and results as a timer posts them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.routing import Route

from p88console.sandbox.raceroster.auth import SignIn
from p88console.sandbox.raceroster.catalog import DEFAULT_PAGE, DRAFT, Catalog, Event
from p88console.sandbox.raceroster.participants import ParticipantWriter
from p88console.sandbox.raceroster.posting import STATUSES, PostedResults, read_rows
from p88console.sandbox.raceroster.ways import Ways
from p88console.sandbox.registering.book import Registrations
from p88console.sandbox.registering.calls import Answer, Call, Refusal, Switchboard
from p88console.sandbox.wire import JSONAnswer

RESULTS_PAGE = 100


class RegistrationApi:
    """Answers `/api/...`."""

    def __init__(
        self,
        sign_in: SignIn,
        catalog: Catalog,
        registrations: Registrations,
        writer: ParticipantWriter,
        posted: PostedResults,
        ways: Ways,
    ) -> None:
        self._sign_in = sign_in
        self._catalog = catalog
        self._registrations = registrations
        self._writer = writer
        self._posted = posted
        self._ways = ways

    def routes(self, switchboard: Switchboard) -> list[Route]:
        """The API's calls."""
        event = "/api/v1/events/{event}"
        calls: list[tuple[str, str, Answer]] = [
            ("GET", "/api/v1/events", self._events),
            ("GET", event, self._event),
            ("GET", f"{event}/participants", self._participants),
            ("GET", f"{event}/results", self._results),
            ("POST", f"{event}/results", self._post_results),
            ("PATCH", f"{event}/results/{{result}}", self._patch_result),
        ]
        token = switchboard.route("POST", "/api/oauth/authorize", self._token)
        return [
            token,
            *(
                switchboard.route(method, path, self._signed_in(answer))
                for method, path, answer in calls
            ),
        ]

    def _signed_in(self, answer: Answer) -> Callable[[Call], Response]:
        def admitted(call: Call) -> Response:
            self._sign_in.admit(call)
            return answer(call)

        return admitted

    def _token(self, call: Call) -> Response:
        form = dict(parse_qsl(call.body.decode(errors="replace")))
        status, body = self._sign_in.grant(form, call.now)
        if status != 200:
            return JSONAnswer(body, status)
        return JSONAnswer({"data": [body] if self._ways.token_data_as_list else body})

    def _events(self, call: Call) -> Response:
        page = self._catalog.listed(call)
        return JSONAnswer({"data": [self._catalog.body(event, alone=False) for event in page]})

    def _event(self, call: Call) -> Response:
        body = self._catalog.body(self._catalog.event(call.path["event"]), alone=True)
        return JSONAnswer({"data": [body] if self._ways.event_data_as_list else body})

    def _participants(self, call: Call) -> Response:
        event = self._catalog.event(call.path["event"])
        everybody = self._registrations.all() if event.races else []
        if self._ways.leavers_absent:
            everybody = [entry for entry in everybody if entry.stands]
        offset = call.whole("offset", 0)
        limit = min(self._ways.largest_page, call.whole("limit", DEFAULT_PAGE, least=1))
        rows = ",".join(self._writer.text(entry) for entry in everybody[offset : offset + limit])
        total = f'"metadata":{{"totalResults":{len(everybody)}}}'
        return JSONAnswer(text=f'{{"data":[{rows}],{total}}}')

    def _results(self, call: Call) -> Response:
        event = self._catalog.event(call.path["event"])
        race = self._results_race(event, call.query.get("resultsRaceId"))
        page = call.whole("page", 1, least=1)
        size = call.whole("perPage", RESULTS_PAGE, least=1)
        held = self._posted.of(race)[(page - 1) * size : page * size]
        return JSONAnswer({"data": [result.row() for result in held]})

    def _post_results(self, call: Call) -> Response:
        event = self._event_taking_results(call)
        content = call.content()
        race = self._results_race(event, content.get("resultsRaceId"))
        overwrite = self._ways.post_overwrites
        statuses = (*STATUSES, "DQ") if self._ways.takes_dq else STATUSES
        taken = self._posted.post(race, read_rows(content, statuses), overwrite=overwrite)
        return JSONAnswer({"data": [{"resultId": one.result_id} for one in taken]}, 201)

    def _patch_result(self, call: Call) -> Response:
        self._event_taking_results(call)
        active = call.content().get("isActive")
        if not isinstance(active, bool):
            raise Refusal(400, "The isActive field must be true or false.")
        return JSONAnswer({"data": self._posted.switch(call.path["result"], active=active).row()})

    def _event_taking_results(self, call: Call) -> Event:
        """The event, unless it is a draft (confirmed in the help centre, status assumed)."""
        event = self._catalog.event(call.path["event"])
        if event.type == DRAFT:
            raise Refusal(400, "Results cannot be created or updated while the event is a draft.")
        return event

    def _results_race(self, event: Event, given: Any) -> int:
        """The results race named, which is not a sub-event of the registration (confirmed)."""
        number = int(given) if str(given).isdecimal() else None
        if number is None or not event.races or number not in self._catalog.results_races:
            raise Refusal(400, "The resultsRaceId is invalid.")
        return number
