"""Race distances as organisers write them, in metres."""

from __future__ import annotations

import re

HALF_MARATHON_M = 21_097.5
MARATHON_M = 42_195.0

UNITS_M = {
    "k": 1000.0,
    "km": 1000.0,
    "kms": 1000.0,
    "kilometer": 1000.0,
    "kilometers": 1000.0,
    "kilometre": 1000.0,
    "kilometres": 1000.0,
    "m": 1.0,
    "meter": 1.0,
    "meters": 1.0,
    "metre": 1.0,
    "metres": 1.0,
    "mi": 1609.344,
    "mile": 1609.344,
    "miles": 1609.344,
}

_NUMBER_AND_UNIT = re.compile(r"(\d+(?:[.,]\d+)*)[\s-]*([a-z]+)", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")


def metres(text: str | None) -> float | None:
    """The distance in metres; None when the text names none ("Half Marathon" is 21,097.5)."""
    if not text:
        return None
    for found in _NUMBER_AND_UNIT.finditer(text):
        unit_m, number = UNITS_M.get(found[2].casefold()), found[1]
        if unit_m == 1.0 and _THOUSANDS.fullmatch(number):
            number = number.replace(",", "")
        if unit_m is not None and number.count(".") + number.count(",") <= 1:
            return round(float(number.replace(",", ".")) * unit_m, 1)
    words = text.casefold()
    if "half marathon" in words:
        return HALF_MARATHON_M
    return MARATHON_M if "marathon" in words else None
