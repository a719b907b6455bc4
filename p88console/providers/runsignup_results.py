"""RunSignUp's result sets: made hidden, filled, shown, read back.

Confirmed in vendor documentation and samples: the calls' names, `new-result-set` with its settings,
that an edit puts whatever it leaves out back to its default, splits before finishes for the same
registration id, `X` to clear a split, DQ/DNS/DNF in place of a time, `registration_ids` beside the
rows. Inferred: that a director's key reads hidden sets, that a null place empties it, the JSON of
success. What arrived is therefore always read back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from p88console.domain.errors import Rejected, RowsRefused
from p88console.domain.model import RawRow, ResultStatus
from p88console.domain.publication import CODED, Change, Line
from p88console.domain.times import Reading, clock_text, from_clock
from p88console.providers.distances import metres
from p88console.providers.http import Answer, Door, not_theirs
from p88console.providers.publishing import (
    ListHead,
    ListSettings,
    Outlet,
    PublishTraits,
    ShownList,
)
from p88console.providers.reading import Reader, whole

RESULTS_PER_PAGE = 1000
METRES_PER_MILE = 1609.344
CLEARED = "X"
SPLIT = "split-"

KEPT_SETTINGS = (
    "individual_result_set_name",
    "results_source_name",
    "results_source_url",
    "pace_type",
    "team_column_display_type",
    "alt_event_ids",
    "sort_order",
)
"""What an edit has to send again, because it would return to its default."""

CALL_CODES: Final = frozenset({"1", "2", "3", "201", "301"})
"""Codes about the call itself; any other in place of results means that there are none."""

WORDS = {
    ResultStatus.DNF.value: "DNF",
    ResultStatus.DNS.value: "DNS",
    ResultStatus.DQ.value: "DQ",
}


class ResultSets:
    """The results side of one RunSignUp account."""

    publish_traits = PublishTraits(
        batch_size=25,
        pause_s=1.0,
        fresh_lists=True,
        hides=True,
        notifies=True,
        unofficial=True,
    )

    def __init__(self, door: Door) -> None:
        self._door = door
        self._splits: dict[str, dict[str, int]] = {}
        """By list: the ids of its splits by name."""

    async def result_lists(self, outlet: Outlet) -> Sequence[ListHead]:
        """Every set of the event; one without any answers with an error body."""
        try:
            answer = await self._read("get-result-sets", outlet)
        except Rejected as fault:
            if fault.provider_code in CALL_CODES:
                raise
            return []
        return [_head(raw) for raw in _sets(answer)]

    async def new_result_list(self, outlet: Outlet, settings: ListSettings) -> str:
        """Make a set named as the race, after the timing partner as its source."""
        request = {
            "individual_result_set_name": outlet.race_name,
            "results_source_name": outlet.source,
            **_flags(settings),
        }
        answer = await self._write("new-result-set", outlet, request)
        body = answer.body if isinstance(answer.body, dict) else {}
        set_id = whole(body.get("individual_result_set_id"))
        if set_id is None:
            raise not_theirs(answer.call, "no individual_result_set_id")
        return str(set_id)

    async def set_result_list(self, outlet: Outlet, list_id: str, settings: ListSettings) -> None:
        """Edit a set, its other settings sent again as they are."""
        raw = await self._set(outlet, list_id)
        kept = {name: raw[name] for name in KEPT_SETTINGS if raw.get(name) is not None}
        await self._write("edit-result-set", outlet, {**kept, **_flags(settings)}, list_id)

    async def drop_result_list(self, outlet: Outlet, list_id: str) -> None:
        """Delete a set with all its rows."""
        await self._write("delete-result-set", outlet, None, list_id)
        self._splits.pop(list_id, None)

    async def shown_results(self, outlet: Outlet, list_id: str) -> ShownList:
        """Read a set, to an empty page."""
        lines: list[Line] = []
        units: set[int] = set()
        page, head = 1, await self._set(outlet, list_id)
        while rows := await self._page(outlet, list_id, page):
            read = _Rows(rows)
            lines += [read.line(row, number) for row, number in read.numbered()]
            units |= read.units
            page += 1
        official = head.get("preliminary_results") != "T"
        return ShownList(_head(head), official, lines, min(units, default=1))

    async def _set(self, outlet: Outlet, list_id: str) -> RawRow:
        answer = await self._read("get-result-sets", outlet)
        found = [raw for raw in _sets(answer) if _head(raw).list_id == list_id]
        if not found:
            raise Rejected(answer.call, f"RunSignUp has no result set {list_id}", str(answer.call))
        return found[0]

    async def _page(self, outlet: Outlet, list_id: str, page: int) -> RawRow | None:
        """One page of a set that has rows; behind the last an error body may come instead."""
        paging = {"page": str(page), "results_per_page": str(RESULTS_PER_PAGE), "supports_nb": "T"}
        try:
            answer = await self._read("get-results", outlet, list_id, **paging)
        except Rejected as fault:
            if fault.provider_code in CALL_CODES:
                raise
            return None
        shown = [raw for raw in _sets(answer) if _head(raw).list_id == list_id]
        return shown[0] if shown and shown[0].get("results") else None

    async def name_splits(self, outlet: Outlet, list_id: str, names: Iterable[str]) -> None:
        """Add the splits that a set lacks; those it has keep their ids."""
        known = await self._split_ids(outlet, list_id)
        missing = [name for name in names if name not in known]
        if not missing:
            return
        splits = [{"split_id": number, "split_name": name} for name, number in known.items()]
        request = {"result_set_splits": [*splits, *map(_split, missing)]}
        answer = await self._write("result-set-splits", outlet, request, list_id)
        self._splits[list_id] = _ids(answer)

    async def write_splits(
        self, outlet: Outlet, list_id: str, changes: Sequence[Change]
    ) -> Mapping[str, str]:
        """Write splits of these lines, `X` where one went."""
        ids = await self._split_ids(outlet, list_id)

        def row(change: Change) -> dict[str, Any]:
            return {
                f"{SPLIT}{ids[name]}": CLEARED if time is None else clock_text(time)
                for name, time in change.splits.items()
                if name in ids
            }

        return await self._send(outlet, list_id, changes, row)

    async def write_finishes(
        self, outlet: Outlet, list_id: str, changes: Sequence[Change]
    ) -> Mapping[str, str]:
        """Write finishes of these lines; whoever has none yet is left as they are."""
        return await self._send(outlet, list_id, changes, lambda change: _finish(change.line))

    async def _send(
        self,
        outlet: Outlet,
        list_id: str,
        changes: Sequence[Change],
        row: Callable[[Change], dict[str, Any]],
    ) -> dict[str, str]:
        rows = [
            {"registration_id": whole(change.line.registration_id), **row(change)}
            for change in changes
        ]
        try:
            await self._write("full-results", outlet, {"results": rows}, list_id)
        except RowsRefused as fault:
            return {
                changes[place].line.registration_id: reason
                for place, reason in fault.rows.items()
                if place < len(changes)
            }
        return {}

    async def _split_ids(self, outlet: Outlet, list_id: str) -> dict[str, int]:
        if list_id not in self._splits:
            self._splits[list_id] = _ids(await self._read("result-set-splits", outlet, list_id))
        return self._splits[list_id]

    async def _read(
        self, name: str, outlet: Outlet, list_id: str | None = None, **query: str
    ) -> Answer:
        return await self._door.get(_path(name, outlet), {**_about(outlet, list_id), **query})

    async def _write(
        self,
        name: str,
        outlet: Outlet,
        request: Mapping[str, Any] | None,
        list_id: str | None = None,
    ) -> Answer:
        form = {"request_format": "json"}
        if request is not None:
            form["request"] = json.dumps(request)
        return await self._door.post_form(_path(name, outlet), form, _about(outlet, list_id))


class _Rows:
    """Reads the rows of one page of a set by its headers."""

    def __init__(self, page: RawRow) -> None:
        headers = page.get("results_headers")
        self._page = page
        self._splits = {
            key: str(label)
            for key, label in (headers if isinstance(headers, dict) else {}).items()
            if key.startswith(SPLIT) and key.removeprefix(SPLIT).isdecimal()
        }
        self.units: set[int] = set()

    def numbered(self) -> list[tuple[RawRow, object]]:
        """The rows, each beside its registration id where the key may know it."""
        rows, numbers = self._page["results"], self._page.get("registration_ids")
        known = numbers if isinstance(numbers, list) and len(numbers) == len(rows) else []
        return list(zip(rows, known or [None] * len(rows), strict=True))

    def line(self, row: RawRow, number: object) -> Line:
        """One row as a line."""
        gun, chip = self._time(row, "clock_time"), self._time(row, "chip_time")
        word = gun.status or chip.status
        finished = gun.ms is not None or chip.ms is not None
        status = ResultStatus.FINISHED if finished else ResultStatus.RUNNING
        splits = {name: self._time(row, key).ms for key, name in self._splits.items()}
        return Line(
            registration_id=str(number) if number else "",
            participant_id=None,
            bib=Reader(row).text("bib"),
            status=word or status.value,
            place=whole(row.get("place")) or None,
            gun_time_ms=gun.ms,
            chip_time_ms=chip.ms,
            splits={name: time for name, time in splits.items() if time is not None},
        )

    def _time(self, row: RawRow, key: str) -> Reading:
        try:
            read = from_clock(row.get(key))
        except ValueError:
            return Reading()
        if read.ms is not None:
            self.units.add(read.unit_ms)
        return read


def _path(name: str, outlet: Outlet) -> str:
    return f"/rest/race/{outlet.provider_event_id}/results/{name}"


def _about(outlet: Outlet, list_id: str | None) -> dict[str, str]:
    about = {"event_id": outlet.provider_race_id}
    return about if list_id is None else {**about, "individual_result_set_id": list_id}


def _sets(answer: Answer) -> list[RawRow]:
    body = answer.body
    found = body.get("individual_results_sets") if isinstance(body, dict) else None
    if not isinstance(found, list) or not all(isinstance(raw, dict) for raw in found):
        raise not_theirs(answer.call, "no list named 'individual_results_sets' in the answer")
    return found


def _head(raw: RawRow) -> ListHead:
    reader = Reader(raw)
    return ListHead(
        reader.text("individual_result_set_id") or "",
        reader.text("individual_result_set_name") or "",
        raw.get("public_results") == "T",
    )


def _flags(settings: ListSettings) -> dict[str, str]:
    return {
        "public_results": "T" if settings.public else "F",
        "preliminary_results": "F" if settings.official else "T",
        "disable_notifications": "F" if settings.notify else "T",
    }


def _split(name: str) -> dict[str, Any]:
    split: dict[str, Any] = {"split_name": name}
    length = metres(name)
    if length is not None:
        miles = round(length / METRES_PER_MILE, 3)
        split |= {"split_distance": miles, "split_distance_units": "M"}
    return split


def _ids(answer: Answer) -> dict[str, int]:
    body = answer.body
    found = body.get("result_set_splits") if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise not_theirs(answer.call, "no list named 'result_set_splits' in the answer")
    ids = ((str(raw.get("split_name")), whole(raw.get("split_id"))) for raw in found)
    return {name: number for name, number in ids if number is not None}


def _finish(line: Line) -> dict[str, Any]:
    if line.status in CODED:
        word = WORDS[line.status]
        return {"place": None, "clock_time": word, "chip_time": word}
    times = {"clock_time": line.gun_time_ms, "chip_time": line.chip_time_ms}
    row = {name: clock_text(time) for name, time in times.items() if time is not None}
    return row if line.place is None else {"place": line.place, **row}
