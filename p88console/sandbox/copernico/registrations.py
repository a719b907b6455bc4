"""Checking the rows of a registrations push, as an entry platform sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from p88console.sandbox.day import Race

GENDERS = ("male", "female", "mixed", None)
_NOT_COLUMNS = frozenset({"id", "raceId", "eventId"})


class BadRow(Exception):
    """A row cannot be taken. Which one it is the answer does not say (assumed)."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One good row; without an id it makes a new athlete each time (assumed)."""

    athlete_id: str | None
    race: Race
    columns: dict[str, Any]


def read_row(row: Any, race_uuid: str, events: Mapping[str, Race]) -> Registered:
    """Check one row (fields confirmed on the vendor's page, the checks are assumed).

    Args:
        row: The row as sent.
        race_uuid: The race it was sent to.
        events: Races by every id an event goes by.

    Raises:
        BadRow: A required field is missing or a value is malformed.
    """
    if not isinstance(row, dict):
        raise BadRow("a registration must be an object")
    if not isinstance(row.get("name"), str) or not row["name"].strip():
        raise BadRow("name is required")
    if row.get("raceId", race_uuid) != race_uuid:
        raise BadRow("raceId does not match")
    race = events.get(str(row.get("eventId")))
    if race is None:
        raise BadRow("eventId is unknown")
    _check_values(row)
    sent_id = row.get("id")
    columns = {name: value for name, value in row.items() if name not in _NOT_COLUMNS}
    return Registered(None if sent_id in (None, "") else str(sent_id), race, columns)


def read_batch(body: bytes, race_uuid: str, events: Mapping[str, Race]) -> list[Registered]:
    """Check a whole batch: one bad row refuses all of it (assumed).

    Raises:
        BadRow: The body is no array, or a row of it cannot be taken.
    """
    try:
        rows = json.loads(body)
    except ValueError:
        raise BadRow("the body is not JSON") from None
    if not isinstance(rows, list):
        raise BadRow("an array of registrations is expected")
    return [read_row(row, race_uuid, events) for row in rows]


def _check_values(row: Mapping[str, Any]) -> None:
    if row.get("gender") not in GENDERS:
        raise BadRow("gender must be male, female or mixed")
    if not isinstance(row.get("surname"), str | None):
        raise BadRow("surname must be text")
    dorsal = row.get("dorsal")
    if isinstance(dorsal, bool) or not isinstance(dorsal, str | int | None):
        raise BadRow("dorsal must be text")
    born = row.get("birthdate")
    if born in (None, ""):
        return
    try:
        date.fromisoformat(born)
    except (TypeError, ValueError):
        raise BadRow("birthdate must be YYYY-MM-DD") from None
