"""ChronoTrack's envelopes and pages.

Confirmed: one key for each answer, `page` and `size` in the query, totals in `X-Ctlive-*` headers.
Seen once: the last page comes again beyond the end, so rows are told apart by their ids and a page
that brings nothing new ends the listing. Neither a short page nor an empty one does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from p88console.domain.errors import Call, Transient
from p88console.domain.fingerprint import fingerprint
from p88console.domain.model import RawRow
from p88console.providers.http import Answer, Door, not_theirs
from p88console.providers.reading import whole

PAGE_SIZE = 1000
"""Rows asked for at once; sizes up to 1,600 are in use and no cap is documented."""

MOST_PAGES = 5000
"""After so many pages a listing is taken for one without end."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page without the rows that came before.

    `total` is the largest row count that the listing told so far: one that shrinks while it is read
    has moved rows past the border between two pages, unseen.
    """

    rows: Sequence[RawRow]
    number: int
    total: int | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole listing; `lacking` is how many rows of its own count did not come."""

    rows: Sequence[RawRow]
    lacking: int
    call: Call
    server_time: datetime | None

    def complete(self) -> Sequence[RawRow]:
        """The rows. Raises `Transient` when some of them did not come."""
        if self.lacking:
            raise Transient(
                self.call,
                "ChronoTrack's list changed while it was read",
                f"{self.call}: {self.lacking} rows are missing",
                "it is tried again by itself",
            )
        return self.rows


def listed(answer: Answer, key: str) -> list[RawRow]:
    """The rows under the envelope's key; a missing envelope is never an empty list."""
    rows = answer.body.get(key) if isinstance(answer.body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise not_theirs(answer.call, f"no list named {key!r} in the answer")
    return rows


def row_count(answer: Answer) -> int | None:
    """How many rows the whole listing has."""
    return whole(answer.headers.get("x-ctlive-row-count"))


def by(*names: str) -> Callable[[RawRow], str]:
    """Tells rows apart by these fields, or by all they hold where one of them is empty."""

    def identity(row: RawRow) -> str:
        parts = [row.get(name) for name in names]
        return "|".join(map(str, parts)) if all(parts) else fingerprint(row)

    return identity


async def sheets(
    door: Door,
    path: str,
    key: str,
    identity: Callable[[RawRow], str],
    params: Mapping[str, str] | None = None,
    *,
    first: int = 1,
) -> AsyncIterator[Sheet]:
    """Page through a listing to its end, as its headers and its rows tell it."""
    seen: set[str] = set()
    total: int | None = None
    number = first - 1
    while True:
        number += 1
        paging = {"page": str(number), "size": str(PAGE_SIZE)}
        answer = await door.get(path, {**(params or {}), **paging})
        rows = listed(answer, key)
        new = {its_id: row for row in rows if (its_id := identity(row)) not in seen}
        seen |= new.keys()
        total = max((one for one in (total, row_count(answer)) if one is not None), default=None)
        pages = whole(answer.headers.get("x-ctlive-page-count"))
        yield Sheet(list(new.values()), number, total, answer)
        at_the_end = pages is None or number >= pages
        lacking = pages is None or (first == 1 and total is not None and len(seen) < total)
        if at_the_end and not (new and lacking):
            return
        if number - first >= MOST_PAGES:
            raise not_theirs(answer.call, "a listing without end")


async def whole_listing(
    door: Door,
    path: str,
    key: str,
    identity: Callable[[RawRow], str],
    params: Mapping[str, str] | None = None,
) -> Listing:
    """All pages of a listing."""
    rows: list[RawRow] = []
    total, answer = 0, None
    async for sheet in sheets(door, path, key, identity, params):
        rows += sheet.rows
        total, answer = sheet.total or 0, sheet.answer
    if answer is None:
        raise AssertionError("a listing has at least one page")
    return Listing(rows, max(0, total - len(rows)), answer.call, answer.server_time)


def one(answer: Answer, key: str) -> Any:
    """What stands under the envelope's key."""
    if not isinstance(answer.body, dict) or key not in answer.body:
        raise not_theirs(answer.call, f"no {key!r} in the answer")
    return answer.body[key]
