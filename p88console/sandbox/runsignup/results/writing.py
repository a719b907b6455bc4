"""The results write: rows find their runner, merge field by field, and may fail one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from p88console.sandbox.day import Race
from p88console.sandbox.registering.book import Registration, Registrations
from p88console.sandbox.runsignup import faults
from p88console.sandbox.runsignup.fields import RowError
from p88console.sandbox.runsignup.results.sets import ResultBooks, ResultSet, Row, SplitTime
from p88console.sandbox.runsignup.results.times import read_time

CLEARS = "X"
"""Clears a split; null and blank never do (confirmed)."""


@dataclass(frozen=True, slots=True)
class ResultsWrite:
    """One `full-results` call on one set."""

    books: ResultBooks
    registrations: Registrations
    target: ResultSet
    race: Race
    now: datetime

    def take(self, rows: Any) -> None:
        """Merge all rows that can be taken; good ones of a bad batch are kept (assumed).

        Raises:
            ApiError: The body holds no rows, or some of them could not be taken.
        """
        if not isinstance(rows, list):
            raise faults.invalid_submission()
        details: list[dict[str, Any] | None] = []
        for sent in rows:
            try:
                self._merge(sent)
            except RowError as error:
                details.append(error.body())
            else:
                details.append(None)
        if any(details):
            raise faults.invalid_submission(details)

    def _merge(self, sent: Any) -> None:
        if not isinstance(sent, dict):
            raise RowError(11, "Invalid row.")
        row = self._row(sent)
        before = row.finished
        changes = [self._change(row, key, value) for key, value in sent.items()]
        for change in changes:
            change()
        if isinstance(row.clock_time, str) or isinstance(row.chip_time, str):
            row.place = None  # a code has no place (assumed)
        row.modified_at = int(self.now.timestamp())
        self.target.keep(row)
        self._notify(row, first=row.finished and not before)

    def _row(self, sent: Mapping[str, Any]) -> Row:
        """The row this one adds to, or a fresh one.

        By result id, registration id, bib or chip; else a name is required (confirmed).
        """
        if sent.get("result_id") is not None:
            known = self.target.rows.get(sent["result_id"])
            if known is None:
                raise RowError(15, "Invalid result id.")
            return known
        entry = self._registration(sent)
        if entry is None:
            if not sent.get("first_name") or not sent.get("last_name"):
                raise RowError(104, "First name and last name are required.")
            return Row(
                self.books.new_id(),
                None,
                _bib(sent),
                str(sent["first_name"]),
                str(sent["last_name"]),
            )
        known = self.target.row_of(entry.registration_id)
        return known or Row(self.books.new_id(), entry.registration_id, _shown_bib(entry))

    def _registration(self, sent: Mapping[str, Any]) -> Registration | None:
        number = sent.get("registration_id")
        if number is not None:
            found = self.registrations.get(number) if isinstance(number, int) else None
            if found is None or found.race is not self.race or not found.stands:
                raise RowError(15, "Invalid registration id.")
            return found
        bib, chip = _bib(sent), sent.get("chip_num", sent.get("chip"))
        for entry in self.registrations.active([self.race]):
            if (bib is not None and _shown_bib(entry) == bib) or (chip and entry.chip == str(chip)):
                return entry
        return None

    def _change(self, row: Row, key: str, value: Any) -> Callable[[], object]:
        """What one field of a row does, once all of them are known to be good."""
        if key in ("clock_time", "chip_time"):
            if value == "":
                return _nothing
            time = None if value is None else read_time(value)  # that null empties it is assumed
            return lambda: setattr(row, key, time)
        if key == "place":
            place = None if value in (None, "") else _whole(value, "place")
            return lambda: setattr(row, "place", place)
        if key.startswith("split-"):
            return self._split_change(row, key.removeprefix("split-"), value)
        if key.startswith("custom-field-"):
            return lambda: row.custom.update({key: str(value or "")})
        return _nothing  # names and addresses do not change anybody (confirmed)

    def _split_change(self, row: Row, what: str, value: Any) -> Callable[[], object]:
        number, _, part = what.partition("-")
        if not number.isdecimal() or int(number) not in self.target.splits:
            raise RowError(15, f"Invalid split id: {number}")
        if value in (None, ""):
            return _nothing
        split_id = int(number)
        if part == "place":
            place = _whole(value, "split place")
            return lambda: setattr(row.splits.setdefault(split_id, SplitTime()), "place", place)
        if str(value).strip().upper() == CLEARS:
            return lambda: row.splits.pop(split_id, None)
        time = read_time(value)
        return lambda: setattr(row.splits.setdefault(split_id, SplitTime()), "time", time)

    def _notify(self, row: Row, *, first: bool) -> None:
        """Tell the runner of a first result unless the set says not to (option confirmed)."""
        number = row.registration_id
        if first and number is not None and self.target.settings["disable_notifications"] != "T":
            self.target.notified.setdefault(number, self.now)


def _shown_bib(entry: Registration) -> int | None:
    """RunSignUp's bibs are integers (confirmed)."""
    return entry.bib if isinstance(entry.bib, int) else None


def _nothing() -> None:
    """The change that a field makes which is left alone."""


def _bib(sent: Mapping[str, Any]) -> int | None:
    """The bib under either of its two names (both confirmed)."""
    value = sent.get("bib", sent.get("bib_num"))
    return None if value in (None, "") else _whole(value, "bib")


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not str(value).isdecimal():
        raise RowError(11, f"Invalid {what}: {value}")
    return int(value)
