"""The fields of a participant that can be merged and edited, and what may be typed into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from p88console.domain.errors import UsageFault
from p88console.domain.merge import Value
from p88console.domain.model import Gender

FIELDS = (
    "race_id",
    "bib",
    "chip",
    "first_name",
    "last_name",
    "gender",
    "birth_date",
    "email",
    "phone",
    "city",
    "region",
    "country",
    "team",
)
"""Merged field by field; a registration's standing has its own ways (removals, withdrawal)."""

LONGEST = {"bib": 32, "chip": 64}
LONG = 200


def as_text(value: object) -> Value:
    """A field's value as versions, conflicts and the audit trail keep it."""
    return value.isoformat() if isinstance(value, date) else None if value is None else str(value)


def as_value(name: str, text: Value) -> str | int | date | None:
    """A field's value as the mirror keeps it, from its text."""
    if text is None:
        return None
    if name == "race_id":
        return int(text)
    return date.fromisoformat(text) if name == "birth_date" else text


def typed(name: str, text: str) -> Value:
    """What somebody typed into a field, tidied; nothing typed is a blank.

    Raises `UsageFault` for what cannot be such a field's value.
    """
    if name not in FIELDS:
        known = ", ".join(field.removesuffix("_id") for field in FIELDS)
        raise UsageFault(f"there is no field {name!r}", f"there are: {known}")
    tidy = " ".join(text.split())
    if not tidy:
        return None
    if not tidy.isprintable():
        raise UsageFault(f"{name} holds characters that cannot be typed", repr(text))
    if len(tidy) > LONGEST.get(name, LONG):
        raise UsageFault(f"{name} is too long", f"at most {LONGEST.get(name, LONG)} characters")
    return _CHECKS.get(name, str)(tidy)


def _race(text: str) -> str:
    if not text.isdecimal() or len(text) > 18:
        raise UsageFault(f"{text!r} is no race")
    return str(int(text))


def _bib(text: str) -> str:
    if " " in text:
        raise UsageFault(f"{text!r} is no bib", "a bib has no spaces")
    return text


def _gender(text: str) -> str:
    words = {"female": Gender.FEMALE, "male": Gender.MALE, "nonbinary": Gender.NONBINARY}
    letter = words.get(text.casefold(), text.upper())
    if letter not in set(Gender):
        raise UsageFault(f"{text!r} is no gender", "write F, M or X, or nothing")
    return str(letter)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageFault(f"{text!r} is no date", "write it as YYYY-MM-DD") from None


def _email(text: str) -> str:
    name, at, host = text.partition("@")
    if not (name and at and host) or " " in text:
        raise UsageFault(f"{text!r} is no e-mail address")
    return text


_CHECKS: Mapping[str, Callable[[str], str]] = {
    "race_id": _race,
    "bib": _bib,
    "chip": _bib,
    "gender": _gender,
    "birth_date": _day,
    "email": _email,
}
