"""Seeded invention of people, the odd ones included that every real start list has."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from p88console.sandbox.names import FIRST_NAMES, LAST_NAMES

CITIES = (
    ("Chicago", "IL", "60614"),
    ("Evanston", "IL", "60201"),
    ("Oak Park", "IL", "60302"),
    ("Naperville", "IL", "60540"),
    ("Milwaukee", "WI", "53202"),
    ("Gary", "IN", "46402"),
    ("St. Louis", "MO", "63101"),
    ("Ann Arbor", "MI", "48104"),
)
STREETS = ("Lake St", "Oak Ave", "Main St.", "N Clark St", "W 5th Ave Apt 2B", "Prairie Rd")
LONG_PHONE = "+1 (312) 555-0142 ext. 0067890123"
"""Thirty-three characters, as one registration form let through."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who registers; `gender` is F, M, X or unknown."""

    first_name: str
    last_name: str
    middle_name: str | None
    gender: str | None
    birth_date: date | None
    email: str
    phone: str | None
    street: str
    city: str
    region: str
    postcode: str
    country: str = "US"

    def age_on(self, day: date) -> int | None:
        """Completed years on `day`, where the birth date is known."""
        return None if self.birth_date is None else age_on(self.birth_date, day)


def age_on(born: date, day: date) -> int:
    """Completed years on `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def invent_people(count: int, seed: int, race_date: date) -> list[Person]:
    """As many people as asked for, always the same ones for the same seed and date."""
    rng = Random(f"{seed}:people")
    people = [_invent(rng, number, race_date) for number in range(count)]
    return _with_odd_ones(people)


def _invent(rng: Random, number: int, race_date: date) -> Person:
    gender = rng.choices(("F", "M", "X", None), weights=(490, 485, 15, 10))[0]
    names = FIRST_NAMES.get(gender or "X") or FIRST_NAMES[rng.choice("FM")]
    first, last = rng.choice(names), rng.choice(LAST_NAMES)
    days_old = int(rng.triangular(12 * 365.25, 78 * 365.25, 36 * 365.25))
    city, region, postcode = rng.choice(CITIES)
    return Person(
        first_name=first,
        last_name=last,
        middle_name=rng.choice("ABCDEJKLMRST") if rng.random() < 0.1 else None,
        gender=gender,
        birth_date=None if rng.random() < 0.02 else race_date - timedelta(days=days_old),
        email=email_for(first, last, number),
        phone=None if rng.random() < 0.05 else f"312-555-0{rng.randrange(1000):03d}",
        street=f"{rng.randrange(1, 4000)} {rng.choice(STREETS)}",
        city=city,
        region=region,
        postcode=postcode,
    )


def email_for(first_name: str, last_name: str, number: int) -> str:
    """An address that can never reach anybody."""
    text = unicodedata.normalize("NFKD", f"{first_name}.{last_name}").lower()
    plain = "".join(
        letter for letter in text if letter == "." or (letter.isascii() and letter.isalpha())
    )
    return f"{plain.strip('.')}.{number}@example.org"


def _with_odd_ones(people: list[Person]) -> list[Person]:
    odd: list[dict[str, object]] = [
        {"first_name": "Zoë-Aïda", "last_name": "Müller-Lüdenscheidt"},
        {"first_name": "Madonna", "last_name": "", "middle_name": None},
        {"first_name": "Siobhán", "last_name": "O'Brien"},
        {"first_name": "Gian Luca", "last_name": "D’Angelo"},
        {"phone": LONG_PHONE},
        {"first_name": "Bo", "last_name": "van der Berg Jr."},
        {"gender": "X"},
        {"gender": None, "birth_date": None},
    ]
    for place, fields in enumerate(odd):
        # Spread over the field, so that every race and every page has its share.
        number = (place * 37 + 5) % len(people) if people else 0
        if place < len(people):
            people[number] = _odd(people[number], fields, number)
    if len(people) > 12:
        twin, namesake = people[-1], people[len(people) // 2]
        people[-1] = replace(
            twin,
            first_name=namesake.first_name,
            last_name=namesake.last_name,
            middle_name=namesake.middle_name,
            gender=namesake.gender,
            birth_date=namesake.birth_date,
        )
    return people


def _odd(person: Person, fields: dict[str, object], number: int) -> Person:
    changed: Person = replace(person, **fields)  # type: ignore[arg-type]  # names and values above
    email = email_for(changed.first_name, changed.last_name, number)
    return replace(changed, email=email)
