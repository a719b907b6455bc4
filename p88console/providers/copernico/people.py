"""Copernico's athletes as people: read back after a push, or mirrored from a scoring event.

Confirmed: the athlete's fields, `birthdate` as a date, `gender` in words, `dorsal` and `chip` now
numbers and now text, per-event data nested in `events` or laid flat.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from p88console.domain.errors import RowFault
from p88console.domain.model import Gender, ParticipantRecord, Provider, RawRow
from p88console.domain.plan import Values
from p88console.providers.base import Entry, ScoringTarget, Seen
from p88console.providers.reading import Reader, mended

GENDERS = {"female": Gender.FEMALE, "male": Gender.MALE, "mixed": Gender.NONBINARY}
GENDER_WORDS = {gender.value: word for word, gender in GENDERS.items()}

_OURS = re.compile(rf"({'|'.join(provider.value for provider in Provider)})-")
"""How the ids begin under which registrations are sent."""


def seen(athlete: RawRow, target: ScoringTarget) -> Seen:
    """An athlete in the fields that were sent."""
    return _seen(athlete, _ours(target))


def _ours(target: ScoringTarget) -> dict[str, tuple[int, str]]:
    """The linked races by everything that the far side calls them, in their order."""
    races = list(enumerate(target.races.items()))
    return {word: (at, race) for at, (race, remote) in reversed(races) for word in remote}


def _seen(athlete: RawRow, races: Mapping[str, tuple[int, str]]) -> Seen:
    ours: list[tuple[int, str]] = []
    readers = [Reader(entry) for entry in entries(athlete)]
    entry = readers[0]
    for reader in readers:
        named = (mended(reader.text("event")), reader.text("eventId"))
        ours = [races[word] for word in named if word and word in races]
        if ours:
            entry = reader
            break
    values: dict[str, str | None] = {
        "first_name": mended(entry.text("name")),
        "last_name": mended(entry.text("surname")),
        "gender": entry.gender("gender", GENDERS),
        "birth_date": (entry.text("birthdate") or "")[:10] or None,
        "bib": entry.text("dorsal"),
        "race": min(ours)[1] if ours else entry.text("event"),
    }
    its_id = Reader(athlete).text("id") or ""
    return Seen(its_id, its_id, values)


def all_seen(rows: Sequence[Any], target: ScoringTarget) -> list[Seen]:
    """Every listed athlete that says more than an id."""
    races = _ours(target)
    return [_seen(row, races) for row in rows if not is_bare(row)]


def among(there: Sequence[Seen], wanted: Mapping[str, Entry]) -> list[Seen]:
    """Those of everybody there who are wanted, under the ids that they were sent by."""
    by_id = {seen.remote_id: seen for seen in there}
    found, unknown = [], []
    for our_id, entry in wanted.items():
        one = by_id.get(entry.remote_id or our_id)
        if one is None:
            unknown.append(entry)
        else:
            found.append(one if one.our_id == our_id else replace(one, our_id=our_id))
    others = strangers(there) if unknown else {}
    alike = [(entry.our_id, others.get(person(entry.values))) for entry in unknown]
    return found + [replace(one, our_id=our_id) for our_id, one in alike if one is not None]


def strangers(there: Sequence[Seen]) -> dict[tuple[str | None, ...], Seen]:
    """Athletes under ids of the far side's own making, by who they are; doubles answer to nobody.

    Whoever carries an id of ours is found by it and is never taken for somebody else of the same
    name and birth date.
    """
    foreign = [one for one in there if not _OURS.match(one.remote_id)]
    alike = Counter(person(one.values) for one in foreign)
    return {person(one.values): one for one in foreign if alike[person(one.values)] == 1}


def person(values: Values) -> tuple[str | None, ...]:
    """Who somebody is, for a far side that chose ids of its own."""
    names = ("first_name", "last_name", "birth_date", "race", "bib")
    return tuple((values.get(name) or "").casefold() for name in names)


def is_bare(athlete: Any) -> bool:
    """Whether a listed athlete is only an id, or too thin a row to compare with."""
    return not isinstance(athlete, dict) or not ("dorsal" in athlete or "events" in athlete)


def bare_id(athlete: Any) -> str:
    """The id of a listed athlete, whatever it is wrapped in."""
    return str(athlete.get("id") if isinstance(athlete, dict) else athlete)


def entries(athlete: Any) -> list[RawRow]:
    """One flat row for each event of an athlete; the id of a second event names the event too."""
    if not isinstance(athlete, dict):
        return []
    nested = athlete.get("events")
    if not isinstance(nested, list) or not nested:
        return [athlete]
    common = {key: value for key, value in athlete.items() if key != "events"}
    rows = [{**common, **event} for event in nested if isinstance(event, dict)]
    for row in rows[1:]:
        row["id"] = f"{athlete.get('id')}:{row.get('event')}"
    return list(rows) or [athlete]


def participant(raw: RawRow) -> ParticipantRecord:
    """Translate one athlete in one event; the event goes by its name."""
    reader = Reader(raw)
    event = reader.text("event")
    if event is None:
        raise RowFault("event", "an athlete in no event")
    chips = raw.get("chip")
    chip = chips[0] if isinstance(chips, list) and chips else chips
    return ParticipantRecord(
        provider_id=reader.text("id"),
        provider_race_id=event,
        bib=reader.text("dorsal"),
        chip=Reader({"chip": chip}).text("chip") if chip else None,
        first_name=mended(reader.text("name")),
        last_name=mended(reader.text("surname")),
        gender=reader.gender("gender", GENDERS),
        birth_date=reader.day("birthdate"),
        email=reader.text("e-mail"),
        phone=reader.text("phone"),
        country=reader.text("nationality"),
        team=reader.text("club"),
        flags=tuple(reader.flags),
        raw=raw,
    )
