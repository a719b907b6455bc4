"""Every results call of RunSignUp, and what the ledger tells of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from p88console.sandbox.registering.book import Registrations
from p88console.sandbox.runsignup import faults
from p88console.sandbox.runsignup.call import Call
from p88console.sandbox.runsignup.catalog import Catalog
from p88console.sandbox.runsignup.listing import whole
from p88console.sandbox.runsignup.results.reading import Filters, SetReader
from p88console.sandbox.runsignup.results.sets import (
    ResultBooks,
    ResultSet,
    Row,
    SplitPoint,
    settings_of,
)
from p88console.sandbox.runsignup.results.timing import TimingData
from p88console.sandbox.runsignup.results.writing import ResultsWrite
from p88console.sandbox.wire import iso
from p88console.sandbox.world import World

DONE = {"success": "T"}
"""What a write answers that has nothing to tell (confirmed as XML, the JSON form is inferred)."""

MOST_SETS = 5_000
"""Sets on a page of those that were written to (confirmed)."""

Answering = Callable[[Call], Any]


@dataclass(slots=True)
class ResultWays:
    """What the vendor notes leave open, as switches."""

    director: bool = True
    """Whether reads name registrations and show hidden sets (inferred: it takes such access)."""
    edits: bool = True
    """Whether a set can be edited once it is made (the call exists, its form is inferred)."""
    switches: bool = True
    """Whether a set can be shown and hidden by calls of their own, likewise."""
    digits: int = 3
    """How many decimals of a time are shown at most."""
    out_of_order: int = 0
    """How many of the next result writes are refused with code 12, as if somebody else wrote."""


class ResultsDesk:
    """The results side of one race."""

    def __init__(self, world: World, catalog: Catalog, registrations: Registrations) -> None:
        """Open the books.

        Args:
            world: The practice race.
            catalog: The events there are.
            registrations: Whose results can be taken.
        """
        first = world.random("runsignup results").randrange(200_000, 299_000)
        self.books = ResultBooks(first)
        self.timing = TimingData()
        self.ways = ResultWays()
        self._world = world
        self._catalog = catalog
        self._registrations = registrations

    def calls(self) -> list[tuple[str, str, Answering]]:
        """HTTP method, last part of the path, and what answers."""
        timing = self.timing
        return [
            ("GET", "has-result-sets", self._has_sets),
            ("GET", "get-result-sets", self._sets),
            ("GET", "get-results", self._results),
            ("POST", "new-result-set", self._new),
            ("POST", "edit-result-set", self._edit),
            ("POST", "hide-result-set", self._hide),
            ("POST", "show-result-set", self._show),
            ("POST", "delete-result-set", self._delete),
            ("POST", "clear-results", self._clear),
            ("GET", "result-set-splits", self._splits),
            ("POST", "result-set-splits", self._set_splits),
            ("POST", "full-results", self._write),
            ("GET", "start-time", lambda call: timing.start_time(self._event(call))),
            ("POST", "start-time", self._ordered(timing.set_start_time)),
            ("POST", "finishing-times", self._ordered(timing.add_times)),
            ("POST", "bib-order", self._ordered(timing.add_bibs)),
            ("GET", "get-timing-data", lambda call: timing.times(self._event(call))),
            ("GET", "get-chute-data", lambda call: timing.bibs(self._event(call))),
            ("POST", "delete-timing-data", lambda call: timing.forget_times(self._event(call))),
            ("POST", "delete-chute-data", lambda call: timing.forget_bibs(self._event(call))),
        ]

    def updated_sets(self, call: Call) -> Any:
        """Public sets that were written to, the oldest write first (order measured).

        That both bounds are inclusive is assumed from the other timestamps.
        """
        size = min(MOST_SETS, max(1, whole(call.sent, "num_per_page") or MOST_SETS))
        first = (max(1, whole(call.sent, "page") or 1) - 1) * size
        since = whole(call.sent, "modified_since_timestamp") or 0
        until = whole(call.sent, "modified_until_timestamp")
        found = sorted(
            (
                one
                for one in self.books.all()
                if one.public
                and one.modified_at >= since
                and (until is None or one.modified_at <= until)
            ),
            key=lambda one: (one.modified_at, one.set_id),
        )
        return {"result_sets": [self._updated(one) for one in found[first : first + size]]}

    def _updated(self, one: ResultSet) -> dict[str, Any]:
        return {
            "race_id": self._catalog.race_id,
            "event_id": one.event_id,
            "individual_result_set_id": one.set_id,
            "race_name": self._world.options.name,
            "individual_result_set_name": one.settings["individual_result_set_name"],
            "last_modified_ts": one.modified_at,
        }

    def ledger(self) -> dict[str, Any]:
        """What is published, row by row, and who was told of a first result."""
        return {
            "result_sets": [_ledger_set(one) for one in self.books.all()],
            "deleted_result_sets": [one.set_id for one in self.books.deleted],
            "notified": [
                {"individual_result_set_id": one.set_id, "registration_id": number, "at": iso(at)}
                for one in [*self.books.all(), *self.books.deleted]
                for number, at in one.notified.items()
            ],
        }

    def _has_sets(self, call: Call) -> Any:
        return {"has_results": "T" if self.books.of_event(self._event(call)) else "F"}

    def _sets(self, call: Call) -> Any:
        event_id = self._event(call)
        shown = self._visible(event_id)
        if not shown:
            raise faults.no_results()
        finishers = call.sent.get("include_total_finishers") == "T"
        readers = (self._reader(one) for one in shown)
        return {"individual_results_sets": [one.body(finishers=finishers) for one in readers]}

    def _results(self, call: Call) -> Any:
        """One set's page; without an id a slice of every set (inferred)."""
        event_id = self._event(call)
        set_id = whole(call.sent, "individual_result_set_id")
        shown = self._visible(event_id)
        if set_id is not None:
            shown = [one for one in shown if one.set_id == set_id]
        if not shown:
            raise faults.no_results()
        filters = Filters.read(call.sent)
        finishers = call.sent.get("include_total_finishers") == "T"
        readers = (self._reader(one) for one in shown)
        return {
            "individual_results_sets": [one.body(filters, finishers=finishers) for one in readers]
        }

    def _new(self, call: Call) -> Any:
        made = self.books.open(self._event(call), call.request())
        _touch(made, call)
        return {"individual_result_set_id": made.set_id}

    def _edit(self, call: Call) -> Any:
        if not self.ways.edits:
            raise faults.unknown_method()
        target = self._set(call)
        target.settings = settings_of(call.request())
        _touch(target, call)
        return DONE

    def _hide(self, call: Call) -> Any:
        return self._switch(call, "F")

    def _show(self, call: Call) -> Any:
        return self._switch(call, "T")

    def _switch(self, call: Call, public: str) -> Any:
        if not self.ways.switches:
            raise faults.unknown_method()
        target = self._set(call)
        target.settings["public_results"] = public
        _touch(target, call)
        return DONE

    def _delete(self, call: Call) -> Any:
        self.books.delete(self._set(call).set_id)
        return DONE

    def _clear(self, call: Call) -> Any:
        self._event(call)
        target = self._set(call)
        target.clear()
        _touch(target, call)
        return DONE

    def _splits(self, call: Call) -> Any:
        return {"result_set_splits": [_split(point) for point in self._set(call).splits.values()]}

    def _set_splits(self, call: Call) -> Any:
        """The list that is sent replaces the set's; equal names keep their ids (assumed)."""
        target = self._set(call)
        sent = call.request().get("result_set_splits")
        if not isinstance(sent, list) or not all(_is_split(one) for one in sent):
            raise faults.invalid_submission()
        known = {point.name: point.split_id for point in target.splits.values()}
        points = [
            SplitPoint(
                one.get("split_id") or known.get(one["split_name"]) or self.books.new_id(),
                one["split_name"],
                one.get("split_distance"),
                one.get("split_distance_units"),
            )
            for one in sent
        ]
        target.splits = {point.split_id: point for point in points}
        _touch(target, call)
        return self._splits(call)

    def _write(self, call: Call) -> Any:
        """Merge rows into the set named, the only one, or one made for them (confirmed)."""
        event_id = self._event(call)
        request = call.request()
        if self.ways.out_of_order:
            self.ways.out_of_order -= 1
            raise faults.out_of_order("Last received finishing place was 0")
        set_id = whole(call.sent, "individual_result_set_id")
        own = self.books.of_event(event_id)
        if set_id is not None:
            target = self._set(call)
        elif len(own) > 1:
            raise faults.invalid_parameters("individual_result_set_id")
        else:
            target = own[0] if own else self.books.open(event_id, {})
        rows = request.get("results")
        race = self._catalog.races[target.event_id]
        _touch(target, call)
        ResultsWrite(self.books, self._registrations, target, race, call.now).take(rows)
        return DONE

    def _ordered(self, take: Callable[[int, Mapping[str, Any]], Any]) -> Answering:
        return lambda call: take(self._event(call), call.request())

    def _visible(self, event_id: int) -> list[ResultSet]:
        """Hidden sets are for directors alone (inferred)."""
        return [one for one in self.books.of_event(event_id) if one.public or self.ways.director]

    def _reader(self, one: ResultSet) -> SetReader:
        return SetReader(
            one,
            self._catalog.races[one.event_id],
            self._registrations,
            self._world.date,
            self.ways.digits,
            self.ways.director,
        )

    def _set(self, call: Call) -> ResultSet:
        return self.books.get(whole(call.sent, "individual_result_set_id"))

    def _event(self, call: Call) -> int:
        event_id = whole(call.sent, "event_id")
        if event_id is None or event_id not in self._catalog.races:
            raise faults.event_not_found()
        return event_id


def _touch(one: ResultSet, call: Call) -> None:
    one.modified_at = int(call.now.timestamp())


def _is_split(sent: Any) -> bool:
    return isinstance(sent, dict) and bool(sent.get("split_name"))


def _split(point: SplitPoint) -> dict[str, Any]:
    return {
        "split_id": point.split_id,
        "split_name": point.name,
        "split_distance": point.distance,
        "split_distance_units": point.units,
    }


def _ledger_set(one: ResultSet) -> dict[str, Any]:
    return {
        "individual_result_set_id": one.set_id,
        "event_id": one.event_id,
        "name": one.settings["individual_result_set_name"],
        "public": one.public,
        "preliminary": one.settings["preliminary_results"] == "T",
        "results": [_ledger_row(one, row) for row in one.rows.values()],
    }


def _ledger_row(one: ResultSet, row: Row) -> dict[str, Any]:
    return {
        "registration_id": row.registration_id,
        "bib": row.bib,
        "place": row.place,
        "clock_time": row.clock_time,
        "chip_time": row.chip_time,
        "splits": {one.splits[number].name: held.time for number, held in row.splits.items()},
    }
