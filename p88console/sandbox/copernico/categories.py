"""Age categories as the practice race set them up at Copernico."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

_AGES = (("Sub 20", 0, 19), ("Senior", 20, 34), ("Veteran", 35, 49), ("Master", 50, 99))
_LETTERS = {"female": "F", "male": "M", "mixed": "X"}


def category_of(birth_date: date | None, gender: str | None, race_day: date) -> str:
    """`Senior F`, `Veteran M`…; empty when age or gender is not known."""
    letter = _LETTERS.get(gender or "")
    if birth_date is None or letter is None:
        return ""
    before_birthday = (race_day.month, race_day.day) < (birth_date.month, birth_date.day)
    age = race_day.year - birth_date.year - before_birthday
    name = next((name for name, first, last in _AGES if first <= age <= last), None)
    return f"{name} {letter}" if name else ""


def category_objects(race_day: date) -> list[dict[str, Any]]:
    """The categories of an event (keys confirmed in production code); dates are birth dates."""
    return [
        {
            "name": f"{name} {letter}",
            "gender": gender,
            "isAgeBased": True,
            "from": (_years_before(race_day, last + 1) + timedelta(days=1)).isoformat(),
            "to": _years_before(race_day, first).isoformat(),
        }
        for name, first, last in _AGES
        for gender, letter in _LETTERS.items()
    ]


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
