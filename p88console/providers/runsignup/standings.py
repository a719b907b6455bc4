"""RunSignUp's results as standings: every set of an event, one row for each runner.

Confirmed: columns by `results_headers`, `bib` for the number, times in several spellings or a word
in their place, gender and division places behind labels. Inferred: that a later set is the newer
word on a runner, that a set which also shows in other events belongs to the one it does not name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from p88console.domain.errors import RowFault
from p88console.domain.model import RawRow, ResultRecord, ResultStatus, Split
from p88console.domain.times import Reading, from_clock
from p88console.providers.base import Page, ScoringTarget
from p88console.providers.distances import metres
from p88console.providers.http import Door
from p88console.providers.publishing import Outlet
from p88console.providers.reading import Reader, as_dict, mended, whole
from p88console.providers.runsignup.sets import Rows, SetsReader, head_of, time_of
from p88console.providers.runsignup.unchanged import EventSets, Unchanged
from p88console.providers.wire import Wire

EVENT, NUMBER, LABELS = "event_id", "registration_id", "results_headers"
"""Added to a row: its event, its registration where the key may know it, its columns' labels."""

PLACES = ("division-", "custom-field-")


class Standings(SetsReader):
    """The results of a race as the mirror takes them."""

    def __init__(self, door: Door, wire: Wire) -> None:
        super().__init__(door, wire)
        self._unchanged = Unchanged(door, wire)

    def forget_results(self, target: ScoringTarget) -> None:
        """Read every set at the next pull."""
        self._unchanged.forget(target.remote_event_id)

    async def results(self, target: ScoringTarget) -> AsyncIterator[Page]:
        """One page for each event that is linked and may have changed, its sets merged."""
        events = list(dict.fromkeys(remote_id for remote_id, _ in target.races.values()))
        outlets = [Outlet(target.remote_event_id, event, "", "") for event in events]
        told = [EventSets(outlet, *await self._sets_now(outlet)) for outlet in outlets]
        unchanged = await self._unchanged.of(told)
        given = short = 0
        for outlet, own in _each_once([(one.outlet, one.sets) for one in told]):
            if (outlet.provider_event_id, outlet.provider_race_id) in unchanged:
                continue
            merged, lacking = await self._merged(outlet, own)
            given, short = given + len(merged), short + lacking
            if merged:
                yield Page(merged, {}, total=given + short)
        if not short:
            self._unchanged.keep(one for one in told if one.key not in unchanged)

    async def _merged(self, outlet: Outlet, own: Sequence[RawRow]) -> tuple[list[RawRow], int]:
        """One row for each runner, and how many finishers the sets speak of but do not show."""
        merged, lacking = list[RawRow](), 0
        numbers, bibs, bibs_alone = set[str](), set[str](), set[str]()
        for one in sorted(_public(own), key=_age):
            rows = await self._rows_of(outlet, head_of(one).list_id)
            lacking += max(0, (whole(one.get("num_finishers")) or 0) - len(rows))
            for row in sorted(rows, key=lambda row: -(whole(row.get("result_id")) or 0)):
                number, bib = row[NUMBER], Reader(row).text("bib")
                # the bib decides between two rows of which one does not know its registration
                if number in numbers or bib in (bibs_alone if number else bibs):
                    continue
                numbers |= {number} if number else set()
                bibs |= {bib} if bib else set()
                bibs_alone |= {bib} if bib and not number else set()
                merged.append(row)
        return merged, lacking

    async def _rows_of(self, outlet: Outlet, list_id: str) -> list[RawRow]:
        found: list[RawRow] = []
        async for page in self._pages(outlet, list_id):
            rows = Rows(page)
            for row, number in rows.numbered(self._wire["registration_ids"]):
                about = {
                    EVENT: outlet.provider_race_id,
                    NUMBER: str(number) if number else None,
                    LABELS: rows.labels,
                }
                found.append({**as_dict(row), **about})
        return found

    def result(self, raw: RawRow) -> ResultRecord:
        """Translate one row; a time that cannot be read sets it aside."""
        reader, labels = Reader(raw), as_dict(raw.get(LABELS))
        bib = reader.text("bib") or reader.text("bib_num")
        first, last = mended(reader.text("first_name")), mended(reader.text("last_name"))
        if not (raw.get(NUMBER) or bib or first or last):
            raise RowFault("bib", "a result that names nobody")
        gun, chip = _finish(raw, "clock_time"), _finish(raw, "chip_time")
        splits = _splits(raw, labels)
        finished = gun.ms is not None or chip.ms is not None
        under_way = ResultStatus.RUNNING if splits else ResultStatus.NOT_STARTED
        status = gun.status or chip.status or (ResultStatus.FINISHED if finished else under_way)
        counts = status == ResultStatus.FINISHED
        gender_place, category, category_place = self._places(raw, labels)
        return ResultRecord(
            remote_id=raw.get(NUMBER),
            remote_race_id=str(raw[EVENT]),
            bib=bib,
            first_name=first,
            last_name=last,
            status=str(status),
            gun_time_ms=gun.ms if counts else None,
            chip_time_ms=chip.ms if counts else None,
            place=(whole(raw.get("place")) or None) if counts else None,
            gender_place=gender_place if counts else None,
            category=category,
            category_place=category_place if counts else None,
            splits=splits,
            raw={key: value for key, value in raw.items() if key != LABELS},
        )

    def _places(
        self, raw: RawRow, labels: dict[str, Any]
    ) -> tuple[int | None, str | None, int | None]:
        """Gender place, division, place in it; a division by age before any other."""
        words = self._wire["gender_place_labels"].split(",")
        gender, divisions = None, list[tuple[str, int]]()
        for key, label in labels.items():
            place = whole(raw.get(key)) if key.startswith(PLACES) else None
            if not place:
                continue
            if any(word in str(label).casefold() for word in words):
                gender = gender or place
            elif key.startswith(PLACES[0]):
                divisions.append((str(label), place))
        by_age = [one for one in divisions if any(letter.isdecimal() for letter in one[0])]
        for category, place in by_age or divisions:
            return gender, category, place
        return gender, None, None


def _each_once(
    shown: Sequence[tuple[Outlet, Sequence[RawRow]]],
) -> list[tuple[Outlet, list[RawRow]]]:
    """The sets of each event; one that shows in several belongs to an event it does not name."""
    home: dict[str, str] = {}
    for named in (False, True):
        for outlet, sets in shown:
            for one in sets:
                others = one.get("alt_event_ids")
                other = str(outlet.provider_race_id) in map(str, others or [])
                if other is named:
                    home.setdefault(head_of(one).list_id, outlet.provider_race_id)
    return [
        (outlet, [one for one in sets if home[head_of(one).list_id] == outlet.provider_race_id])
        for outlet, sets in shown
    ]


def _public(sets: Sequence[RawRow]) -> list[RawRow]:
    """The sets that everybody sees; hidden ones only where nothing else is there."""
    return [one for one in sets if one.get("public_results") != "F"] or list(sets)


def _age(one: RawRow) -> int:
    return -(whole(one.get("individual_result_set_id")) or 0)


def _finish(raw: RawRow, key: str) -> Reading:
    """A finish; a word that is none of ours is the status as it stands."""
    try:
        return from_clock(raw.get(key))
    except ValueError:
        text = str(raw.get(key)).strip()
        if any(letter.isdecimal() for letter in text):
            raise RowFault(key, f"{text!r} is no time") from None
        return Reading(status=text)


def _splits(raw: RawRow, labels: dict[str, Any]) -> tuple[Split, ...]:
    """The splits that were passed, by distance where every name tells one, else as listed."""
    columns = Rows({LABELS: labels}).splits
    lengths = {key: metres(name) for key, name in columns.items()}
    order = list(columns)
    if all(length is not None for length in lengths.values()):
        order.sort(key=lambda key: lengths[key] or 0.0)
    times = ((columns[key], time_of(raw, key).ms) for key in order)
    return tuple(Split(name, time) for name, time in times if time is not None)
