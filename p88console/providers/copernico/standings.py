"""Reading Copernico's standings by the cheapest way that answers.

One call a race where a preset is saved, else the athletes in full, else the leaders, who tell times
and places at the last point but no start times and no splits before it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from p88console.domain.errors import Malformed, ProviderFault, Rejected, Transient
from p88console.domain.folding import folded
from p88console.domain.model import RawRow
from p88console.providers.base import Page, ScoringTarget
from p88console.providers.copernico import people as copernico_people
from p88console.providers.copernico import results as copernico_results
from p88console.providers.copernico.wire import data_of
from p88console.providers.http import Door, not_theirs
from p88console.providers.reading import Reader, as_dict, mended
from p88console.providers.wire import Wire

TOO_BIG = (413, 500, 502, 504)
"""Statuses of an export that grew above 6 MB (that it fails is confirmed, how is assumed)."""

AT_ONCE = 100
"""Athletes asked for together; how many calls are under way is the door's business."""

log = logging.getLogger(__name__)


class Standings:
    """The three ways to one scoring event's standings."""

    def __init__(self, door: Door, bare: Door, wire: Wire, options: Mapping[str, str]) -> None:
        """`door` sends the key with its calls and `bare` does not, as the export is documented."""
        self._door, self._bare, self._wire, self._options = door, bare, wire, options
        self.missing_preset: str | None = None
        """The preset that is set and not to be had, if so."""

    async def read(self, target: ScoringTarget) -> AsyncIterator[Page]:
        """One page a race by the export, everybody else in one page."""
        race, events = target.remote_event_id, list(dict.fromkeys(_names(target)))
        left, given = list[str](), 0
        for name in events:
            page = await self._exported(race, name)
            if page is None:
                left.append(name)
            else:
                given += len(page.rows)
                yield page
        if not left:
            return
        try:
            rows = await self._in_full(race)
        except Rejected as fault:
            log.warning("no athletes of %s, its leaders are read: %s", race, fault)
            for name in left:
                rows = await self._leaders(race, name)
                yield Page(rows, {"race": name})
            return
        wanted = {folded(name) for name in left}
        rows = [row for row in rows if len(left) == len(events) or _event(row) in wanted]
        yield Page(rows, {}, total=given + len(rows))

    async def _exported(self, race: str, event: str) -> Page | None:
        """One event's export; None where none is set, saved, or small enough to be had."""
        login, preset = self._options.get("preset_login"), self._options.get("preset_name")
        if not login or not preset:
            return None
        path = self._wire.path("preset", race=race, login=login, preset=preset, event=event)
        try:
            answer = await self._bare.get(path)
            rows = copernico_results.preset_rows(answer, event)
        except ProviderFault as fault:
            absent = isinstance(fault, Rejected) and fault.call.status != TOO_BIG[0]
            if not absent and not _is_too_big(fault):
                raise
            self.missing_preset = preset if absent else None
            log.warning("the export of %s fails, its athletes are read in full: %s", event, fault)
            return None
        self.missing_preset = None
        return Page(rows, {"race": event}, answer.server_time)

    async def _in_full(self, race: str) -> list[RawRow]:
        answer = await self._door.get(self._wire.path("athletes", race=race))
        listed, rows = data_of(answer), list[RawRow]()
        if not isinstance(listed, list):
            raise not_theirs(answer.call, "no list of athletes")
        for start in range(0, len(listed), AT_ONCE):
            some = listed[start : start + AT_ONCE]
            whole = await asyncio.gather(*(self._whole(race, athlete) for athlete in some))
            rows += [row for one in whole for row in copernico_results.athlete_rows(one)]
        if listed and not rows:
            raise Rejected(answer.call, "Copernico tells no athlete of its list in full")
        return rows

    async def _whole(self, race: str, athlete: Any) -> Any:
        """A listed athlete with times; None for one who is gone by now."""
        if copernico_results.is_whole(athlete):
            return athlete
        its_id = copernico_people.bare_id(athlete)
        try:
            answer = await self._door.get(self._wire.path("athlete", race=race, athlete=its_id))
            found = data_of(answer)
        except Rejected:
            return None
        return {"id": its_id, **found} if isinstance(found, dict) and found else None

    async def _leaders(self, race: str, event: str) -> list[RawRow]:
        """Everybody who has passed a point, the first first, until a page brings nobody new."""
        answer = await self._door.get(self._wire.path("race", race=race))
        finish = copernico_results.finish_name(as_dict(data_of(answer)), event)
        path, number = self._wire.path("leaders", race=race, event=event), 1
        found: dict[str, RawRow] = {}
        while True:
            page = {"limit": self._wire["leaders_limit"], "page": str(number)}
            answer = await self._door.get(path, page)
            listed = data_of(answer)
            if not isinstance(listed, list):
                raise not_theirs(answer.call, "no list of leaders")
            rows = {_key(row): row for row in listed if isinstance(row, dict)}
            if rows.keys() <= found.keys():
                break
            found |= {key: row for key, row in rows.items() if key not in found}
            number += 1
        return [copernico_results.leader(row, event, finish) for row in found.values()]


def _names(target: ScoringTarget) -> Sequence[str]:
    return [name for _remote_id, name in target.races.values()]


def _key(row: RawRow) -> str:
    return str(row.get("id") or row.get("dorsal") or sorted(row.items(), key=str))


def _is_too_big(fault: ProviderFault) -> bool:
    """Whether an export failed in a way that a too big one does: refused, or cut off."""
    cut_off = isinstance(fault, Transient) and fault.call.status is None
    return fault.call.status in TOO_BIG or cut_off or type(fault) is Malformed


def _event(row: RawRow) -> str:
    return folded(mended(Reader(row).text("event")))
