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
from typing import Any

from p88console.domain.errors import Rejected, RowsRefused, VerbRefused
from p88console.domain.model import RawRow, ResultStatus
from p88console.domain.publication import CODED, Change, Line
from p88console.domain.times import clock_text
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
from p88console.providers.runsignup.sets import (
    SPLIT,
    Rows,
    SetsReader,
    about,
    head_of,
    time_of,
)
from p88console.providers.wire import Wire

METRES_PER_MILE = 1609.344
CLEARED = "X"
MARK = "preliminary_results"

UNKNOWN_CODES = frozenset({"1", "2", "8"})
"""Unknown method, HTTP method not supported, not implemented."""
UNKNOWN_STATUSES = frozenset({404, 405, 501})

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

WORDS = {
    ResultStatus.DNF.value: "DNF",
    ResultStatus.DNS.value: "DNS",
    ResultStatus.DQ.value: "DQ",
}


class ResultSets(SetsReader):
    """The results side of one RunSignUp account."""

    publish_traits = PublishTraits(
        batch_size=25,
        pause_s=1.0,
        hides=True,
        notifies=True,
    )

    def __init__(self, door: Door, wire: Wire) -> None:
        super().__init__(door, wire)
        self._splits: dict[str, dict[str, int]] = {}
        """By list: the ids of its splits by name."""

    async def result_lists(self, outlet: Outlet) -> Sequence[ListHead]:
        """Every set of the event; one without any answers with an error body."""
        return [head_of(raw) for raw in await self._all_sets(outlet)]

    async def new_result_list(self, outlet: Outlet, settings: ListSettings) -> str:
        """Make a set named as the race, after the timing partner as its source."""
        request = {
            **_made(outlet),
            **_flags(settings),
        }
        answer = await self._write("new_result_set", outlet, request)
        body = answer.body if isinstance(answer.body, dict) else {}
        set_id = whole(body.get("individual_result_set_id"))
        if set_id is None:
            raise not_theirs(answer.call, "no individual_result_set_id")
        return str(set_id)

    async def set_result_list(self, outlet: Outlet, list_id: str, settings: ListSettings) -> None:
        """Edit a set, its other settings sent again as they are.

        Where there is no such call, a set can still be shown or hidden.
        """
        raw = await self._set(outlet, list_id) or _made(outlet)
        kept = {name: raw[name] for name in KEPT_SETTINGS if raw.get(name) is not None}
        flags = _flags(settings)
        try:
            await self._write("edit_result_set", outlet, {**kept, **flags}, list_id)
        except Rejected as fault:
            if not _no_such_call(fault):
                raise
            same = raw.get(MARK) in (None, flags[MARK])
            if settings.notify or not same:
                raise VerbRefused(fault.call, fault.title, fault.detail) from None
            await self._switch(outlet, list_id, "show" if settings.public else "hide")

    async def _switch(self, outlet: Outlet, list_id: str, how: str) -> None:
        try:
            await self._write(f"{how}_result_set", outlet, None, list_id)
        except Rejected as fault:
            if not _no_such_call(fault):
                raise
            raise VerbRefused(fault.call, fault.title, fault.detail) from None

    async def drop_result_list(self, outlet: Outlet, list_id: str) -> None:
        """Delete a set with all its rows."""
        await self._write("delete_result_set", outlet, None, list_id)
        self._splits.pop(list_id, None)

    async def shown_results(self, outlet: Outlet, list_id: str) -> ShownList:
        """Read a set, to an empty page."""
        lines: list[Line] = []
        units: set[int] = set()
        raw = await self._set(outlet, list_id)
        async for page in self._pages(outlet, list_id):
            rows = Rows(page)
            for row, number in rows.numbered(self._wire["registration_ids"]):
                lines.append(_line(row, number, rows.splits))
                units |= _units(row, rows.splits)
        unit = min(units, default=1)
        if raw is None:
            untold = ListHead(list_id, outlet.race_name, public=False, listed=False)
            return ShownList(untold, None, lines, unit)
        return ShownList(head_of(raw), raw.get(MARK) != "T", lines, unit)

    async def _set(self, outlet: Outlet, list_id: str) -> RawRow | None:
        """One set without its rows; None where this key is told of none of that id."""
        found = (raw for raw in await self._all_sets(outlet) if head_of(raw).list_id == list_id)
        return next(found, None)

    async def name_splits(self, outlet: Outlet, list_id: str, names: Iterable[str]) -> None:
        """Add the splits that a set lacks; those it has keep their ids."""
        known = await self._split_ids(outlet, list_id)
        missing = [name for name in names if name not in known]
        if not missing:
            return
        splits = [{"split_id": number, "split_name": name} for name, number in known.items()]
        request = {"result_set_splits": [*splits, *map(_split, missing)]}
        answer = await self._write("result_set_splits", outlet, request, list_id)
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
            await self._write("full_results", outlet, {"results": rows}, list_id)
        except RowsRefused as fault:
            return {
                changes[place].line.registration_id: reason
                for place, reason in fault.rows.items()
                if place < len(changes)
            }
        return {}

    async def _split_ids(self, outlet: Outlet, list_id: str) -> dict[str, int]:
        if list_id not in self._splits:
            try:
                answer = await self._read("result_set_splits", outlet, list_id)
            except Rejected as fault:
                if not _no_such_call(fault):
                    raise
                return {}
            self._splits[list_id] = _ids(answer)
        return self._splits[list_id]

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
        path = self._wire.path(name, race=outlet.provider_event_id)
        return await self._door.post_form(path, form, about(outlet, list_id))


def _no_such_call(fault: Rejected) -> bool:
    """Whether RunSignUp knows the method at all, by its code or by the status."""
    unknown = fault.call.status in UNKNOWN_STATUSES or fault.provider_code in UNKNOWN_CODES
    return isinstance(fault, VerbRefused) or unknown


def _made(outlet: Outlet) -> dict[str, str]:
    """The settings of a set as it is made."""
    return {"individual_result_set_name": outlet.race_name, "results_source_name": outlet.source}


TIMES = ("clock_time", "chip_time")


def _line(row: RawRow, number: object, columns: Mapping[str, str]) -> Line:
    """One row as a line, its splits by the labels of their columns."""
    gun, chip = (time_of(row, key) for key in TIMES)
    finished = gun.ms is not None or chip.ms is not None
    status = ResultStatus.FINISHED if finished else ResultStatus.RUNNING
    splits = {name: time_of(row, key).ms for key, name in columns.items()}
    return Line(
        registration_id=str(number or row.get("registration_id") or ""),
        participant_id=None,
        bib=Reader(row).text("bib"),
        status=gun.status or chip.status or status.value,
        place=whole(row.get("place")) or None,
        gun_time_ms=gun.ms,
        chip_time_ms=chip.ms,
        splits={name: time for name, time in splits.items() if time is not None},
    )


def _units(row: RawRow, columns: Mapping[str, str]) -> set[int]:
    """What the last digits of a row's times are worth."""
    times = [time_of(row, key) for key in (*TIMES, *columns)]
    return {time.unit_ms for time in times if time.ms is not None}


def _flags(settings: ListSettings) -> dict[str, str]:
    return {
        "public_results": "T" if settings.public else "F",
        MARK: "F" if settings.official else "T",
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
