"""Race Roster's public results site: open to everybody, read-only, apart from the API.

Confirmed by captures: its paths, the page sizes it takes, the columns of a listing and the fields
of a result; times as `mm:ss.d` or `h:mm:ss.d` beside whole seconds, and null, "" or -1 for what is
not set. One source: the splits in a result's detail. A listing shows no bib unless that column is
switched on, and is not known to show splits or places by sex, so a result is asked for alone when
its line is new or has changed. No call brings several results whole.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from p88console.domain.errors import RowFault
from p88console.domain.fingerprint import fingerprint
from p88console.domain.model import Provider, RawRow, ResultRecord, ResultStatus, Split
from p88console.domain.times import from_clock, from_seconds
from p88console.providers.base import CallLimits, Page
from p88console.providers.http import Answer, Door, not_theirs
from p88console.providers.reading import Reader, as_dict, mended, whole
from p88console.providers.wire import Form, Mark, Wire

FORMS = {
    "site_event": Form("/v2/api/events/{code}"),
    "site_results": Form("/v2/api/result-events/{event}/sub-events/{race}/results"),
    "site_detail": Form("/v2/api/events/{code}/detail/{result}"),
    "site_limit": Form("1000"),
    "site_segments": Form("segments", Mark.ONE_SOURCE),
}
LIMITS = CallLimits(concurrent=2, per_second=4.0)
"""Clients leave 200 to 500 ms between calls; no vendor figure is known."""

AT_ONCE = 20
USES = 30
"""Listings for which a result's detail holds while its line stays the same."""
STATUSES = {
    "complete": ResultStatus.FINISHED,
    "dnf": ResultStatus.DNF,
    "dns": ResultStatus.DNS,
    "dq": ResultStatus.DQ,
    "dsq": ResultStatus.DQ,
}
RACE = "raceName"
"""Added to a row: the race that its listing was of."""
LISTED = "listedAs"
"""Added to a row: the fingerprint of its line in the listing; while that stays, the rest does."""

_CODE = re.compile(r"/events?/(?:\d+/)?([0-9a-z]{8,})", re.IGNORECASE)


def code_in(url: str | None) -> str | None:
    """The event's unique code in the address of its results; None where there is none."""
    if not url:
        return None
    found = _CODE.search(url)
    return found[1] if found else url.rstrip("/").rpartition("/")[2] or None


@dataclass(slots=True)
class _Known:
    """What the site last said of a result, with the fingerprint of its line in the listing."""

    line: str
    detail: RawRow
    uses: int
    """How often it served; a listing may lack the very column that changed."""


@dataclass(frozen=True, slots=True)
class SiteRace:
    """One race of an event as the site numbers it."""

    id: str
    event_id: str
    name: str
    public: bool
    has_results: bool


class ResultsSite:
    """The results site, and what it last said of each result."""

    def __init__(self, base_url: str, wire: Wire, limits: CallLimits = LIMITS) -> None:
        self._wire = wire
        agent = {"User-Agent": "Mozilla/5.0 (compatible; p88console)"}
        self._door = Door(Provider.RACEROSTER, base_url, limits, headers=agent)
        self._known: dict[str, _Known] = {}

    async def close(self) -> None:
        """Let go of connections."""
        await self._door.close()

    async def pages(self, code: str) -> AsyncIterator[Page]:
        """Page through the results of every race of the event that has any."""
        for race in await self.races(code):
            if race.has_results:
                async for page in self.race_pages(code, race):
                    yield page

    async def races(self, code: str) -> list[SiteRace]:
        """Every race of the event, those without results too."""
        answer = await self._door.get(self._wire.path("site_event", code=code))
        event = as_dict(_data(answer).get("event"))
        races = event.get("subEvents")
        if not isinstance(races, list):
            raise not_theirs(answer.call, "no sub-events in the answer")
        found = []
        for race in races:
            reader = Reader(as_dict(race))
            race_id = reader.text("resultSubEventId") or reader.text("id")
            event_id = reader.text("resultEventId") or Reader(event).text("resultEventId")
            if race_id is not None and event_id is not None:
                name = reader.text("name") or race_id
                public = reader.row.get("isPublic") is not False
                has_results = reader.row.get("hasResults") is not False
                found.append(SiteRace(race_id, event_id, name, public, has_results))
        return found

    async def race_pages(
        self, code: str, race: SiteRace, *, detailed: bool = True
    ) -> AsyncIterator[Page]:
        """Page through the results of one race.

        Args:
            code: The event's code.
            race: One of its races.
            detailed: Ask for each result by itself; else only where its line has no bib or times.
        """
        path = self._wire.path("site_results", event=race.event_id, race=race.id)
        start, seen = 0, set[str]()
        while True:
            query = {"start": str(start), "limit": self._wire["site_limit"]}
            answer = await self._door.get(path, query)
            rows = _rows(answer)
            ids = {str(row.get("id")) for row in rows}
            if ids <= seen:
                return
            seen |= ids
            start += len(rows)
            whole_rows = await self._in_full(code, rows, detailed=detailed)
            yield Page(
                [{**row, RACE: race.name} for row in whole_rows],
                {"race": race.id, "start": start},
                answer.server_time,
                whole(as_dict(answer.body.get("meta")).get("totalResults")),
            )

    async def _in_full(self, code: str, rows: Sequence[RawRow], *, detailed: bool) -> list[RawRow]:
        found: list[RawRow] = []
        for begin in range(0, len(rows), AT_ONCE):
            some = rows[begin : begin + AT_ONCE]
            found += await asyncio.gather(
                *(
                    _as_listed(row) if not detailed and _says_all(row) else self.one(code, row)
                    for row in some
                )
            )
        return found

    async def one(self, code: str, row: RawRow) -> RawRow:
        """A line with everything else the site knows of the result."""
        key, line = str(row.get("id")), fingerprint(row)
        known = self._known.get(key)
        if known is None or known.line != line or known.uses >= USES:
            path = self._wire.path("site_detail", code=code, result=key)
            data = _data(await self._door.get(path))
            segments = data.get("segmentResults")
            detail = {**as_dict(data.get("result"))}
            if isinstance(segments, list) and not detail.get(self._wire["site_segments"]):
                detail[self._wire["site_segments"]] = segments
            # not all at once: whoever is known first is asked for again first
            uses = len(self._known) % USES if known is None else 0
            known = self._known[key] = _Known(line, detail, uses)
        known.uses += 1
        return {**row, **known.detail, "id": key, LISTED: line}

    def recall(self, rows: Iterable[RawRow]) -> None:
        """Take results as known that were read before, each as long as its line stays the same."""
        for row in rows:
            line = row.get(LISTED)
            if isinstance(line, str):
                detail = {name: value for name, value in row.items() if name != LISTED}
                known = _Known(line, detail, len(self._known) % USES)
                self._known.setdefault(str(row.get("id")), known)

    def forget(self, row: RawRow) -> None:
        """Ask for this result again, whatever its line says."""
        self._known.pop(str(row.get("id")), None)


async def _as_listed(row: RawRow) -> RawRow:
    return row


def _says_all(row: RawRow) -> bool:
    """Whether a line of the listing has its bib and both times."""
    return all(Reader(row).text(name) for name in ("bib", "gunTime", "chipTime"))


def result(raw: RawRow) -> ResultRecord:
    """Translate one result; its race goes by name, for the site numbers races in its own way."""
    reader = Reader(raw)
    bib, race = reader.text("bib"), reader.text(RACE)
    first, last = mended(reader.text("firstName")), mended(reader.text("lastName"))
    if race is None or not (bib or first or last or reader.text("name")):
        raise RowFault("bib", "a result that names nobody")
    word = (reader.text("raceStatus") or "COMPLETE").casefold()
    status = str(STATUSES.get(word, word))
    finished = status == ResultStatus.FINISHED
    gun, chip = _time(raw, "gunTime"), _time(raw, "chipTime")
    return ResultRecord(
        remote_id=reader.text("id") or reader.text("resultId"),
        remote_race_id=race,
        bib=bib,
        first_name=first or mended(reader.text("name")),
        last_name=last,
        status=status,
        gun_time_ms=gun if finished else None,
        chip_time_ms=chip if finished else None,
        place=_place(raw.get("overallPlace")) if finished else None,
        gender_place=_place(raw.get("genderPlace")) if finished else None,
        category=reader.text("division"),
        category_place=_place(raw.get("divisionPlace")) if finished else None,
        splits=_splits(raw),
        raw={key: value for key, value in raw.items() if key != RACE},
    )


def _time(raw: Mapping[str, Any], name: str) -> int | None:
    """A time by its text, which has tenths; by its whole seconds where the text cannot be read."""
    try:
        read = from_clock(raw.get(name)).ms
    except ValueError:
        read = None
    return read if read is not None else from_seconds(raw.get(f"{name}Sec"))


def _place(value: Any) -> int | None:
    """A place from 12, "12" or "12 / 46"; None for "", -1 and 0."""
    place = whole(str(value or "").partition("/")[0].strip())
    return place if place and place > 0 else None


def _splits(raw: Mapping[str, Any]) -> tuple[Split, ...]:
    listed = raw.get("segments")
    splits = []
    for row in listed if isinstance(listed, list) else []:
        reader = Reader(as_dict(row))
        name, time = reader.text("label") or reader.text("name"), _time(reader.row, "time")
        if name and time is not None:
            splits.append(Split(name, time))
    return tuple(splits)


def _data(answer: Answer) -> dict[str, Any]:
    data = answer.body.get("data") if isinstance(answer.body, dict) else None
    if not isinstance(data, dict):
        raise not_theirs(answer.call, "nothing under 'data'")
    return data


def _rows(answer: Answer) -> list[RawRow]:
    rows = answer.body.get("data") if isinstance(answer.body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise not_theirs(answer.call, "no list of rows under 'data'")
    return rows
