"""Results to Race Roster: posted to a results race, read back on the public results site.

Confirmed: that timers' accounts may create and switch results off, that a results race must exist
and is no sub-event of the registration, that a draft takes none, and everything that is read on the
site. Assumed: every path, word and field of the posting, which is why all of them stand in `FORMS`
and why nothing counts as published before the site shows it. Where a corrected result is set beside
the old one instead of in its place, the old one is switched off.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from p88console.domain.errors import NotOffered, Rejected, RowFault
from p88console.domain.folding import folded
from p88console.domain.model import Gender, Provider, RawRow
from p88console.domain.publication import CODED, Change, Line, Medium
from p88console.domain.times import clock_text, from_clock
from p88console.providers.http import Door
from p88console.providers.publishing import (
    ListHead,
    ListSettings,
    Outlet,
    PublishTraits,
    ShownList,
)
from p88console.providers.raceroster import results as raceroster_results
from p88console.providers.raceroster.results import ResultsSite
from p88console.providers.reading import Reader, whole
from p88console.providers.wire import Form, Mark, Wire

FORMS = {
    "post_results": Form("/api/v1/events/{event}/results", Mark.ASSUMED),
    "switch_result": Form("/api/v1/events/{event}/results/{result}", Mark.ASSUMED),
    "results_race": Form("resultsRaceId", Mark.ASSUMED),
    "results_rows": Form("results", Mark.ASSUMED),
    "result_id": Form("resultId", Mark.ASSUMED),
    "result_active": Form("isActive", Mark.ASSUMED),
    "result_bib": Form("bib", Mark.ASSUMED),
    "result_first_name": Form("firstName", Mark.ASSUMED),
    "result_last_name": Form("lastName", Mark.ASSUMED),
    "result_gender": Form("gender", Mark.ASSUMED),
    "result_age": Form("age", Mark.ASSUMED),
    "result_gun_time": Form("gunTime", Mark.ASSUMED),
    "result_chip_time": Form("chipTime", Mark.ASSUMED),
    "result_place": Form("overallPlace", Mark.ASSUMED),
    "result_gender_place": Form("genderPlace", Mark.ASSUMED),
    "result_category": Form("division", Mark.ASSUMED),
    "result_category_place": Form("divisionPlace", Mark.ASSUMED),
    "result_status": Form("raceStatus", Mark.ASSUMED),
    "status_finished": Form("COMPLETE"),
    "status_dnf": Form("DNF"),
    "status_dns": Form("DNS"),
    "status_dq": Form("DQ", Mark.ASSUMED),
    "results_races": Form("", Mark.ASSUMED),
    "results_codes": Form("", Mark.ASSUMED),
}
"""The last two name what cannot be found by itself: `SUBEVENT=RACE`, `EVENT=CODE`, by commas."""

GENDERS = {Gender.MALE.value: 1, Gender.FEMALE.value: 2, Gender.NONBINARY.value: 9}
TENTHS, TENTHS_MS = 1, 100
TWICE = "shown twice"


class _Corrects(Enum):
    """What becomes of the old result when a corrected one is posted."""

    BY_POSTING = auto()
    """The new one takes its place."""
    BY_SWITCHING = auto()
    """It stays, and can be switched off."""
    NOT = auto()
    """It stays, whatever is done."""


class ResultsDesk:
    """The posting side of one Race Roster account."""

    publish_traits = PublishTraits(
        batch_size=100,
        pause_s=0.0,
        hides=False,
        notifies=False,
        lines_merge=False,
        medium=Medium(splits=False, runners=True, by_bib=True, unofficial=False, fresh_lists=False),
    )

    def __init__(
        self,
        door: Door,
        wire: Wire,
        site: ResultsSite,
        code_of: Callable[[str], Awaitable[str | None]],
    ) -> None:
        """Make ready; `code_of` finds an event's code on the results site."""
        self._door, self._wire, self._site, self._code_of_event = door, wire, site, code_of
        self._shown: dict[str, dict[str, list[RawRow]]] = {}
        """By results race: the rows that the site shows, by bib."""
        self._corrects: _Corrects | None = None
        """Learned anew after each reading: rows of another timer may go by themselves."""
        self._posted: dict[str | None, Line] = {}
        """What was posted since the last reading, by bib: a batch may come again in halves."""

    async def result_lists(self, outlet: Outlet) -> Sequence[ListHead]:
        """The results race of this race, by setting, else by its name; none where there is none."""
        races = await self._site.races(await self._code(outlet))
        wanted = pairs(self._wire["results_races"]).get(outlet.provider_race_id)
        found = [
            race
            for race in races
            if wanted in (race.id, None)
            and (wanted or folded(race.name) == folded(outlet.race_name))
        ]
        return [ListHead(race.id, race.name, race.public) for race in found[:1]]

    async def new_result_list(self, outlet: Outlet, settings: ListSettings) -> str:
        """Never: a results race is made on Race Roster's own pages. Raises `NotOffered`."""
        del settings
        raise NotOffered(
            Provider.RACEROSTER,
            f"making the results race {outlet.race_name!r}",
            "make it there, named as the race here, or name it by the wire form results_races",
        )

    async def set_result_list(self, outlet: Outlet, list_id: str, settings: ListSettings) -> None:
        """Never: whether a results race is public is set on Race Roster's own pages.

        Raises `NotOffered`.
        """
        del outlet, list_id, settings
        raise NotOffered(
            Provider.RACEROSTER,
            "showing a results race that is not public",
            "the results are in; make the results race public there",
        )

    async def drop_result_list(self, outlet: Outlet, list_id: str) -> None:
        """Never, as making one. Raises `NotOffered`."""
        del outlet, list_id
        raise NotOffered(Provider.RACEROSTER, "deleting a results race")

    async def shown_results(self, outlet: Outlet, list_id: str) -> ShownList:
        """Read what the public sees; a bib with more than one row is told as such."""
        self._corrects = None
        self._posted.clear()
        return await self._look(outlet, list_id)

    async def _look(self, outlet: Outlet, list_id: str) -> ShownList:
        code = await self._code(outlet)
        race = next((one for one in await self._site.races(code) if one.id == list_id), None)
        if race is None:
            gone = ListHead(list_id, outlet.race_name, public=False)
            return ShownList(gone, None, [], TENTHS_MS)
        rows: dict[str, list[RawRow]] = {}
        async for page in self._site.race_pages(code, race, detailed=False):
            for row in page.rows:
                rows.setdefault(Reader(row).text("bib") or "", []).append(row)
        self._shown[list_id] = rows
        lines = [line for bib, some in rows.items() for line in _lines(bib, some)]
        units = [unit for some in rows.values() for row in some for unit in _units(row)]
        head = ListHead(list_id, race.name, race.public)
        return ShownList(head, None, lines, min(units, default=TENTHS_MS))

    async def name_splits(self, outlet: Outlet, list_id: str, names: Iterable[str]) -> None:
        """Nothing: no form of a split is known, so that no line carries any."""
        del outlet, list_id, names

    async def write_splits(
        self, outlet: Outlet, list_id: str, changes: Sequence[Change]
    ) -> Mapping[str, str]:
        """Nothing, as `name_splits`."""
        del outlet, list_id, changes
        return {}

    async def write_finishes(
        self, outlet: Outlet, list_id: str, changes: Sequence[Change]
    ) -> Mapping[str, str]:
        """Post results; one that corrects another is tried alone first, until the way is known."""
        shown = self._shown.get(list_id, {})
        changes = [one for one in changes if self._posted.get(one.line.bib) != one.line]
        new = [one for one in changes if not shown.get(one.line.bib or "")]
        corrected = [one for one in changes if one not in new]
        if new:
            await self._post(outlet, list_id, new)
        if corrected and self._corrects is None:
            self._corrects = await self._tried(outlet, list_id, corrected.pop(0))
        if self._corrects is _Corrects.NOT:
            why = "Race Roster sets a corrected result beside the old one: correct it there"
            return {one.line.registration_id: why for one in corrected}
        if corrected:
            await self._replace(outlet, list_id, corrected)
        return {}

    async def take_back(self, outlet: Outlet, list_id: str, lines: Sequence[Line]) -> None:
        """Switch off every row of these lines."""
        for line in lines:
            for row in self._shown.get(list_id, {}).get(line.bib or "", []):
                await self._switch_off(outlet, await self._shown_id(outlet, row))

    async def _tried(self, outlet: Outlet, list_id: str, change: Change) -> _Corrects:
        """How a result is corrected, learned from the first one, which is corrected by it."""
        if await self._replace(outlet, list_id, [change]):
            return _Corrects.BY_SWITCHING
        await self._look(outlet, list_id)
        twice = len(self._shown[list_id].get(change.line.bib or "", [])) > 1
        return _Corrects.NOT if twice else _Corrects.BY_POSTING

    async def _replace(self, outlet: Outlet, list_id: str, changes: Sequence[Change]) -> bool:
        """Post anew, then switch off the rows that stand beside; says whether each one was."""
        shown = self._shown[list_id]
        ids = await self._post(outlet, list_id, changes)
        if self._corrects is _Corrects.BY_POSTING:
            return True
        switched = []
        for change, its_id in zip(changes, ids, strict=True):
            for row in shown.get(change.line.bib or "", []):
                old = await self._shown_id(outlet, row)
                switched.append(old != its_id and await self._switch_off(outlet, old))
        return all(switched)

    async def _post(
        self, outlet: Outlet, list_id: str, changes: Sequence[Change]
    ) -> list[str | None]:
        """Post these results; returns their ids as far as the answer tells them."""
        body = {
            self._wire["results_race"]: whole(list_id) or list_id,
            self._wire["results_rows"]: [self._row(change.line) for change in changes],
        }
        path = self._wire.path("post_results", event=outlet.provider_event_id)
        answer = await self._door.post_json(path, body)
        self._posted |= {change.line.bib: change.line for change in changes}
        shown = self._shown.get(list_id, {})
        for change in changes:
            for row in shown.get(change.line.bib or "", []):
                self._site.forget(row)
        data = answer.body.get("data") if isinstance(answer.body, dict) else None
        told = data if isinstance(data, list) else []
        ids = [self._id_of(one) if isinstance(one, dict) else None for one in told]
        return ids if len(ids) == len(changes) else [None] * len(changes)

    async def _switch_off(self, outlet: Outlet, result_id: str | None) -> bool:
        """Show a result no longer; False where Race Roster has no such call or result."""
        if result_id is None:
            return False
        path = self._wire.path("switch_result", event=outlet.provider_event_id, result=result_id)
        try:
            await self._door.send_json("PATCH", path, {self._wire["result_active"]: False})
        except Rejected:
            return False
        return True

    async def _shown_id(self, outlet: Outlet, row: RawRow) -> str | None:
        """The id of a row of the site, which its listing keeps to itself."""
        known = self._id_of(row)
        return known or self._id_of(await self._site.one(await self._code(outlet), row))

    def _id_of(self, row: Mapping[str, Any]) -> str | None:
        return Reader(row).text(self._wire["result_id"])

    def _row(self, line: Line) -> dict[str, Any]:
        who, coded = line.runner, line.status in CODED
        times = {"gun_time": line.gun_time_ms, "chip_time": line.chip_time_ms}
        values: dict[str, Any] = {
            "bib": line.bib,
            "first_name": who.get("first_name"),
            "last_name": who.get("last_name"),
            "gender": GENDERS.get(str(who.get("gender"))),
            "age": who.get("age"),
            **{
                name: None if coded or time is None else clock_text(time, TENTHS)
                for name, time in times.items()
            },
            "place": line.place,
            "gender_place": who.get("gender_place"),
            "category": who.get("category"),
            "category_place": who.get("category_place"),
            "status": self._wire[f"status_{line.status}"],
        }
        return {self._wire[f"result_{name}"]: value for name, value in values.items()}

    async def _code(self, outlet: Outlet) -> str:
        code = await self._code_of_event(outlet.provider_event_id)
        if code is None:
            raise NotOffered(
                Provider.RACEROSTER,
                "reading back an event without a results page",
                "make its results page there, or name its code by the wire form results_codes",
            )
        return code


def pairs(text: str) -> dict[str, str]:
    """`here=there` pairs, one comma between two."""
    halves = (pair.partition("=") for pair in text.split(",") if pair.strip())
    return {here.strip(): there.strip() for here, _, there in halves}


def _lines(bib: str, rows: Sequence[RawRow]) -> list[Line]:
    """One line for a bib; one that says so where more than one row of it is shown."""
    lines = [line for row in rows if (line := _line(row)) is not None]
    return [Line("", None, bib, TWICE)] if bib and len(lines) > 1 else lines


def _line(row: RawRow) -> Line | None:
    """A row of the site as a line; what it does not tell of the runner is left out."""
    try:
        record = raceroster_results.result(row)
    except RowFault:
        return None
    told = {
        "gender_place": record.gender_place,
        "category": record.category,
        "category_place": record.category_place,
    }
    return Line(
        registration_id="",
        participant_id=None,
        bib=record.bib,
        status=record.status,
        place=record.place,
        gun_time_ms=record.gun_time_ms,
        chip_time_ms=record.chip_time_ms,
        runner={name: value for name, value in told.items() if value is not None},
    )


def _units(row: RawRow) -> list[int]:
    """What the last digits of a row's times are worth; a second where none can be read."""
    found = []
    for name in ("gunTime", "chipTime"):
        try:
            read = from_clock(row.get(name))
        except ValueError:
            found.append(1000)
        else:
            found += [read.unit_ms] if read.ms is not None else []
    return found
