"""Reads what ChronoTrack tells about a race day in as few listings as answer.

`interval=ALL` brings every passage of everybody, the entries say who has none, two more listings
bring places among their sex and in their category, and the intervals' distances put splits in
order. The latter three are asked for only once there is something to rank or to order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from p88console.domain.errors import Rejected
from p88console.domain.model import RawRow
from p88console.providers.base import Page, ScoringTarget
from p88console.providers.chronotrack.pages import Listing, by, whole_listing
from p88console.providers.chronotrack.standings import (
    Day,
    is_full,
    is_through,
    number,
    runner_rows,
)
from p88console.providers.http import Door
from p88console.providers.reading import Reader
from p88console.providers.wire import Wire

ROWS_PER_PAGE = 2000
"""Standings handed on at once."""

PASSAGE = by("results_entry_id", "results_interval_name", "results_bracket_name")
RANK_COLUMNS = (
    "results_entry_id,results_bib,results_race_id,results_race_name,results_interval_name,"
    "results_interval_full,results_bracket_name,results_rank"
)


async def pages(
    door: Door,
    wire: Wire,
    target: ScoringTarget,
    races_of: Callable[[str], Awaitable[Sequence[RawRow]]],
) -> AsyncIterator[Page]:
    """Everybody's standing in the linked races, as combined rows.

    A listing that changed while it was read makes the total larger than the rows that come, so that
    nobody is taken for gone.
    """
    event = target.remote_event_id
    path = wire.path("results", event=event)
    passages = await whole_listing(door, path, "event_results", PASSAGE, {"interval": "ALL"})
    entries = await whole_listing(
        door, wire.path("entries", event=event), "event_entry", by("entry_id")
    )
    races, now = await races_of(event), entries.server_time
    finished = any(is_full(row) and is_through(row) for row in passages.rows)
    lacking = passages.lacking + entries.lacking
    day = Day(
        races=_linked(target),
        passages=passages.rows,
        entries=entries.rows,
        sex_rows=await _ranks(door, path, wire["sex_brackets"]) if finished else (),
        age_rows=await _ranks(door, path, wire["age_brackets"]) if finished else (),
        metres=await _metres(door, wire, event, passages),
        over=frozenset() if lacking or now is None else frozenset(_over(races, now)),
        whole=not lacking,
    )
    rows = runner_rows(day)
    for start in range(0, len(rows), ROWS_PER_PAGE):
        batch = rows[start : start + ROWS_PER_PAGE]
        yield Page(batch, {"row": start + len(batch)}, now, len(rows) + lacking)


def _linked(target: ScoringTarget) -> Mapping[str, str]:
    """The linked races by their id there and by their name there, each to its id."""
    return {
        name: race_id
        for race_id, race_name in target.races.values()
        for name in (race_id, race_name)
    }


async def _ranks(door: Door, path: str, brackets: str) -> Sequence[RawRow]:
    """Everybody ranked in brackets of one kind; none where the far side knows no such kind."""
    if not brackets:
        return ()
    asked = {"bracket": brackets, "columns": RANK_COLUMNS}
    try:
        return (await whole_listing(door, path, "event_results", PASSAGE, asked)).rows
    except Rejected:
        return ()


async def _metres(
    door: Door, wire: Wire, event: str, passages: Listing
) -> Mapping[tuple[str, str], float]:
    """How far along the course each interval of a race ends, where that is known."""
    if all(is_full(row) for row in passages.rows):
        return {}
    path = wire.path("intervals", event=event)
    try:
        listing = await whole_listing(door, path, "event_interval", by("interval_id"))
    except Rejected:
        return {}
    found = {}
    for row in listing.rows:
        metres = number(row.get(wire["interval_metres"]))
        if metres is not None:
            found[str(row.get("race_id")), str(row.get("interval_name"))] = metres
    return found


def _over(races: Iterable[Mapping[str, Any]], now: datetime) -> Iterable[str]:
    """Races whose end is past: the actual one, or the planned one where nobody set it."""
    for row in races:
        reader = Reader(row)
        end = reader.unix("race_actual_end_time") or reader.unix("race_planned_end_time")
        if end is not None and end <= now:
            yield reader.text("race_id") or ""
