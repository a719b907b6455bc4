"""Race Roster's participant rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from p88console.sandbox.raceroster.catalog import offset_time
from p88console.sandbox.registering.book import Registration
from p88console.sandbox.wire import json_text

GENDER_CODES: dict[str | None, int] = {None: 0, "M": 1, "F": 2, "X": 9}
"""0 does not want to tell, 9 is non-binary; 8, a mixed team, does not register (vendor docs)."""


class ParticipantWriter:
    """Writes registrations as rows."""

    def __init__(self, sub_event_ids: Sequence[int], race_day: date) -> None:
        """Know what a row needs beyond its registration.

        Args:
            sub_event_ids: The sub-event of each race, by the race's number.
            race_day: The day that ages are counted to.
        """
        self._sub_event_ids = sub_event_ids
        self._race_day = race_day

    def text(self, entry: Registration) -> str:
        """A row as JSON text, written once for each state of the row."""
        text = entry.rendered.get("row")
        if text is None:
            text = entry.rendered["row"] = json_text(self.row(entry))
        return text

    def row(self, entry: Registration) -> dict[str, Any]:
        """A row; the first seven keys and the e-mail's place are confirmed, the rest is assumed.

        Numbers are text in some rows, and some dates end in `Z` (seen by clients).
        """
        person, number = entry.person, entry.registration_id
        sub_event_id = self._sub_event_ids[entry.race.number]
        registered = offset_time(entry.registered_at)
        born = person.birth_date
        return {
            "participantId": str(number),
            "firstName": person.first_name,
            "lastName": person.last_name,
            "gender": GENDER_CODES.get(person.gender, 0),
            "bibNumber": str(entry.bib) if entry.bib is not None and number % 2 else entry.bib,
            "registrationDate": registered if number % 5 else registered.replace("+00:00", "Z"),
            "isActive": entry.stands,
            "profile": {
                "email": person.email,
                "dateOfBirth": born.isoformat() if born else None,
                "phone": person.phone,
                "address": person.street,
                "postalCode": person.postcode,
                "country": person.country,
            },
            "subEventId": sub_event_id if number % 3 else str(sub_event_id),
            "age": person.age_on(self._race_day),
            "city": person.city,
            "provinceState": person.region,
            "team": None,
            "chip": entry.chip,
            "customFields": [],
            "lastModifiedDate": offset_time(entry.modified_at),
        }
