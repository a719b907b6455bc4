"""Creating and updating entries: the assumed form, since no public code writes to this API.

`POST /api/event/{id}/entry` and `POST /api/race/{id}/entry` create, `PUT /api/entry/{id}` updates.
The body is a JSON object or a form with the names an entry is read by, without an envelope. The
caller's own id travels as `entry_external_id`; creating under a known one updates, so that a caller
who repeats itself makes nobody twice. Someone is withdrawn by the `entry_status` WD. The answer is
the entry as `/api/entry/{id}` shows it, with 201 for one that is made and 200 for a known one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from p88console.sandbox.chronotrack.entries import Entries, Entry, Fields
from p88console.sandbox.chronotrack.fields import BadEntry, entry_fields
from p88console.sandbox.day import Race


@dataclass(slots=True)
class Switches:
    """What can be turned on and off while the server runs."""

    writable: bool
    """Off: every writing verb is refused with 405, as for a client that may only read."""
    ignored_fields: frozenset[str]
    """Fields of a write that are taken without complaint and not kept."""


@dataclass(slots=True)
class Writer:
    """Takes the bodies of writes, and counts what came of them."""

    races: Mapping[str, Race]
    entries: Entries
    switches: Switches
    created: int = 0
    updated: int = 0

    def create(self, body: Fields, races: Sequence[Race]) -> tuple[Entry, bool]:
        """Make an entry in one of these races, or update the one under the caller's id.

        Returns:
            The entry, and whether there was none before.

        Raises:
            BadEntry: The body cannot be taken, or says too little for an entry.
        """
        kept = self._kept(body)
        named, fields = self._race(kept), entry_fields(kept)
        if named is not None and named not in races:
            raise BadEntry("race_id is another race")
        race = races[0] if len(races) == 1 else named
        known = self.entries.known_as(fields.get("entry_external_id"))
        if known is not None:
            return self._edit(known, race, fields), False
        if race is None:
            raise BadEntry("race_id is required")
        if not (fields.get("athlete_first_name") or fields.get("athlete_last_name")):
            raise BadEntry("a name is required")
        self.created += 1
        return self.entries.add(race, fields), True

    def update(self, entry: Entry, body: Fields) -> Entry:
        """Overwrite the fields sent; another `race_id` moves the entry.

        Raises:
            BadEntry: The body cannot be taken.
        """
        kept = self._kept(body)
        return self._edit(entry, self._race(kept), entry_fields(kept))

    def _edit(self, entry: Entry, race: Race | None, fields: Fields) -> Entry:
        self.entries.edit(entry, race or entry.race, fields)
        self.updated += 1
        return entry

    def _kept(self, body: Fields) -> Fields:
        ignored = self.switches.ignored_fields
        return {name: value for name, value in body.items() if name not in ignored}

    def _race(self, body: Fields) -> Race | None:
        race_id = body.get("race_id")
        if race_id is not None and race_id not in self.races:
            raise BadEntry("race_id is unknown")
        return self.races[race_id] if race_id else None
