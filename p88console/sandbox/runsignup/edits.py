"""RunSignUp's participants write: rows with a registration id edit, rows without one add."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from p88console.sandbox.day import Race
from p88console.sandbox.registering.book import Registration, Registrations
from p88console.sandbox.runsignup import faults
from p88console.sandbox.runsignup.fields import RowError, read_fields


def write_participants(
    registrations: Registrations, race: Race, form: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Take a write and answer with the registration ids in the order of its rows (confirmed).

    Good rows of a write that also has bad ones are kept (assumed).

    Raises:
        ApiError: The body is no request, or some rows could not be taken.
    """
    done: list[dict[str, Any]] = []
    details: list[dict[str, Any] | None] = []
    for row in _rows(form):
        try:
            entry = _write(registrations, race, row, now)
        except RowError as error:
            details.append(error.body())
        else:
            details.append(None)
            done.append({"registration_id": entry.registration_id})
    if any(details):
        raise faults.invalid_submission(details)
    return {"participants": done}


def _rows(form: Mapping[str, str]) -> list[Any]:
    if form.get("request_format") != "json":
        raise faults.invalid_submission()
    try:
        rows = json.loads(form.get("request", ""))["participants"]
    except (ValueError, KeyError, TypeError):
        raise faults.invalid_submission() from None
    if not isinstance(rows, list):
        raise faults.invalid_submission()
    return rows


def _write(registrations: Registrations, race: Race, row: Any, now: datetime) -> Registration:
    if not isinstance(row, dict):
        raise RowError(11, "Invalid row.")
    values = read_fields(row)
    number = row.get("registration_id")
    if number is None:
        if "first_name" not in values:
            raise RowError(104, "First name is required.")
        return registrations.add(race, values, now)
    entry = registrations.get(number) if isinstance(number, int) else None
    if entry is None or entry.race is not race:
        raise RowError(15, "Invalid registration id.")
    if entry.stands:
        registrations.edit(entry, values, now)
    else:
        # Bib and chip of inactive registrations are dropped silently (confirmed in vendor docs).
        kept = {name: value for name, value in values.items() if name not in {"bib", "chip"}}
        registrations.edit(entry, kept, now)
    return entry
