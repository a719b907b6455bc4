"""Result sets: their settings, splits and rows, and who was told about a first result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from p88console.sandbox.runsignup import faults
from p88console.sandbox.runsignup.results.times import Time

DEFAULTS: Mapping[str, Any] = {
    "individual_result_set_name": "Results",
    "public_results": "T",
    "results_source_name": None,
    "results_source_url": None,
    "result_questions_contact_email": None,
    "result_questions_url": None,
    "preliminary_results": "F",
    "pace_type": "T",
    "team_column_display_type": 1,
    "alt_event_ids": [],
    "hide_splits_in_results": "F",
    "hide_event_names": "F",
    "disable_notifications": "F",
    "sort_order": 0,
}
"""A set's settings (names confirmed in vendor docs, the values left out are assumed)."""


@dataclass(slots=True)
class SplitPoint:
    """One split of a set."""

    split_id: int
    name: str
    distance: float | None
    units: str | None


@dataclass(slots=True)
class SplitTime:
    """What one row holds for one split."""

    time: Time | None = None
    place: int | None = None


@dataclass(slots=True)
class Row:
    """One result; `registration_id` is None for somebody who only has a name."""

    result_id: int
    registration_id: int | None
    bib: int | None = None
    first_name: str = ""
    last_name: str = ""
    place: int | None = None
    clock_time: Time | None = None
    chip_time: Time | None = None
    splits: dict[int, SplitTime] = field(default_factory=dict)
    custom: dict[str, str] = field(default_factory=dict)
    modified_at: int = 0

    @property
    def finished(self) -> bool:
        """Whether there is a finish, a code included."""
        return self.clock_time is not None or self.chip_time is not None


@dataclass(slots=True)
class ResultSet:
    """One list of results of one event."""

    set_id: int
    event_id: int
    settings: dict[str, Any]
    splits: dict[int, SplitPoint] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)
    notified: dict[int, datetime] = field(default_factory=dict)
    """Registrations that were told of their first result here, and when."""

    by_registration: dict[int, Row] = field(default_factory=dict)
    modified_at: int = 0
    """Unix second of the last write to its settings, splits or rows."""

    def row_of(self, registration_id: int) -> Row | None:
        """The result of a registration."""
        return self.by_registration.get(registration_id)

    def keep(self, row: Row) -> None:
        """Add a row, or keep it as it is now."""
        self.rows[row.result_id] = row
        if row.registration_id is not None:
            self.by_registration[row.registration_id] = row

    def clear(self) -> None:
        """Forget every row; whoever finishes again is told again (assumed)."""
        self.rows.clear()
        self.by_registration.clear()

    @property
    def public(self) -> bool:
        """Whether everybody sees it."""
        return bool(self.settings["public_results"] == "T")


class ResultBooks:
    """Every result set of the race. Deleted ones stay in the books, for the ledger alone."""

    def __init__(self, first_id: int) -> None:
        self._next_id = first_id
        self._sets: dict[int, ResultSet] = {}
        self.deleted: list[ResultSet] = []

    def new_id(self) -> int:
        """An id for a set, split or result."""
        self._next_id += 1
        return self._next_id

    def all(self) -> list[ResultSet]:
        """Every set there is."""
        return list(self._sets.values())

    def of_event(self, event_id: int) -> list[ResultSet]:
        """The sets of one event by sort order, then by age."""
        own = [one for one in self._sets.values() if one.event_id == event_id]
        return sorted(own, key=lambda one: (one.settings["sort_order"], one.set_id))

    def get(self, set_id: int | None) -> ResultSet:
        """One set.

        Raises:
            ApiError: There is none of this id.
        """
        found = self._sets.get(set_id or 0)
        if found is None:
            raise faults.invalid_id("individual_result_set_id")
        return found

    def open(self, event_id: int, request: Mapping[str, Any]) -> ResultSet:
        """Make a set."""
        made = ResultSet(self.new_id(), event_id, settings_of(request))
        self._sets[made.set_id] = made
        return made

    def delete(self, set_id: int | None) -> None:
        """Take a set away for good."""
        self.deleted.append(self._sets.pop(self.get(set_id).set_id))


def settings_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """A set's settings: what is left out has its default, on an edit too (confirmed).

    Raises:
        ApiError: A setting cannot have this value (code from the vendor's list).
    """
    settings = {**DEFAULTS, **{name: request[name] for name in DEFAULTS if name in request}}
    flags = [
        name for name, value in DEFAULTS.items() if value in ("T", "F") and name != "pace_type"
    ]
    wrong = [name for name in flags if settings[name] not in ("T", "F")]
    if settings["pace_type"] not in ("T", "t", "M", "K", "N"):
        wrong.append("pace_type")
    if settings["sort_order"] not in range(-100, 101):
        wrong.append("sort_order")
    if wrong:
        raise faults.invalid_parameters(wrong[0])
    return settings
