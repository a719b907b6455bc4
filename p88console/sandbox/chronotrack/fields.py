"""The fields of an entry as they arrive in a body, and what is checked of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.requests import Request

from p88console.sandbox.forms import read_form

ENTRY_FIELDS = (
    *("entry_external_id", "entry_type", "entry_status", "entry_bib", "entry_race_age"),
    *("athlete_first_name", "athlete_last_name", "athlete_sex", "athlete_birthdate"),
    *("athlete_email", "athlete_home_phone", "athlete_mobile_phone"),
    *("location_street", "location_street2", "location_city", "location_region"),
    *("location_postal_code", "location_country", "team_name"),
)
"""What is kept of an entry; anything else is ignored silently, as unknown parameters are."""

SEXES = ("F", "M", "X", None)


class BadEntry(Exception):
    """An entry cannot be taken as sent."""


async def read_body(request: Request) -> dict[str, str | None]:
    """The body's scalars as ChronoTrack keeps them: texts, None for empty ones.

    Raises:
        BadEntry: The body is no object of scalars.
    """
    if not request.headers.get("content-type", "").startswith("application/json"):
        return {name: value or None for name, value in (await read_form(request)).items()}
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise BadEntry("the body is not JSON") from None
    return as_texts(body)


def as_texts(body: Any) -> dict[str, str | None]:
    """A JSON object with every scalar as text, None for null and empty texts.

    Raises:
        BadEntry: It is no object of scalars.
    """
    if not isinstance(body, dict):
        raise BadEntry("an object is expected")
    for name, value in body.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise BadEntry(f"{name} must be text")
    return {name: None if value in (None, "") else str(value) for name, value in body.items()}


def entry_fields(body: Mapping[str, str | None]) -> dict[str, str | None]:
    """The fields of an entry in a body (which checks there are is assumed).

    Raises:
        BadEntry: A value is malformed.
    """
    fields = {name: body[name] for name in ENTRY_FIELDS if name in body}
    if fields.get("athlete_sex") not in SEXES:
        raise BadEntry("athlete_sex must be F, M or X")
    born = fields.get("athlete_birthdate")
    if born and not _is_date(born):
        raise BadEntry("athlete_birthdate must be YYYY-MM-DD")
    return fields


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
