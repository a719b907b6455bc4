"""RunSignUp's registrations: who stands, who no longer does, and the bibs that are given back.

Confirmed: rows beside an always empty `event.participants`, in removals inside `event`; elements
without the outer list; two ways to page, by the last registration id or by number; the inclusive
`modified_after_timestamp`; dates; a write's `error_details` aligned with its rows; whole numbers as
bibs. Inferred: that a row of registration id and bib alone is enough to write a bib.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from p88console.domain.errors import Rejected, RowFault, RowsRefused
from p88console.domain.model import (
    Gender,
    ParticipantRecord,
    ParticipantStatus,
    RawRow,
    RemovalRecord,
)
from p88console.domain.outcome import about_rows
from p88console.providers.base import GivenBib, Page, PageRequest, Scope
from p88console.providers.http import Answer, not_theirs
from p88console.providers.reading import Reader, as_dict, mended, wall_time, whole
from p88console.providers.runsignup.faults import CALL_CODES
from p88console.providers.runsignup.wire import Room

EASTERN: Final = ZoneInfo("America/New_York")
"""The zone of every RunSignUp stamp that is not an event's start or end."""

BIBS_AT_ONCE = 100
TEMPLATE = -1
"""The registration id of the row that is no registration."""

STAMPS = ("%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S")
"""How a registration's date is written, in the list and among the removed."""

GENDERS = {"f": Gender.FEMALE, "m": Gender.MALE, "x": Gender.NONBINARY}
REMOVED_REASONS = {
    "removed": ParticipantStatus.REMOVED,
    "cleared": ParticipantStatus.REMOVED,
    "transferred": ParticipantStatus.TRANSFERRED,
    "deferred": ParticipantStatus.DEFERRED,
}


class People(Room):
    """Registrations and removals, page by page, and bibs written back."""

    id_field = "registration_id"
    has_since_filter = True
    absence_removes = False

    async def participants(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Page through registrations, one distance after the other."""
        path = self._wire.path("participants", race=scope.provider_event_id)
        filters = {"supports_nb": "T", **_since(request)}
        first = request.checkpoint.get("race", 0)
        for position, race_id in enumerate(scope.provider_race_ids):
            if position < first:
                continue
            begun = request.checkpoint if position == first else {}
            async for page in self._listed(path, race_id, filters, begun):
                yield replace(page, checkpoint={"race": position, **page.checkpoint})

    async def removals(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Page through registrations that no longer stand; their rows lie inside `event`."""
        path = self._wire.path("removed_participants", race=scope.provider_event_id)
        races = ",".join(scope.provider_race_ids)
        if not races:
            return
        async for page in self._listed(path, races, _since(request), {}):
            yield page

    async def _listed(
        self, path: str, event_ids: str, filters: Mapping[str, str], begun: Mapping[str, Any]
    ) -> AsyncIterator[Page]:
        """Pages by rising registration id, or by number where that id is not heeded.

        They end with an empty page, or with one that brings nobody new.
        """
        after, number, seen = begun.get("after", 0), begun.get("page"), set[int | str]()
        size = self._wire["participants_per_page"]
        while True:
            params = {
                **filters,
                "event_id": event_ids,
                "results_per_page": size,
                "sort": "registration_id ASC",
                **({"page": str(number)} if number else {}),
                **({"after_registration_id": str(after)} if after and not number else {}),
            }
            answer = await self._door.get(path, params)
            rows = [(_registration_id(row), row) for row in _people(answer)]
            # what tells a row from the others is its id, or all of it
            fresh = [(its_id, row) for its_id, row in rows if (its_id or str(row)) not in seen]
            last = max((its_id for its_id, _row in rows), default=0)
            if not rows or (last == after and len(rows) == 1 and not fresh):
                return
            if number is None and last <= after:
                number = 1  # this answer: the id is not heeded, or no row has one
            elif not fresh:
                if len(rows) >= (whole(size) or 0):
                    raise not_theirs(answer.call, f"the listing repeats a full page after {after}")
                return
            seen.update(its_id or str(row) for its_id, row in fresh)
            number, after = (number + 1, after) if number else (None, last)
            people = [row for its_id, row in fresh if its_id != TEMPLATE]
            if people:
                checkpoint = {"page": number} if number else {"after": after}
                yield Page(people, checkpoint, answer.server_time)

    def participant(self, raw: RawRow) -> ParticipantRecord:
        """Translate one registration."""
        reader, user = Reader(raw), Reader(as_dict(raw.get("user")))
        address = Reader(as_dict(user.row.get("address")))
        race_id = reader.text("event_id")
        if race_id is None:
            raise RowFault("event_id", "a registration that names no distance")
        registered = wall_time(reader.text("registration_date"), EASTERN, *STAMPS)
        if registered is None and reader.text("registration_date"):
            reader.flags.append("registration_date")
        return ParticipantRecord(
            provider_id=reader.text("registration_id"),
            provider_race_id=race_id,
            bib=reader.text("bib_num"),
            chip=reader.text("chip_num"),
            first_name=mended(user.text("first_name")),
            last_name=mended(user.text("last_name")),
            gender=user.gender("gender", GENDERS),
            birth_date=user.day("dob"),
            email=user.text("email"),
            phone=user.text("phone"),
            city=mended(address.text("city")),
            region=address.text("state"),
            country=address.text("country_code"),
            team=mended(reader.text("team_name")),
            registered_at=registered,
            modified_at=reader.unix("last_modified"),
            flags=(*reader.flags, *user.flags, *address.flags),
            raw=raw,
        )

    def removal(self, raw: RawRow) -> RemovalRecord:
        """Translate one removed registration; an unknown reason counts as removed."""
        reader = Reader(raw)
        registration_id = reader.text("registration_id")
        if registration_id is None:
            raise RowFault("registration_id", "a removal that names nobody")
        reason = reader.text("removed_reason") or "removed"
        return RemovalRecord(
            provider_id=registration_id,
            status=REMOVED_REASONS.get(reason.casefold(), ParticipantStatus.REMOVED),
            moved_to=reader.text("new_registration_id"),
            raw=raw,
        )

    async def write_bibs(self, scope: Scope, bibs: Sequence[GivenBib]) -> Mapping[str, str]:
        """Write bibs (and chips) to registrations; returns who was refused, with the reason."""
        unfit = {given.provider_id: reason for given in bibs if (reason := _unfit(given))}
        by_race: dict[str, list[GivenBib]] = {}
        for given in bibs:
            if given.provider_id not in unfit:
                by_race.setdefault(given.provider_race_id, []).append(given)
        path = self._wire.path("participants", race=scope.provider_event_id)
        for race_id, all_of_it in by_race.items():
            for first in range(0, len(all_of_it), BIBS_AT_ONCE):
                batch = all_of_it[first : first + BIBS_AT_ONCE]
                unfit |= await self._write_bibs(path, race_id, batch)
        return unfit

    async def _write_bibs(
        self, path: str, race_id: str, batch: Sequence[GivenBib]
    ) -> dict[str, str]:
        """Write a batch; whoever is not to blame for its refusal is sent again without the rest."""
        form = {
            "event_id": race_id,
            "restrict_potential_dup": self._wire["restrict_potential_dup"],
            "request_format": "json",
            "request": json.dumps({"participants": [self._bib_row(given) for given in batch]}),
        }
        try:
            await self._door.post_form(path, form)
        except RowsRefused as fault:
            named = {place: why for place, why in fault.rows.items() if place < len(batch)}
            rest = [given for place, given in enumerate(batch) if place not in named]
            refused = {batch[place].provider_id: why for place, why in named.items()}
            if not named:
                raise
            return refused | (await self._write_bibs(path, race_id, rest) if rest else {})
        except Rejected as fault:
            if fault.provider_code in CALL_CODES or not about_rows(fault):
                raise
            if len(batch) == 1:
                return {batch[0].provider_id: str(fault)}
            half = len(batch) // 2
            refused = await self._write_bibs(path, race_id, batch[:half])
            return refused | await self._write_bibs(path, race_id, batch[half:])
        return {}

    def _bib_row(self, given: GivenBib) -> dict[str, Any]:
        bib = None if given.bib is None else int(given.bib)
        row: dict[str, Any] = {"registration_id": int(given.provider_id), self._wire["bib"]: bib}
        return row if given.chip is None else row | {self._wire["chip"]: given.chip}


def _unfit(given: GivenBib) -> str | None:
    """Why RunSignUp could not hold this bib as it is."""
    if not _is_number(given.provider_id):
        return f"{given.provider_id!r} is no RunSignUp registration"
    if given.bib is None:
        return None
    if not _is_number(given.bib):
        return f"RunSignUp's bibs are whole numbers: {given.bib!r} is none"
    plain = str(int(given.bib))
    return None if plain == given.bib else f"RunSignUp would make {plain} of the bib {given.bib!r}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _people(answer: Answer) -> list[RawRow]:
    """All rows of a participants or removed-participants answer, over all its elements."""
    if not isinstance(answer.body, list):
        raise not_theirs(answer.call, "not a list of events")
    rows: list[RawRow] = []
    for element in answer.body:
        outer, inner = as_dict(element), as_dict(as_dict(element).get("event"))
        parts = (part.get("participants") for part in (outer, inner))
        listed = [people for people in parts if isinstance(people, list)]
        if not listed:
            raise not_theirs(answer.call, "an element without a list of participants")
        rows += [row for people in listed for row in people]
    return rows


def _registration_id(row: RawRow) -> int:
    number = whole(row.get("registration_id")) if isinstance(row, dict) else None
    return number or 0


def _since(request: PageRequest) -> dict[str, str]:
    if request.modified_since is None:
        return {}
    return {"modified_after_timestamp": str(int(request.modified_since.timestamp()))}
