"""The entry file that CT Live's own import takes.

Columns, order and date form are those of a file that worked for an organiser; they are not
documented by the vendor.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

COLUMNS = (
    "EXTERNAL_ID",
    "TYPE",
    "REG_CHOICE",
    "RACE_NAME",
    "BIB",
    "TAG",
    "BRACKET",
    "FIRST_NAME",
    "LAST_NAME",
    "GENDER",
    "RACE_AGE",
    "REG_AGE",
    "DOB",
    "CITY",
    "COUNTRY_NAME",
    "COUNTRY_CODE",
)

CODE_LENGTHS = (2, 3)
"""A country of so many letters is a code; anything longer is its name."""


def entry(
    person: Mapping[str, Any],
    external_id: str,
    race_name: str | None,
    race_day: date | None,
    registered: date | None,
) -> dict[str, object]:
    """One participant as a row of the entry file.

    Args:
        person: A participant with the mirror's field names.
        external_id: The stable id under which pushes know the person too.
        race_name: The race as ChronoTrack calls it; its registration choice goes by the same name.
        race_day: The local day of the start.
        registered: The local day of the registration.
    """
    born, country = person["birth_date"], person["country"] or ""
    coded = len(country) in CODE_LENGTHS
    return {
        "EXTERNAL_ID": external_id,
        "TYPE": "IND",
        "REG_CHOICE": race_name,
        "RACE_NAME": race_name,
        "BIB": person["bib"],
        "TAG": person["chip"],
        "BRACKET": None,
        "FIRST_NAME": person["first_name"],
        "LAST_NAME": person["last_name"],
        "GENDER": person["gender"],
        "RACE_AGE": age_on(race_day, born),
        "REG_AGE": age_on(registered, born),
        "DOB": f"{born:%d-%m-%Y}" if born else None,
        "CITY": person["city"],
        "COUNTRY_NAME": None if coded else country,
        "COUNTRY_CODE": country if coded else None,
    }


def age_on(day: date | None, born: date | None) -> int | None:
    """Completed years of life on that day; None where either date is unknown or makes no sense."""
    if day is None or born is None or born > day:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
