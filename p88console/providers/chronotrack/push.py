"""People into ChronoTrack by single entries, and out again to see what became of it.

That entries can be created and updated over the API is certain, because partners do it; verbs,
paths and bodies are assumed. So nothing an answer says is relied upon, except the id that a new
entry may come back with, and everybody is read back. Assumed too: that a status withdraws an entry,
and that creating under an external id that is known there makes nobody twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from typing import Any

from p88console.domain.errors import ProviderFault, Rejected, Unauthorized, VerbRefused
from p88console.domain.model import RawRow
from p88console.providers.base import AccountAccess, Entry, PushTraits, ScoringTarget, Seen
from p88console.providers.chronotrack import entries as chronotrack_entries
from p88console.providers.chronotrack.pages import by, one, whole_listing
from p88console.providers.chronotrack.reading import ChronoTrack
from p88console.providers.http import Answer, Method

FEW = 20
"""Up to this many people whose entries are known are read one by one, more by listing everybody."""

AT_ONCE = 100
"""Writes handed to the account's limits together."""


class ChronoTrackPush(ChronoTrack):
    """An account that people are pushed through, entry by entry."""

    def __init__(self, access: AccountAccess) -> None:
        super().__init__(access)
        self._create, self._update = (
            self._sign_in.verb(name) for name in ("create_verb", "update_verb")
        )
        fields = chronotrack_entries.sent_fields(self._wire)
        self.push_traits = PushTraits(fields, batch_size=1, at_once=AT_ONCE)
        self._ways: tuple[str, ...] = ("create_entry", "create_entry_in_race")
        """Where entries may be created; the first that takes one is the only one from then on."""
        self._made: dict[str, str] = {}
        """Our id → the id that its new entry came back with, until it is read."""

    async def send(self, target: ScoringTarget, entries: Sequence[Entry]) -> None:
        """Create or update these people, one call each."""
        for entry in entries:
            known = entry.remote_id or self._made.get(entry.our_id)
            if known is None or not await self._known_takes(known, entry, target):
                await self._make(entry, target)

    async def _known_takes(self, entry_id: str, entry: Entry, target: ScoringTarget) -> bool:
        """Update an entry; False when there is none under this id any more."""
        row = chronotrack_entries.body(entry, target, self._wire, creating=False)
        path = self._wire.path("update_entry", event=target.remote_event_id, entry=entry_id)
        try:
            await self._write(self._update, path, row)
        except VerbRefused as fault:
            if fault.call.status != 404 or await self._entry(entry_id) is not None:
                raise
            self._made.pop(entry.our_id, None)
            return False
        return True

    async def _make(self, entry: Entry, target: ScoringTarget) -> None:
        row = chronotrack_entries.body(entry, target, self._wire, creating=True)
        race_id, _name = target.races[entry.values.get("race") or ""]
        answer = await self._created(target.remote_event_id, race_id, row)
        made = answer.body.get("entry") if isinstance(answer.body, dict) else None
        its_id = made.get("entry_id") if isinstance(made, dict) else None
        if its_id:
            self._made[entry.our_id] = str(its_id)

    async def _created(self, event_id: str, race_id: str, row: dict[str, Any]) -> Answer:
        """Create an entry under its event, or under its race where the former is no call there."""
        for name in self._ways:
            path = self._wire.path(name, event=event_id, race=race_id)
            try:
                answer = await self._write(self._create, path, row)
            except VerbRefused:
                if name == self._ways[-1]:
                    raise
                continue
            self._ways = (name,)
            return answer
        raise AssertionError("there is at least one way")

    async def withdraw(self, target: ScoringTarget, entries: Sequence[Entry]) -> None:
        """Set the status of these people's entries; whose entry is not known is left alone."""
        for entry in entries:
            if entry.remote_id:
                event = target.remote_event_id
                path = self._wire.path("update_entry", event=event, entry=entry.remote_id)
                row = chronotrack_entries.withdrawal(entry, self._wire)
                await self._write(self._update, path, row)

    async def _write(self, verb: Method, path: str, row: dict[str, Any]) -> Answer:
        """Write an entry. Raises `VerbRefused` where there is no such call for this account."""
        try:
            return await self._door.send_json(verb, path, row)
        except Unauthorized as fault:
            if fault.call.status != 403:
                raise
            await self.test()  # a client that may read and not write is no broken account
            refused: ProviderFault = fault
        except Rejected as fault:
            if fault.call.status not in (404, 405, 501):
                raise
            refused = fault
        raise VerbRefused(
            refused.call,
            "ChronoTrack takes no entries in this way",
            refused.detail,
            f"import them there by file, that always works: {self.file_command}",
        )

    async def read_back(
        self, target: ScoringTarget, entries: Iterable[Entry]
    ) -> AsyncIterator[Seen]:
        """Read these people: few known ones one by one, others out of the whole list."""
        wanted = [
            replace(entry, remote_id=entry.remote_id or self._made.get(entry.our_id))
            for entry in entries
        ]
        if len(wanted) <= FEW and all(entry.remote_id for entry in wanted):
            rows, unread = await self._one_by_one([entry.remote_id or "" for entry in wanted])
        else:
            path = self._wire.path("entries", event=target.remote_event_id)
            listing = await whole_listing(self._door, path, "event_entry", by("entry_id"))
            rows, unread = list(listing.complete()), None
        there = await asyncio.to_thread(
            lambda: [chronotrack_entries.seen(row, target, self._wire) for row in rows]
        )
        for our_id, seen in chronotrack_entries.found(wanted, there).items():
            self._made.pop(our_id, None)
            yield replace(seen, our_id=our_id)
        if unread is not None:
            raise unread

    async def _one_by_one(
        self, entry_ids: Sequence[str]
    ) -> tuple[list[RawRow], ProviderFault | None]:
        """Whoever is there, and the first fault that kept others from being read."""
        asked = (self._entry(entry_id) for entry_id in entry_ids)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        unread: ProviderFault | None = None
        for answer in answers:
            if isinstance(answer, ProviderFault):
                unread = unread or answer
            elif isinstance(answer, BaseException):
                raise answer
        return [answer for answer in answers if isinstance(answer, dict)], unread

    async def _entry(self, entry_id: str) -> RawRow | None:
        """One entry; None when there is none (confirmed: a 404)."""
        try:
            answer = await self._door.get(self._wire.path("entry", entry=entry_id))
        except Rejected as fault:
            if fault.call.status != 404:
                raise
            return None
        found = one(answer, "entry")
        return found if isinstance(found, dict) else None
