"""Which events' result sets need no reading: nothing about them is otherwise than a moment ago.

Confirmed: the feed of public sets with the second of their last write, to an empty page. Unknown:
whether a deleted row or places counted anew are such a write, and how far the feed lags. A row by
itself is not asked for by `modified_after_timestamp`, because others' places move with it and
deleted rows would never show. So an event is passed over only while its list of sets, counts of
finishers included, is to the letter what it was, every set is public, and the feed is silent; and
never for longer than `HOLDS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from p88console.domain.errors import Rejected
from p88console.domain.fingerprint import fingerprint
from p88console.domain.model import RawRow
from p88console.providers.http import Door
from p88console.providers.publishing import Outlet
from p88console.providers.reading import as_dict, whole
from p88console.providers.runsignup.sets import head_of
from p88console.providers.wire import Wire

HOLDS = timedelta(minutes=10)
"""By the provider's clock, how long a whole reading stands for later ones."""

OVERLAP = timedelta(seconds=10)
"""What the vendor suggests to look back further, for clocks that differ."""


@dataclass(frozen=True, slots=True)
class EventSets:
    """The sets of one event as they are listed, and the provider's clock at that moment."""

    outlet: Outlet
    sets: Sequence[RawRow]
    at: datetime | None

    @property
    def key(self) -> tuple[str, str]:
        """Race and event."""
        return self.outlet.provider_event_id, self.outlet.provider_race_id


@dataclass(frozen=True, slots=True)
class _Reading:
    listed: str
    at: datetime


class Unchanged:
    """What was read whole, by race and event."""

    def __init__(self, door: Door, wire: Wire) -> None:
        self._door = door
        self._wire = wire
        self._read: dict[tuple[str, str], _Reading] = {}

    def keep(self, told: Iterable[EventSets]) -> None:
        """These events were read whole, from the instant on at which their sets were listed."""
        for one in told:
            if one.at is not None:
                self._read[one.key] = _Reading(fingerprint(list(one.sets)), one.at)

    def forget(self, race_id: str) -> None:
        """Believe nothing of this race."""
        self._read = {key: read for key, read in self._read.items() if key[0] != race_id}

    async def of(self, told: Sequence[EventSets]) -> set[tuple[str, str]]:
        """The events of these that need no reading."""
        alike = {one.key: one for one in told if self._looks_alike(one)}
        if not alike:
            return set()
        since = min(self._read[key].at for key in alike) - OVERLAP
        written = await self._written(since)
        if written is None:
            return set()
        return {
            key
            for key, one in alike.items()
            if not any(
                written.get(head_of(raw).list_id, 0) >= (self._read[key].at - OVERLAP).timestamp()
                for raw in one.sets
            )
        }

    def _looks_alike(self, one: EventSets) -> bool:
        read = self._read.get(one.key)
        return (
            read is not None
            and one.at is not None
            and timedelta(0) <= one.at - read.at < HOLDS
            and all(raw.get("public_results") == "T" for raw in one.sets)
            and fingerprint(list(one.sets)) == read.listed
        )

    async def _written(self, since: datetime) -> dict[str, int] | None:
        """Sets written to since then, each with the Unix second; None where nothing is told."""
        path, found, page = self._wire.path("updated_result_sets"), dict[str, int](), 1
        while True:
            query = {
                "modified_since_timestamp": str(int(since.timestamp())),
                "page": str(page),
                "num_per_page": self._wire["sets_per_page"],
            }
            try:
                answer = await self._door.get(path, query)
            except Rejected:
                return None
            rows = as_dict(answer.body).get("result_sets")
            if not isinstance(rows, list):
                return None
            told = {
                str(row.get("individual_result_set_id")): whole(row.get("last_modified_ts")) or 0
                for row in map(as_dict, rows)
            }
            if told.keys() <= found.keys():
                return found
            found |= told
            page += 1
