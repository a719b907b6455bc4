"""Times in every spelling of the providers become milliseconds, and come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.times import (
    ABSENT,
    Reading,
    between,
    clock_text,
    from_clock,
    from_milliseconds,
    from_seconds,
    same_time,
)

LONG = st.integers(0, 99 * 3_600_000)
"""Milliseconds up to four days: ultras."""


@pytest.mark.parametrize(
    ("text", "ms", "unit_ms"),
    [
        ("1:13:12", 4_392_000, 1000),
        ("21:53.15", 1_313_150, 10),
        ("1:56:24.47", 6_984_470, 10),
        ("0:21:53.150", 1_313_150, 1),
        ("00:21:53.15", 1_313_150, 10),
        ("00:50:49.5", 3_049_500, 100),
        ("0:42:55.3", 2_575_300, 100),
        ("75:30.2", 4_530_200, 100),
        ("0:59", 59_000, 1000),
        ("26:00:00", 93_600_000, 1000),
        (" 21:53,15 ", 1_313_150, 10),
        ("0:00:01.0005", 1_001, 1),
    ],
)
def test_clock_times_are_read(text: str, ms: int, unit_ms: int) -> None:
    assert from_clock(text) == Reading(ms, None, unit_ms)


@pytest.mark.parametrize(
    ("text", "word"),
    [("DNF", "dnf"), ("dns", "dns"), ("DQ", "dq"), ("DSQ", "dq"), ("DNQ", "dnq")],
)
def test_a_word_in_place_of_a_time_is_a_standing(text: str, word: str) -> None:
    assert from_clock(text) == Reading(status=word)


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_nothing_is_no_time(nothing: object) -> None:
    assert from_clock(nothing) is ABSENT
    assert from_milliseconds(nothing) is None
    assert from_seconds(nothing) is None


@pytest.mark.parametrize(
    "text", ["1313150", "21.53", "1:75:00", "1:13:75", "-1:00", "1:1", "soon", "1:13:12 PM", True]
)
def test_what_is_no_clock_time_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is no time"):
        from_clock(text)


@given(ms=LONG)
def test_a_time_survives_being_written_and_read(ms: int) -> None:
    assert from_clock(clock_text(ms)) == Reading(ms)
    assert from_milliseconds(ms) == from_milliseconds(str(ms)) == ms
    assert from_seconds(f"{ms // 1000}.{ms % 1000:03}") == ms


@given(ms=LONG, digits=st.integers(0, 3))
def test_fewer_digits_tell_the_time_as_far_as_they_go(ms: int, digits: int) -> None:
    read = from_clock(clock_text(ms, digits))
    assert read.unit_ms == 10 ** (3 - digits)
    assert read.ms == ms - ms % read.unit_ms
    assert same_time(ms, read.ms, read.unit_ms)


@given(ms=LONG, other=LONG)
def test_times_agree_only_within_what_was_shown(ms: int, other: int) -> None:
    assert same_time(ms, other) == (ms == other)
    assert not same_time(ms, None)
    assert not same_time(None, ms, 1000)
    assert same_time(None, None)


@given(start=st.integers(1_700_000_000, 1_800_000_000), ms=LONG)
def test_elapsed_time_between_two_unix_times(start: int, ms: int) -> None:
    end = f"{start + ms // 1000}.{ms % 1000:03}"
    assert between(str(start), end) == between(f"{start}.0", end) == ms
    assert between(start, "") is None
    assert between("-1", end) is None


def test_an_end_before_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match="lies before"):
        between("1761469203.41", "1761469203.40")


@pytest.mark.parametrize(
    ("value", "ms"),
    [(8567, 8_567_000), ("1761469241.9", 1_761_469_241_900), (-1, None), (0.0005, 1)],
)
def test_seconds_are_read_whole_or_with_a_fraction(value: object, ms: int | None) -> None:
    assert from_seconds(value) == ms


@pytest.mark.parametrize("text", ["soon", "NaN", "inf", "1:13"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        from_seconds(text)
    with pytest.raises(ValueError, match="is no number"):
        from_milliseconds(text)
