"""ChronoTrack's entries as people: mirrored, sent, and compared with what was sent.

Confirmed: the names by which entries are read, every scalar a string, birth dates as ISO dates.
Seen in one schema only: `entry_external_id`, under which our own id travels. That entries are
written by the names they are read by is assumed, see `FORMS`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from p88console.domain.errors import RowFault
from p88console.domain.folding import folded
from p88console.domain.model import Gender, ParticipantRecord, ParticipantStatus, RawRow
from p88console.domain.plan import Values
from p88console.providers.base import Entry, ScoringTarget, Seen
from p88console.providers.reading import Reader
from p88console.providers.wire import Wire

GENDERS = {
    "f": Gender.FEMALE,
    "female": Gender.FEMALE,
    "m": Gender.MALE,
    "male": Gender.MALE,
    "x": Gender.NONBINARY,
}

FIELDS = {
    "first_name": "athlete_first_name",
    "last_name": "athlete_last_name",
    "gender": "athlete_sex",
    "birth_date": "athlete_birthdate",
    "bib": "entry_bib",
    "race": "race_id",
    "email": "athlete_email",
    "city": "location_city",
    "region": "location_region",
    "country": "location_country",
}
"""The fields that are pushed, and by which names they are read back."""

_PERSON = ("first_name", "last_name", "birth_date", "race", "bib")


def sent_fields(wire: Wire) -> tuple[str, ...]:
    """The fields that are sent, as far as settings leave them in."""
    return tuple(field for field in FIELDS if wire[f"send_{field}"])


def body(
    entry: Entry, target: ScoringTarget, wire: Wire, *, creating: bool
) -> dict[str, str | None]:
    """An entry as it is written; what is absent is left out of a new one and blanks a known one."""
    race_id, _name = target.races[entry.values.get("race") or ""]
    gender = entry.values.get("gender")
    values = {**entry.values, "race": race_id, "gender": gender if gender in set(Gender) else None}
    row = {wire[f"send_{field}"]: values.get(field) for field in sent_fields(wire)}
    row[wire["send_external_id"]] = entry.our_id
    if creating:
        row[wire["send_type"]] = wire["entry_type"]
        row = {name: value for name, value in row.items() if value is not None}
    elif entry.reinstates:
        row[wire["send_status"]] = wire["standing_status"]
    row.pop("", None)
    return row


def withdrawal(entry: Entry, wire: Wire) -> dict[str, str | None]:
    """The write that withdraws an entry, and gives its bib up where somebody else is to wear it."""
    row: dict[str, str | None] = {wire["send_status"]: wire["withdrawn_status"]}
    if not entry.values.get("bib") and wire["send_bib"]:
        row[wire["send_bib"]] = None
    row.pop("", None)
    return row


def seen(row: RawRow, target: ScoringTarget, wire: Wire, our_id: str = "") -> Seen:
    """An entry in the fields that were sent."""
    reader = Reader(row)
    ours = {remote_id: race for race, (remote_id, _name) in target.races.items()}
    by_name = {folded(name): race for race, (_remote_id, name) in target.races.items()}
    race_id = reader.text("race_id")
    values: dict[str, str | None] = {
        field: reader.text(FIELDS[field]) for field in sent_fields(wire)
    }
    if "gender" in values:
        values["gender"] = reader.gender("athlete_sex", GENDERS)
    if "birth_date" in values:
        values["birth_date"] = (values["birth_date"] or "")[:10] or None
    if "race" in values:
        name = reader.text("race_name")
        values["race"] = ours.get(race_id or "") or by_name.get(folded(name)) or name or race_id
    return Seen(
        our_id=our_id or reader.text(wire["external_id"]) or "",
        remote_id=reader.text("entry_id") or "",
        values=values,
        withdrawn=is_withdrawn(reader, wire),
    )


def is_withdrawn(entry: Reader, wire: Wire) -> bool:
    """Whether an entry says of itself that it no longer takes part."""
    return (entry.text("entry_status") or "").casefold() == wire["withdrawn_status"].casefold()


def found(wanted: Iterable[Entry], there: Sequence[Seen]) -> Mapping[str, Seen]:
    """Who of the wanted is there: by the id known to be theirs, by our own id, else by who it is.

    Only an entry without any external id is known by name and birth date, and only where nobody
    else is alike on either side.
    """
    people = list(wanted)
    by_id = {one.remote_id: one for one in there if one.remote_id}
    by_ours = {one.our_id: one for one in reversed(there) if one.our_id}
    strangers = [one for one in there if not one.our_id]
    alike = Counter(_who(one.values) for one in strangers)
    alike_here = Counter(_who(entry.values) for entry in people)
    by_person = {_who(one.values): one for one in strangers if alike[_who(one.values)] == 1}
    matched: dict[str, Seen] = {}
    for entry in people:
        one = by_id.get(entry.remote_id or "") or by_ours.get(entry.our_id)
        if one is None and alike_here[_who(entry.values)] == 1:
            one = by_person.get(_who(entry.values))
        if one is not None:
            matched[entry.our_id] = one
    return matched


def _who(values: Values) -> tuple[str, ...]:
    return tuple((values.get(name) or "").casefold() for name in _PERSON)


def participant(raw: RawRow, wire: Wire) -> ParticipantRecord:
    """Translate one entry; one person in one race."""
    reader = Reader(raw)
    race_id = reader.text("race_id")
    if race_id is None:
        raise RowFault("race_id", "an entry that names no race")
    first, last = reader.text("athlete_first_name"), reader.text("athlete_last_name")
    return ParticipantRecord(
        provider_id=reader.text("entry_id"),
        provider_race_id=race_id,
        bib=reader.text("entry_bib"),
        first_name=first if first or last else reader.text("entry_name"),
        last_name=last,
        gender=reader.gender("athlete_sex", GENDERS),
        birth_date=reader.day("athlete_birthdate"),
        email=reader.text("athlete_email"),
        phone=reader.text("athlete_mobile_phone") or reader.text("athlete_home_phone"),
        city=reader.text("location_city"),
        region=reader.text("location_region"),
        country=reader.text("location_country"),
        team=reader.text("team_name"),
        status=(
            ParticipantStatus.WITHDRAWN if is_withdrawn(reader, wire) else ParticipantStatus.ACTIVE
        ),
        flags=tuple(reader.flags),
        raw=raw,
    )
