"""Ordered timing data: finishing times and bib order, each write echoing the last id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from p88console.sandbox.runsignup import faults
from p88console.sandbox.runsignup.fields import RowError
from p88console.sandbox.runsignup.results.times import CODES, read_time


@dataclass(slots=True)
class _Ordered:
    """What came in for one event, in order."""

    start_time: str | None = None
    times: list[str] = field(default_factory=list)
    bibs: list[int] = field(default_factory=list)


class TimingData:
    """Start time, finishing times and the order of bibs, for each event."""

    def __init__(self) -> None:
        self._events: defaultdict[int, _Ordered] = defaultdict(_Ordered)

    def start_time(self, event_id: int) -> dict[str, Any]:
        """The start as it was sent."""
        return {"start_time": self._events[event_id].start_time}

    def set_start_time(self, event_id: int, request: Mapping[str, Any]) -> dict[str, Any]:
        """Keep the start."""
        self._events[event_id].start_time = str(request.get("start_time") or "") or None
        return {"success": "T"}

    def add_times(self, event_id: int, request: Mapping[str, Any]) -> dict[str, Any]:
        """Add finishing times after the last one the caller knows of.

        Raises:
            ApiError: The caller's last id is not ours (code 12), or a time cannot be read.
        """
        held = self._events[event_id].times
        if request.get("last_finishing_time_id") != len(held):
            raise faults.out_of_order(f"Last finishing time id was {len(held)}")
        times = _list(request, "finishing_times")
        for time in times:
            if str(time).upper() in CODES:
                raise faults.invalid_submission()
            _readable(time)
        first = len(held) + 1
        held += [str(time) for time in times]
        return {
            "finishing_times": [
                {"finishing_time_id": number} for number in range(first, len(held) + 1)
            ]
        }

    def add_bibs(self, event_id: int, request: Mapping[str, Any]) -> dict[str, Any]:
        """Add bibs in the order of finishing after the last place the caller knows of.

        Raises:
            ApiError: The caller's last place is not ours (code 12), or there is no list.
        """
        held = self._events[event_id].bibs
        if request.get("last_finishing_place") != len(held):
            raise faults.out_of_order(f"Last received finishing place was {len(held)}")
        first = len(held) + 1
        held += _list(request, "bib_nums")
        return {
            "bib_finishing_order": [
                {"finishing_place": place} for place in range(first, len(held) + 1)
            ]
        }

    def times(self, event_id: int) -> dict[str, Any]:
        """Finishing times in order."""
        return {"finishing_times": [{"time": time} for time in self._events[event_id].times]}

    def bibs(self, event_id: int) -> dict[str, Any]:
        """Bibs in the order of finishing."""
        return {"bib_finishing_order": [{"bib_num": bib} for bib in self._events[event_id].bibs]}

    def forget_times(self, event_id: int) -> dict[str, Any]:
        """Start over with finishing times."""
        self._events[event_id].times.clear()
        return {"success": "T"}

    def forget_bibs(self, event_id: int) -> dict[str, Any]:
        """Start over with the order of bibs."""
        self._events[event_id].bibs.clear()
        return {"success": "T"}


def _list(request: Mapping[str, Any], name: str) -> list[Any]:
    found = request.get(name)
    if not isinstance(found, list):
        raise faults.invalid_submission()
    return found


def _readable(time: Any) -> None:
    try:
        read_time(time)
    except RowError:
        raise faults.invalid_submission() from None
