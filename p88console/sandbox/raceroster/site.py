"""The public results site: anyone may read it."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from p88console.sandbox.raceroster import site_rows
from p88console.sandbox.raceroster.catalog import Catalog
from p88console.sandbox.raceroster.standings import Result, Standings
from p88console.sandbox.raceroster.ways import Ways
from p88console.sandbox.registering.calls import Call, Refusal, Switchboard
from p88console.sandbox.wire import JSONAnswer

PAGE_SIZES = ("50", "100", "250", "500", "1000")
"""Any other limit is refused, and so are `page` and `offset` (measured by a client)."""

MOST_FOUND = 25


class ResultsSite:
    """Answers `/v2/api/...`."""

    def __init__(self, catalog: Catalog, standings: Standings, ways: Ways) -> None:
        self._catalog = catalog
        self._standings = standings
        self._ways = ways

    def routes(self, switchboard: Switchboard) -> list[Route]:
        """The site's calls."""
        event, sub_event = "/v2/api/events/{code}", "sub-events/{sub_event:int}"
        results = f"/v2/api/result-events/{{result_event:int}}/{sub_event}/results"
        calls = [
            (event, self._event),
            (f"{event}/{sub_event}", self._sub_event),
            (f"{event}/detail/{{key}}", self._detail),
            (f"{event}/participant-search", self._search),
            (results, self._results),
            ("/v2/api/results/{key}", self._result),
        ]
        return [switchboard.route("GET", path, answer) for path, answer in calls]

    def _event(self, call: Call) -> Response:
        self._check_code(call)
        catalog = self._catalog
        sub_events = [
            site_rows.sub_event(catalog, number, self._standings.results(number, call.now))
            for number in catalog.results_races
        ]
        event = {
            "resultEventId": catalog.result_event_id,
            "uniqueCode": catalog.unique_code,
            "name": catalog.event(str(catalog.event_id)).name,
            "subEvents": sub_events,
        }
        return JSONAnswer({"data": {"id": catalog.unique_code, "event": event}})

    def _sub_event(self, call: Call) -> Response:
        self._check_code(call)
        number = self._number(call)
        results = self._standings.results(number, call.now)
        names = (
            *("id", "resultEventId", "eventUniqueCode", "name", "distanceLabel", "distance"),
            *("distanceUnit", "distanceMeters", "resultCount"),
        )
        item = site_rows.sub_event(self._catalog, number, results)
        shown = {name: item[name] for name in names}
        listing = {"columns": site_rows.columns(self._ways), "filters": site_rows.filters()}
        return JSONAnswer({"data": {**shown, **listing}})

    def _results(self, call: Call) -> Response:
        if int(call.path["result_event"]) != self._catalog.result_event_id:
            raise Refusal(404, "Not Found")
        number = self._number(call)
        limit = call.query.get("limit", PAGE_SIZES[0])
        if limit not in PAGE_SIZES or "page" in call.query or "offset" in call.query:
            raise Refusal(400, "Bad Request")
        start = call.whole("start", 0)
        everything = self._standings.results(number, call.now)
        search = call.query.get("filter_search", "").lower()
        kept = [one for one in everything if search in f"{one.name} {one.bib}".lower()]
        page = kept[start : start + int(limit)]
        columns = site_rows.columns(self._ways)
        meta = {
            "filteredResults": len(kept),
            "totalResults": len(everything),
            "flattenedColumns": columns,
            "listingColumns": columns,
            "filterColumns": site_rows.filters(),
        }
        rows = [site_rows.list_row(result, self._ways) for result in page]
        return JSONAnswer({"_id": number, "data": rows, "meta": meta})

    def _detail(self, call: Call) -> Response:
        self._check_code(call)
        return JSONAnswer({"data": site_rows.detail(self._found(call), self._catalog)})

    def _result(self, call: Call) -> Response:
        return JSONAnswer({"data": site_rows.flat(self._found(call), self._catalog)})

    def _search(self, call: Call) -> Response:
        self._check_code(call)
        phrase = call.query.get("phrase", "").strip().lower()
        exact, other = [], []
        for number in self._catalog.results_races:
            for one in self._standings.results(number, call.now):
                if phrase in (one.bib.lower(), one.name.lower()):
                    exact.append(site_rows.found_row(one, 2000.0, exact=True))
                elif phrase and phrase in one.name.lower():
                    other.append(site_rows.found_row(one, 1000.0, exact=False))
        return JSONAnswer({"data": {"exact": exact[:MOST_FOUND], "other": other[:MOST_FOUND]}})

    def _found(self, call: Call) -> Result:
        result = self._standings.find(call.path["key"], call.now)
        if result is None:
            raise Refusal(404, "Not Found")
        return result

    def _number(self, call: Call) -> int:
        number = int(call.path["sub_event"])
        if number not in self._catalog.results_races:
            raise Refusal(404, "Not Found")
        return number

    def _check_code(self, call: Call) -> None:
        if call.path["code"] != self._catalog.unique_code:
            raise Refusal(404, "Not Found")
