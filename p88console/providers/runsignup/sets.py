"""Reading RunSignUp's result sets: which there are, page by page, column by label.

Confirmed: the sets under `individual_results_sets`, each with `results_headers` that label its
columns, `registration_ids` beside the rows for keys that may know them, one set's pages by its id.
Second-hand: that an event without results answers with an error body.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from p88console.domain.errors import Rejected
from p88console.domain.model import RawRow
from p88console.domain.times import Reading, from_clock
from p88console.providers.http import Answer, not_theirs
from p88console.providers.publishing import ListHead, Outlet
from p88console.providers.reading import Reader, mended
from p88console.providers.runsignup.faults import CALL_CODES
from p88console.providers.runsignup.wire import Room

SPLIT = "split-"


class SetsReader(Room):
    """Reads sets; what a hidden one holds is told to a director's key alone."""

    async def _read(
        self, name: str, outlet: Outlet, list_id: str | None = None, **query: str
    ) -> Answer:
        path = self._wire.path(name, race=outlet.provider_event_id)
        return await self._door.get(path, {**about(outlet, list_id), **query})

    async def _all_sets(self, outlet: Outlet) -> list[RawRow]:
        """Every set of the event, without rows."""
        return (await self._sets_now(outlet))[0]

    async def _sets_now(self, outlet: Outlet) -> tuple[list[RawRow], datetime | None]:
        """Every set of the event, without rows, and the provider's clock then."""
        try:
            answer = await self._read("get_result_sets", outlet, include_total_finishers="T")
        except Rejected as fault:
            if fault.provider_code in CALL_CODES or fault.call.status != 200:
                raise
            return [], None
        return sets_in(answer), answer.server_time

    async def _pages(self, outlet: Outlet, list_id: str) -> AsyncIterator[RawRow]:
        """The pages of a set, to an empty one, or one that brings no row anew."""
        page, seen = 1, set[str]()
        while True:
            shown = await self._page(outlet, list_id, page)
            keys = {str(Reader(row).text("result_id") or row) for row in shown.get("results") or []}
            if keys <= seen:
                return
            seen |= keys
            page += 1
            yield shown

    async def _page(self, outlet: Outlet, list_id: str, page: int) -> RawRow:
        """One page; behind the last an error body may come instead."""
        paging = {
            "page": str(page),
            "results_per_page": self._wire["results_per_page"],
            "supports_nb": "T",
        }
        try:
            answer = await self._read("get_results", outlet, list_id, **paging)
        except Rejected as fault:
            if fault.provider_code in CALL_CODES or fault.call.status != 200:
                raise
            return {}
        return next((raw for raw in sets_in(answer) if head_of(raw).list_id == list_id), {})


class Rows:
    """Reads the rows of one page of a set by its headers."""

    def __init__(self, page: RawRow) -> None:
        headers = page.get("results_headers")
        self._page = page
        self.labels = {
            str(key): mended(str(label)) or ""
            for key, label in (headers if isinstance(headers, dict) else {}).items()
        }
        """Labels of the columns by their keys."""
        self.splits = {
            key: label
            for key, label in self.labels.items()
            if key.startswith(SPLIT) and key.removeprefix(SPLIT).isdecimal()
        }

    def numbered(self, key: str) -> list[tuple[RawRow, object]]:
        """The rows, each beside its registration id where the key may know it."""
        rows, numbers = self._page["results"], self._page.get(key)
        known = numbers if isinstance(numbers, list) and len(numbers) == len(rows) else []
        return list(zip(rows, known or [None] * len(rows), strict=True))


def time_of(row: RawRow, key: str) -> Reading:
    """What stands for a time in a row; nothing where it cannot be read."""
    try:
        return from_clock(row.get(key))
    except ValueError:
        return Reading()


def about(outlet: Outlet, list_id: str | None) -> dict[str, str]:
    """Which event and set a call is about."""
    event = {"event_id": outlet.provider_race_id}
    return event if list_id is None else {**event, "individual_result_set_id": list_id}


def sets_in(answer: Answer) -> list[RawRow]:
    """The sets of an answer. Raises `Malformed`."""
    body = answer.body
    found = body.get("individual_results_sets") if isinstance(body, dict) else None
    if not isinstance(found, list) or not all(isinstance(raw, dict) for raw in found):
        raise not_theirs(answer.call, "no list named 'individual_results_sets' in the answer")
    return found


def head_of(raw: Mapping[str, Any]) -> ListHead:
    """A set without its rows."""
    reader = Reader(raw)
    return ListHead(
        reader.text("individual_result_set_id") or "",
        reader.text("individual_result_set_name") or "",
        raw.get("public_results") == "T",
    )
