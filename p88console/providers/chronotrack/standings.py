"""ChronoTrack's rows as standings: one for each entry, its passages, brackets and status together.

Confirmed: the row with `results_interval_full` "1" is the finish; a begin time without an end time
is somebody under way; ranks belong to the bracket of their row; chip time means something only with
a begin time; DNS and DNF are no rows and follow from the entries. Assumed: that a penalty counts
where there is one, and that a race is over at its actual end, else at its planned one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from p88console.domain.errors import RowFault
from p88console.domain.model import RawRow, ResultRecord, ResultStatus, Split
from p88console.domain.times import from_clock, from_seconds
from p88console.providers.reading import Reader, whole

WORDS = {
    "dnf": ResultStatus.DNF,
    "dns": ResultStatus.DNS,
    "dq": ResultStatus.DQ,
    "dsq": ResultStatus.DQ,
}
"""Statuses of entries that stand above what was read on the course."""

STANDING_WORDS = ("", "conf")
FINISHED_WORD = "fin"

KEPT_OF_A_SPLIT = (
    "results_interval_name",
    "results_time",
    "results_gun_time",
    "results_begin_chip_time",
    "results_end_chip_time",
)


@dataclass(frozen=True, slots=True)
class Day:
    """All that one pull read of an event.

    `races` are the linked ones by id and by name, each to its id; `sex_rows` and `age_rows` rank
    people in brackets of those kinds; `metres` is where an interval (race id, name) ends; `over`
    are the races whose end is past; `whole` says that no row of a listing was missing.
    """

    races: Mapping[str, str]
    passages: Sequence[RawRow]
    entries: Sequence[RawRow]
    sex_rows: Sequence[RawRow]
    age_rows: Sequence[RawRow]
    metres: Mapping[tuple[str, str], float]
    over: Collection[str]
    whole: bool


def is_full(row: RawRow) -> bool:
    """Whether a row is about the whole course."""
    return str(row.get("results_interval_full")) == "1"


def is_through(row: RawRow) -> bool:
    """Whether the end of the row's interval was reached."""
    reader = Reader(row)
    begin, end = reader.text("results_begin_chip_time"), reader.text("results_end_chip_time")
    if begin and not end and "results_end_chip_time" in row:
        return False
    return bool(end or reader.text("results_gun_time") or reader.text("results_time"))


def runner_rows(day: Day) -> list[RawRow]:
    """Everybody of the linked races once.

    Where rows are missing, whoever has no passage is left out rather than taken for absent.
    """
    ids = {_bib_key(row): str(row["entry_id"]) for row in day.entries if row.get("entry_id")}
    entries = {str(row.get("entry_id") or _bib_key(row)): row for row in day.entries}
    passages = _grouped(day.passages, ids)
    by_sex, by_age = _grouped(day.sex_rows, ids), _grouped(day.age_rows, ids)
    rows: list[RawRow] = []
    for key in dict.fromkeys([*entries, *passages]):
        passed = passages.get(key, [])
        named = _races_named(passed[0] if passed else entries[key])
        race = next((day.races[name] for name in named if name in day.races), None)
        if (named and race is None) or not (passed or day.whole):
            continue
        row = _course_row(passed)
        aside = [one for one in passed if is_full(one) and one is not row]
        rows.append(
            {
                "race_id": race,
                "entry": entries.get(key, {}),
                "row": row,
                "splits": _splits_of(passed, race or "", day.metres),
                "sex_ranks": _ranks(by_sex.get(key, ())),
                "age_ranks": _ranks([*by_age.get(key, ()), *aside]),
                "over": race in day.over,
            }
        )
    return rows


def _grouped(rows: Iterable[RawRow], ids: Mapping[str, str]) -> dict[str, list[RawRow]]:
    found: dict[str, list[RawRow]] = {}
    for row in rows:
        bib = _bib_key(row)
        found.setdefault(str(row.get("results_entry_id") or ids.get(bib, bib)), []).append(row)
    return found


def _bib_key(row: RawRow) -> str:
    """Who somebody is without an entry's id: a bib in a race."""
    race = row.get("results_race_id") or row.get("race_id")
    return f"{race}:{row.get('results_bib') or row.get('entry_bib')}"


def _races_named(row: RawRow) -> list[str]:
    names = ("results_race_id", "race_id", "results_race_name", "race_name")
    return [str(row[name]) for name in names if row.get(name)]


def _course_row(passed: Sequence[RawRow]) -> RawRow:
    """The full course among everybody where there is one, else any passage."""
    full = [row for row in passed if is_full(row)]
    among_all = [row for row in full if _bracket(row).casefold() in ("overall", "")]
    own = [row for row in full if _bracket(row) != str(row.get("results_primary_bracket_name"))]
    return next(iter([*among_all, *own, *full, *passed]), {})


def _bracket(row: RawRow) -> str:
    return str(row.get("results_bracket_name") or "")


def _ranks(rows: Iterable[RawRow]) -> list[tuple[str, int]]:
    """(bracket, place) on the full course."""
    found = [(_bracket(row), whole(row.get("results_rank"))) for row in rows if is_full(row)]
    return [(bracket, place) for bracket, place in found if bracket and place]


def _splits_of(
    passed: Iterable[RawRow], race: str, metres: Mapping[tuple[str, str], float]
) -> list[RawRow]:
    """The passages on the way, each interval once, with where it ends."""
    on_the_way = {
        str(row.get("results_interval_name")): row
        for row in passed
        if not is_full(row) and is_through(row)
    }
    return [
        {**{kept: row.get(kept) for kept in KEPT_OF_A_SPLIT}, "metres": metres.get((race, name))}
        for name, row in on_the_way.items()
    ]


def result(raw: RawRow) -> ResultRecord:
    """Translate one combined row. Raises `RowFault` for somebody nameless or an odd time."""
    entry, row, race = Reader(raw["entry"]), Reader(raw["row"]), raw["race_id"]
    remote_id = row.text("results_entry_id") or entry.text("entry_id")
    bib = row.text("results_bib") or entry.text("entry_bib")
    if race is None:
        raise RowFault("results_race_id", "a result in no race")
    first = row.text("results_first_name") or entry.text("athlete_first_name")
    last = row.text("results_last_name") or entry.text("athlete_last_name")
    if not (remote_id or bib or first or last):
        raise RowFault("results_entry_id", "a result that names nobody")
    times = _Times.of(row.row) if is_full(row.row) and is_through(row.row) else _Times()
    status = _status(raw, entry, times)
    finished = status == ResultStatus.FINISHED
    category, ranks = _category(raw), dict(map(tuple, [*raw["sex_ranks"], *raw["age_ranks"]]))
    among_all = _bracket(row.row)
    by_sex = [place for bracket, place in raw["sex_ranks"] if bracket != among_all]
    return ResultRecord(
        remote_id=remote_id,
        remote_race_id=race,
        bib=bib,
        first_name=first,
        last_name=last,
        status=str(status),
        gun_time_ms=times.gun if finished else None,
        chip_time_ms=times.chip if finished else None,
        place=whole(row.row.get("results_rank")) or None if finished else None,
        gender_place=by_sex[0] if by_sex and finished else None,
        category=category,
        category_place=ranks.get(category or "") if finished else None,
        splits=_splits(raw, times),
        raw=raw,
    )


def _status(raw: RawRow, entry: Reader, times: _Times) -> str:
    """The timer's word first, then what was read; who has an end to come is not out of the race."""
    word = entry.text("entry_status") or ""
    known = WORDS.get(word.casefold()) or times.status
    if known:
        return known
    if times.gun is not None or times.chip is not None:
        return ResultStatus.FINISHED
    if word.casefold() == FINISHED_WORD:
        return ResultStatus.RUNNING  # the row with the time is on its way
    if raw["row"]:
        return ResultStatus.DNF if raw["over"] else ResultStatus.RUNNING
    if word.casefold() not in STANDING_WORDS:
        return word
    return ResultStatus.DNS if raw["over"] else ResultStatus.NOT_STARTED


def _category(raw: RawRow) -> str | None:
    """The bracket by which the row is grouped first, else one by age, else the entry's."""
    row, entry = Reader(raw["row"]), Reader(raw["entry"])
    by_age = [bracket for bracket, _place in raw["age_ranks"] if bracket != _bracket(row.row)]
    primary = row.text("results_primary_bracket_name")
    return primary or next(iter(by_age), None) or entry.text("bracket_name")


@dataclass(frozen=True, slots=True)
class _Times:
    """One row's times in milliseconds, `begin` and `end` those of its chip time since 1970."""

    gun: int | None = None
    chip: int | None = None
    begin: int | None = None
    end: int | None = None
    status: str | None = None

    @classmethod
    def of(cls, row: RawRow) -> _Times:
        reader, names = Reader(row), ("results_gun_time", "results_time")
        if reader.text("results_penalty_time"):
            names = ("results_gun_time_with_penalty", "results_time_with_penalty")
        (gun, said), (net, also_said) = (_time(reader, name) for name in names)
        begin, end = (_instant(reader, f"results_{name}_chip_time") for name in ("begin", "end"))
        if begin is None:
            gun = net = net if gun is None else gun
        return cls(gun, net, begin, end, said or also_said)


def _time(reader: Reader, name: str) -> tuple[int | None, str | None]:
    """Milliseconds, or the status that stands in their place; a bare number is seconds."""
    try:
        read = from_clock(reader.text(name))
    except ValueError:
        return _instant(reader, name) or None, None
    return read.ms or None, read.status


def _instant(reader: Reader, name: str) -> int | None:
    """Seconds as milliseconds."""
    text = reader.text(name)
    try:
        return from_seconds(text)
    except ValueError:
        raise RowFault(name, f"{text!r} is no time") from None


def _read(rows: Iterable[RawRow]) -> Iterator[tuple[RawRow, _Times]]:
    """The passages that can be read; an odd one hides nobody's finish."""
    for row in rows:
        try:
            yield row, _Times.of(row)
        except RowFault:
            continue


def _splits(raw: RawRow, course: _Times) -> tuple[Split, ...]:
    """The passages in the order of their distance, else of their time, all since the start."""
    read = list(_read(raw["splits"]))
    every = [course, *(times for _row, times in read)]
    begin = course.begin or min((one.begin for one in every if one.begin), default=None)
    waits = [
        one.gun - one.chip
        for one in every
        if one.begin == begin and one.gun is not None and one.chip is not None
    ]
    found = []
    for row, times in read:
        gun, chip, metres = times.gun, times.chip, row["metres"]
        if begin and times.end and times.begin not in (None, begin):  # a leg begun on the course
            chip = times.end - begin
            gun = chip + waits[0] if waits else None
        order = (metres is None, metres or 0, gun or chip or 0)
        found.append((order, Split(str(row["results_interval_name"] or "?"), gun, chip)))
    return tuple(split for _order, split in sorted(found, key=lambda one: one[0]))


def number(value: Any) -> float | None:
    """A number from its text; None when it is none."""
    try:
        return None if value is None or isinstance(value, bool) else float(str(value))
    except ValueError:
        return None
