"""Haku's rows: short ones in the list, everything of one registration in its detail."""

from __future__ import annotations

from datetime import date
from typing import Any

from p88console.sandbox.day import Race
from p88console.sandbox.haku.catalog import zulu
from p88console.sandbox.haku.ways import Ways
from p88console.sandbox.registering.book import Registration
from p88console.sandbox.wire import json_text
from p88console.sandbox.world import World

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_GENDERS = {"F": "Female", "M": "Male", "X": "Non-Binary"}

_NOTHING_KNOWN = dict.fromkeys(
    (
        *("current_pace", "strava_athlete_identification", "formatted_submitted_result_time"),
        *("fundraising_option", "fundraised_amount", "fundraiser_goal", "subscription_number"),
        *("entity", "club", "partner"),
    )
)
_BROWSED = {
    "device": "desktop",
    "browser": "Chrome",
    "browser_version": "137",
    "os": "Mac",
    "os_version": "10.15",
}


def registration_number(registration_id: int) -> str:
    """The stable id: `B`, seven digits, two letters (shape confirmed)."""
    high, low = divmod(registration_id * 7919 % len(_LETTERS) ** 2, len(_LETTERS))
    return f"B{registration_id:07d}{_LETTERS[high]}{_LETTERS[low]}"


def registration_id_in(number: str) -> int | None:
    """The id behind a registration number; None if there can be no such number."""
    digits = number[1:-2]
    if not digits.isdecimal() or registration_number(int(digits)) != number:
        return None
    return int(digits)


class RowWriter:
    """Writes registrations as rows and details."""

    def __init__(self, world: World, ways: Ways) -> None:
        self._races = world.races
        self._race_day: date = world.date
        self._ways = ways
        self.second_races: dict[int, tuple[Race, str | None]] = {}
        """Registrations that hold another race beside their own, with the tag worn there."""

    def listed_text(self, entry: Registration) -> str:
        """A row of the list as JSON text, written once for each state of the row."""
        text = entry.rendered.get("listed")
        if text is None:
            text = entry.rendered["listed"] = json_text(self._listed(entry))
        return text

    def _listed(self, entry: Registration) -> dict[str, Any]:
        """Exactly the fields of a live probe: no bib, no phone, no birth date, no change date."""
        person = entry.person
        names = (person.first_name, (person.middle_name or "")[:1], person.last_name)
        second = self.second_races.get(entry.registration_id)
        categories = [entry.race.name, *([second[0].name] if second else [])]
        return {
            "registration_number": registration_number(entry.registration_id),
            "person_full_name": " ".join(name for name in names if name),
            "email": person.email,
            "age": person.age_on(self._race_day),
            "gender": _GENDERS.get(person.gender or ""),
            "event_category_info": ", ".join(categories),
            "team": _team(entry),
            "registered_at": zulu(entry.registered_at),
            "is_cancelled": not entry.stands,
            "transaction_amount": _amount(entry),
        }

    def detail(self, entry: Registration) -> dict[str, Any]:
        """One registration with all its fields (confirmed by live probes)."""
        return {
            "registration_number": registration_number(entry.registration_id),
            "is_cancelled": not entry.stands,
            "cancelled_at": zulu(entry.left_at) if entry.left_at else None,
            "created_at": zulu(entry.registered_at),
            "updated_at": zulu(entry.modified_at),
            "transaction_amount": _amount(entry),
            "participant": _participant(entry),
            "event_categories": self._categories(entry),
            "emergency_contact_name": "Sam Sample",
            "emergency_contact_phone_number": "555-0101",
            "emergency_contact_relationship": "Spouse",
            "shirt_size_name": "Medium",
            "shirt_size_code": "M",
            "wants_sms_communications": False,
            "team": _team(entry),
            **_NOTHING_KNOWN,
            "products": [],
            "additional_questions": [],
            **_BROWSED,
        }

    def _categories(self, entry: Registration) -> list[dict[str, Any]]:
        """The race, and for some the one they left before, or a second one beside it.

        That a left category stays with `is_active: false` is assumed.
        """
        bib = None if entry.bib is None else str(entry.bib)
        categories = [_category(entry, entry.race, bib, _chip(entry))]
        second = self.second_races.get(entry.registration_id)
        if second is not None:
            categories.append(_category(entry, *second, None))
        elif entry.registration_id % 12 == 5:
            former = self._races[(entry.race.number + 1) % len(self._races)]
            place = 0 if self._ways.former_category_first else 1
            categories.insert(place, _category(entry, former, None, None, active=False))
        return categories


def _category(
    entry: Registration, race: Race, tag: str | None, chip: str | None, *, active: bool = True
) -> dict[str, Any]:
    return {
        "id": f"c{race.number + 1}",
        "name": race.name,
        "master_name": race.name,
        "is_active": active,
        "participation_option": "Individual",
        "corral_name": None,
        "wave_name": "Wave 1",
        "wave_code": "W1",
        "tag_number": tag,
        "chip_number": chip,
        "created_at": zulu(entry.registered_at),
        "updated_at": zulu(entry.modified_at),
    }


def _participant(entry: Registration) -> dict[str, Any]:
    person = entry.person
    return {
        "account_number": f"A{entry.registration_id:07d}",
        "source_system_identifier": None,
        "first_name": person.first_name,
        "middle_initial": (person.middle_name or "")[:1] or None,
        "last_name": person.last_name,
        "email": person.email,
        "phone": person.phone,
        "dob": person.birth_date.isoformat() if person.birth_date else None,
        "gender": _GENDERS.get(person.gender or ""),
        "address": {
            "line1": person.street,
            "line2": None,
            "city": person.city,
            "state": person.region,
            "zip_code": person.postcode,
            "country": person.country,
        },
        "additional_questions": [],
        "created_at": zulu(entry.registered_at),
        "updated_at": zulu(entry.modified_at),
    }


def _chip(entry: Registration) -> str | None:
    """What was entered, or for some who have a bib a chip of 24 hexadecimal digits."""
    if entry.chip is None and entry.bib is not None and entry.registration_id % 5 == 0:
        return f"{entry.registration_id:024X}"
    return entry.chip


def _team(entry: Registration) -> dict[str, str] | None:
    return {"name": "Team Demo"} if entry.registration_id % 9 == 0 else None


def _amount(entry: Registration) -> float:
    return float(entry.race.course.fee.removeprefix("$"))
