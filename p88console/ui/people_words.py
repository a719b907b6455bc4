"""People in the words of a start list: names, sex and age, times, places, fields."""

from __future__ import annotations

from datetime import date, datetime

from p88console.ui.format import NONE
from p88console.ui.phrase import Phrase, Piece, Tone, say

HOUR_MS, MINUTE_MS, SECOND_MS = 3_600_000, 60_000, 1_000

_FIELD_LABELS = {"race_id": "race", "birth_date": "born", "provider_id": "registration"}


def listed_name(first: str | None, last: str | None) -> Phrase:
    """A name as lists sort it: `Byron, Ada`, the last name strong."""
    if not first and not last:
        return say(NONE, Tone.DIM)
    if not first or not last:
        return say(last or first or "", Tone.STRONG)
    return (Piece(last, Tone.STRONG), Piece(f", {first}"))


def spoken_name(first: str | None, last: str | None) -> str:
    """A name as it is called out: `Ada Byron`."""
    return " ".join(part for part in (first, last) if part) or "no name"


def age_on(born: date | None, day: datetime | date | None) -> int | None:
    """Whole years of a person on a day; None where either is unknown."""
    if born is None or day is None:
        return None
    on = day.date() if isinstance(day, datetime) else day
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def sex_and_age(gender: str | None, age: int | None) -> Phrase:
    """`F 34`, with a dash for what is not known."""
    return say(f"{gender or NONE} {NONE if age is None else age}", Tone.DIM)


def race_time(milliseconds: int | None) -> str:
    """A time as a finish list shows it, to the tenth: `1:29:50.0`, `24:03.7`."""
    if milliseconds is None:
        return NONE
    sign, whole = ("-", -milliseconds) if milliseconds < 0 else ("", milliseconds)
    hours, rest = divmod(whole, HOUR_MS)
    minutes, left = divmod(rest, MINUTE_MS)
    seconds = f"{left // SECOND_MS:02}.{left % SECOND_MS // 100}"
    return f"{sign}{hours}:{minutes:02}:{seconds}" if hours else f"{sign}{minutes}:{seconds}"


def field_label(name: str) -> str:
    """A field of the mirror as it is told on screen."""
    return _FIELD_LABELS.get(name, name.replace("_", " "))
