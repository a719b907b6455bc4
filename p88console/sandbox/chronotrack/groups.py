"""The ranking groups of a race: everybody, the sexes, the age groups of each sex."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from p88console.sandbox.people import age_on

OVERALL, SEX, AGE = "OTHER", "SEX", "AGE"
"""The types of brackets (SEX, AGE and OTHER confirmed; that Overall is an OTHER is assumed)."""

KINDS = (OVERALL, SEX, AGE)
EVERYBODY = "Overall"
SEXES = {"F": "Female", "M": "Male"}
"""Whoever is neither, or unknown, is ranked in no bracket but Overall (assumed)."""

_AGES = ((0, 19), (20, 29), (30, 39), (40, 49), (50, 59), (60, 69), (70, 99))


def bracket_names() -> list[tuple[str, str, str | None]]:
    """Every bracket of a race: name, type, tag."""
    sexes = [(name, SEX, letter) for letter, name in SEXES.items()]
    ages = [(f"{letter}{first}-{last}", AGE, None) for letter in SEXES for first, last in _AGES]
    return [(EVERYBODY, OVERALL, None), *sexes, *ages]


def brackets_of(sex: str | None, age: int | None) -> Mapping[str, str]:
    """The brackets a person is ranked in: a name for each type that has one."""
    found = {OVERALL: EVERYBODY}
    if sex in SEXES:
        found[SEX] = SEXES[sex]
        for first, last in _AGES:
            if age is not None and first <= age <= last:
                found[AGE] = f"{sex}{first}-{last}"
    return found


def race_age(born: str | None, sent_age: str | None, race_day: date) -> int | None:
    """The age on race day: from the birth date, or else as the entry says."""
    if born:
        return age_on(date.fromisoformat(born), race_day)
    return int(sent_age) if sent_age and sent_age.isdecimal() else None
