"""Filters, order and pages of the two listings of people."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from p88console.sandbox.registering.book import Registration
from p88console.sandbox.runsignup import faults
from p88console.sandbox.runsignup.catalog import Catalog
from p88console.sandbox.runsignup.rows import unix

DEFAULT_PAGE = 50
LARGEST_PAGE = 2500
"""More rows than this are not to be had in one page (confirmed; that it clamps is assumed)."""

_KEYS: Mapping[str, Callable[[Registration], Any]] = {
    "registration_id": lambda entry: entry.registration_id,
    "registration_date": lambda entry: entry.registered_at,
    "last_modified": lambda entry: entry.modified_at,
    "age": lambda entry: -entry.person.birth_date.toordinal() if entry.person.birth_date else 0,
    "name": lambda entry: (entry.person.last_name or "", entry.person.first_name),
    "first_name": lambda entry: entry.person.first_name,
    "last_name": lambda entry: entry.person.last_name or "",
    "bib_num": lambda entry: entry.bib or 0,
    "chip_num": lambda entry: entry.chip or "",
    "gender": lambda entry: entry.person.gender or "",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """What a caller asks of a listing, read from the query."""

    event_ids: tuple[int, ...]
    offset: int
    size: int
    sort: str
    descending: bool
    after_id: int | None
    before_id: int | None
    modified_after: int | None
    search: Mapping[str, str]
    nonbinary: bool

    @classmethod
    def read(cls, query: Mapping[str, str], catalog: Catalog) -> Listing:
        """Read and check the query.

        Raises:
            ApiError: `event_id` is missing or unknown, a number is none, the order does not exist.
        """
        size = min(LARGEST_PAGE, max(1, whole(query, "results_per_page") or DEFAULT_PAGE))
        page = max(1, whole(query, "page") or 1)
        sort, _, direction = query.get("sort", "registration_id ASC").strip().partition(" ")
        if sort not in _KEYS:
            raise faults.invalid_parameters("sort")
        return cls(
            event_ids=_event_ids(query, catalog),
            offset=(page - 1) * size,
            size=size,
            sort=sort,
            descending=direction.upper() == "DESC",
            after_id=whole(query, "after_registration_id"),
            before_id=whole(query, "before_registration_id"),
            modified_after=whole(query, "modified_after_timestamp"),
            search={
                name: query[f"search_{name}"].lower()
                for name in ("first_name", "last_name", "email", "bib")
                if query.get(f"search_{name}")
            },
            nonbinary=query.get("supports_nb") == "T",
        )

    def page_of(self, entries: Sequence[Registration]) -> list[Registration]:
        """The page asked for, out of registrations that come ordered by id within each event."""
        kept = list(entries)
        if len(self.event_ids) > 1:
            kept.sort(key=_KEYS["registration_id"])
        if self.after_id is not None:
            kept = kept[bisect_right(kept, self.after_id, key=_KEYS["registration_id"]) :]
        if self.before_id is not None:
            kept = [entry for entry in kept if entry.registration_id < self.before_id]
        if self.modified_after is not None:
            # Inclusive: on or after (confirmed in vendor docs).
            kept = [entry for entry in kept if unix(entry.modified_at) >= self.modified_after]
        if self.search:
            kept = [entry for entry in kept if self._matches(entry)]
        if self.sort != "registration_id" or self.descending:
            kept.sort(key=_KEYS[self.sort], reverse=self.descending)
        return kept[self.offset : self.offset + self.size]

    def _matches(self, entry: Registration) -> bool:
        held = {
            "first_name": entry.person.first_name,
            "last_name": entry.person.last_name,
            "email": entry.person.email,
            "bib": entry.bib,
        }
        return all(str(held[name]).lower() == wanted for name, wanted in self.search.items())


def whole(query: Mapping[str, str], name: str) -> int | None:
    """A parameter that is a whole number, or absent.

    Raises:
        ApiError: It is neither.
    """
    text = query.get(name)
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise faults.invalid_parameters(name) from None


def _event_ids(query: Mapping[str, str], catalog: Catalog) -> tuple[int, ...]:
    text = query.get("event_id", "")
    if not text:
        raise faults.invalid_parameters("event_id")
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and catalog.knows(int(part)) for part in parts):
        raise faults.event_not_found()
    return tuple(dict.fromkeys(int(part) for part in parts))
