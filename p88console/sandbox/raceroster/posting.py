"""Results as a timer posts them to Race Roster; the whole wire form is assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from p88console.sandbox.raceroster.times import read_time
from p88console.sandbox.registering.calls import Refusal

STATUSES = ("COMPLETE", "DNF", "DNS")
GENDERS = (0, 1, 2, 8, 9, None)
TIMES, PLACES = ("gunTime", "chipTime"), ("overallPlace", "genderPlace", "divisionPlace")
FIELDS = (
    *("bib", "firstName", "lastName", "gender", "age", "division", "raceStatus"),
    *TIMES,
    *PLACES,
)


@dataclass(slots=True)
class PostedResult:
    """One result of a results race; only active ones are shown."""

    result_id: int
    values: dict[str, Any]
    active: bool = True

    def row(self) -> dict[str, Any]:
        """The result as it is read back."""
        return {"resultId": self.result_id, **self.values, "isActive": self.active}


class PostedResults:
    """All posted results by results race, in the order of their coming."""

    def __init__(self, first_id: int) -> None:
        self.version = 0
        """Grows with everything that is written."""
        self._next_id = first_id
        self._by_race: dict[int, list[PostedResult]] = {}

    def of(self, results_race_id: int) -> list[PostedResult]:
        """Everything posted to a results race."""
        return self._by_race.get(results_race_id, [])

    def count(self) -> int:
        """How many results there are, inactive ones too."""
        return sum(map(len, self._by_race.values()))

    def post(
        self, results_race_id: int, rows: list[dict[str, Any]], *, overwrite: bool
    ) -> list[PostedResult]:
        """Take rows; with `overwrite` those whose bib is known take its result's place."""
        held = self._by_race.setdefault(results_race_id, [])
        by_bib = {one.values["bib"]: one for one in held if one.values["bib"]} if overwrite else {}
        taken = []
        for values in rows:
            known = by_bib.get(values["bib"])
            if known is None:
                known = PostedResult(self._next_id, values)
                self._next_id += 1
                held.append(known)
            known.values, known.active = values, True
            taken.append(known)
        self.version += 1
        return taken

    def switch(self, result_id: str, *, active: bool) -> PostedResult:
        """Show or hide one result.

        Raises:
            Refusal: There is none of this id.
        """
        for held in self._by_race.values():
            for result in held:
                if str(result.result_id) == result_id:
                    result.active = active
                    self.version += 1
                    return result
        raise Refusal(404, "Result not found.")


def read_rows(
    content: Mapping[str, Any], statuses: Sequence[str] = STATUSES
) -> list[dict[str, Any]]:
    """The checked rows of a post: one bad row refuses all of them.

    Raises:
        Refusal: There are no rows, or one cannot be taken; the message names its place.
    """
    rows = content.get("results")
    if not isinstance(rows, list) or not rows:
        raise Refusal(400, "The results field is required.")
    return [_read_row(row, f"results.{place}", statuses) for place, row in enumerate(rows)]


def _read_row(row: Any, place: str, statuses: Sequence[str]) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise Refusal(400, f"The {place} must be an object.")
    values = {name: row.get(name) for name in FIELDS}
    values["bib"] = "" if values["bib"] is None else str(values["bib"])
    values["raceStatus"] = values["raceStatus"] or "COMPLETE"
    if not values["bib"] and not values["lastName"] and not values["firstName"]:
        raise Refusal(400, f"The {place} needs a bib or a name.")
    if values["gender"] not in GENDERS:
        raise Refusal(400, f"The {place}.gender is invalid.")
    if values["raceStatus"] not in statuses:
        raise Refusal(400, f"The {place}.raceStatus is invalid.")
    for name in TIMES:
        if values[name] not in (None, "") and read_time(str(values[name])) is None:
            raise Refusal(400, f"The {place}.{name} is no time.")
    for name in PLACES:
        if values[name] not in (None, "") and not isinstance(values[name], int):
            raise Refusal(400, f"The {place}.{name} must be a whole number.")
    return values
