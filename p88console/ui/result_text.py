"""Results in words: standings, splits, what a revision moved, paces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from p88console.store.windows.roster_rows import RevisionRow
from p88console.ui.format import Moment, dated_time, provider_title
from p88console.ui.people_words import race_time
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, cut, fit, heading, join, say
from p88console.ui.states import result_state

LABEL = 11
TIME = 12
SPLIT = 10

REVISED = ("place", "status", "bib", "gun_time_ms", "chip_time_ms", "category_place")
"""What is told of the difference between two revisions; the rest is in the newest."""

_REVISED_WORDS = {"gun_time_ms": "gun", "chip_time_ms": "chip", "category_place": "category place"}


def result_lines(
    title: str, standing: Mapping[str, Any], provider: str, width: int
) -> list[Phrase]:
    """One standing: state and times, places, and who says so."""
    places = [
        say(f"place {standing['place']}", Tone.STRONG) if standing.get("place") else NOTHING,
        say(f"{standing['gender_place']} by sex") if standing.get("gender_place") else NOTHING,
        _category(standing),
    ]
    times = [
        say(f"{word} {race_time(standing[name])}") if standing.get(name) else NOTHING
        for word, name in (("gun", "gun_time_ms"), ("chip", "chip_time_ms"))
    ]
    state = result_state(str(standing.get("status", "")))
    first = join([fit(state.phrase, LABEL), join(times, " · ")], " ")
    told = [first, join(places, " · "), say(provider_title(provider), Tone.DIM)]
    indent = Piece(" " * (LABEL + 1))
    lines = [heading(title, width), cut(told[0], width)]
    return lines + [cut((indent, *one), width) for one in told[1:] if one]


def _category(standing: Mapping[str, Any]) -> Phrase:
    category, place = standing.get("category"), standing.get("category_place")
    if not category:
        return NOTHING
    return say(f"{place} in {category}" if place else str(category))


def split_lines(standing: Mapping[str, Any]) -> list[Phrase]:
    """Every split with its time from the gun and from the own start."""
    splits = [one for one in standing.get("splits") or () if isinstance(one, Mapping)]
    told = [
        _split(
            str(split.get("name", "")),
            race_time(split.get("gun_time_ms")),
            race_time(split.get("chip_time_ms")),
        )
        for split in splits
    ]
    return [_split("Split", "gun", "chip", Tone.DIM), *told] if told else []


def _split(name: str, gun: str, chip: str, tone: Tone = Tone.PLAIN) -> Phrase:
    cells = [fit(say(name, Tone.DIM), LABEL)]
    cells += [fit(say(text, tone), SPLIT, right=True) for text in (gun, chip)]
    return join(cells, " ")


def revision_lines(revisions: Sequence[RevisionRow], at: Moment, width: int) -> list[Phrase]:
    """What each revision moved, newest first; the first of all is no news."""
    lines = []
    for earlier, later in pairwise(revisions):
        moved = moves(earlier.standing, later.standing)
        if moved:
            when = fit(say(dated_time(later.at, at), Tone.DIM), TIME)
            lines.append(cut((*when, Piece(" "), *moved), width))
    return [say("Moved", Tone.DIM), *lines[::-1]] if lines else []


def moves(before: Mapping[str, Any], after: Mapping[str, Any]) -> Phrase:
    """What differs between two standings: `place 12 → 11 · chip – → 1:29:50.0`."""
    moved = [
        (
            Piece(f"{_REVISED_WORDS.get(name, name)} ", Tone.DIM),
            Piece(f"{_shown(name, before)} → {_shown(name, after)}"),
        )
        for name in REVISED
        if before.get(name) != after.get(name)
    ]
    return join(moved, " · ")


def _shown(name: str, standing: Mapping[str, Any]) -> str:
    value = standing.get(name)
    if name.endswith("_ms"):
        return race_time(value if isinstance(value, int) else None)
    return "–" if value in (None, "") else str(value)


METRES_A_MILE = 1609.344
MILE_REGIONS = ("US/", "America/Indiana/", "America/Kentucky/", "America/North_Dakota/")
MILE_ZONES = frozenset(
    {
        "America/New_York",
        "America/Detroit",
        "America/Chicago",
        "America/Denver",
        "America/Boise",
        "America/Phoenix",
        "America/Los_Angeles",
        "America/Anchorage",
        "Pacific/Honolulu",
        "Europe/London",
    }
)


def counts_miles(zone_name: str) -> bool:
    """Whether runners of this zone count their pace by the mile."""
    return zone_name in MILE_ZONES or zone_name.startswith(MILE_REGIONS)


def pace_words(seconds_per_km: float, *, miles: bool) -> str:
    """A pace as runners tell it: `7:12 /mi`, `4:28 /km`."""
    seconds = round(seconds_per_km * (METRES_A_MILE / 1000 if miles else 1))
    return f"{seconds // 60}:{seconds % 60:02} {'/mi' if miles else '/km'}"
