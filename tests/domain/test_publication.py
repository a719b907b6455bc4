"""Comparing lists of lines: what is sent, what is cleared, and when the whole list goes anew."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.publication import Line, Mode, compare, line_of, publishable, told

ADA = Line("1", 1, "512", "finished", 1, 1_200_123, 1_190_000, {"2.5K": 600_000})


def test_equal_lists_need_nothing() -> None:
    found = compare([ADA], [ADA])
    assert (found.changes, found.unchanged, found.left_over) == ((), (ADA,), ())
    assert found.mode is Mode.PARTIAL


def test_a_new_line_is_sent_whole() -> None:
    (change,) = compare([ADA], []).changes
    assert (change.before, change.finish, change.splits) == (None, True, {"2.5K": 600_000})


def test_only_what_differs_is_sent() -> None:
    (change,) = compare([replace(ADA, splits={"2.5K": 600_000, "4K": 900_000})], [ADA]).changes
    assert (change.finish, change.splits) == (False, {"4K": 900_000})
    (change,) = compare([replace(ADA, place=2)], [ADA]).changes
    assert (change.finish, change.splits) == (True, {})


def test_a_split_that_went_is_cleared() -> None:
    (change,) = compare([replace(ADA, splits={})], [ADA]).changes
    assert (change.finish, change.splits) == (False, {"2.5K": None})


def test_times_agree_as_far_as_the_far_side_shows_them() -> None:
    shown = replace(ADA, gun_time_ms=1_200_120, splits={"2.5K": 600_000})
    assert compare([ADA], [shown], unit_ms=10).changes == ()
    assert len(compare([ADA], [shown]).changes) == 1


def test_a_word_in_place_of_a_time_settles_the_finish() -> None:
    out = replace(ADA, status="dq", place=None, gun_time_ms=None, chip_time_ms=None)
    (change,) = compare([out], [ADA]).changes
    assert change.finish
    assert compare([out], [ADA]).mode is Mode.PARTIAL
    assert compare([out], [replace(out, gun_time_ms=5)]).changes == ()


@pytest.mark.parametrize(
    "now",
    [
        replace(ADA, status="running", place=None, gun_time_ms=None, chip_time_ms=None),
        replace(ADA, chip_time_ms=None),
        replace(ADA, place=None),
    ],
)
def test_what_has_to_be_emptied_takes_a_fresh_list(now: Line) -> None:
    assert compare([now], [ADA]).mode is Mode.FULL


def test_a_line_that_has_to_vanish_takes_a_fresh_list() -> None:
    found = compare([], [ADA])
    assert (found.left_over, found.mode) == ((ADA,), Mode.FULL)


def test_a_reinstated_runner_overwrites_the_word() -> None:
    out = replace(ADA, status="dnf", place=None, gun_time_ms=None, chip_time_ms=None)
    assert compare([ADA], [out]).mode is Mode.PARTIAL
    running = replace(out, status="running")
    assert compare([running], [out]).mode is Mode.FULL


def test_somebody_on_the_course_has_splits_alone() -> None:
    running = replace(ADA, status="running", place=None, gun_time_ms=None, chip_time_ms=None)
    (change,) = compare([running], []).changes
    assert (change.finish, change.splits) == (False, {"2.5K": 600_000})
    assert publishable(running)
    assert not publishable(replace(running, splits={}))
    assert publishable(replace(running, splits={}, status="dns"))


def test_what_is_wrong_with_a_line_is_told() -> None:
    assert told(ADA, ADA) == ""
    assert told(ADA, None) == "it is not shown there"
    wrong = replace(ADA, place=2, splits={"2.5K": 1})
    assert told(ADA, wrong) == "place is 2, not 1; split 2.5K is 1, not 600000"


TIMES = st.none() | st.integers(0, 10**7)
LINES = st.builds(
    Line,
    registration_id=st.integers(1, 20).map(str),
    participant_id=st.integers(1, 20),
    bib=st.none() | st.text(max_size=4),
    status=st.sampled_from(["finished", "running", "dnf", "dns", "dq"]),
    place=st.none() | st.integers(1, 50),
    gun_time_ms=TIMES,
    chip_time_ms=TIMES,
    splits=st.dictionaries(st.sampled_from(["5K", "10K"]), st.integers(0, 10**7)),
)
LISTS = st.lists(LINES, unique_by=lambda line: line.registration_id)


@given(wanted=LISTS, there=LISTS)
def test_every_line_is_changed_or_unchanged_and_the_rest_is_left_over(
    wanted: list[Line], there: list[Line]
) -> None:
    found = compare(wanted, there)
    ours = [change.line for change in found.changes] + list(found.unchanged)
    assert sorted(line.registration_id for line in ours) == sorted(
        line.registration_id for line in wanted
    )
    gone = {line.registration_id for line in there} - {line.registration_id for line in wanted}
    assert {line.registration_id for line in found.left_over} == gone
    held = {line.registration_id: line for line in there}
    for line in found.unchanged:
        assert told(line, held.get(line.registration_id)) == ""
    for change in found.changes:
        assert told(change.line, held.get(change.line.registration_id))


@given(line=LINES)
def test_a_line_survives_as_json(line: Line) -> None:
    assert line_of(line.values()) == line


def test_facts_of_the_runner_count_as_far_as_both_tell_them() -> None:
    told_of = replace(ADA, runner={"category": "F30", "age": 34})
    assert compare([told_of], [replace(ADA, runner={"category": "f30 "})]).changes == ()
    (change,) = compare([told_of], [replace(ADA, runner={"category": "F40"})]).changes
    assert change.finish
    assert told(told_of, replace(ADA, runner={"category": "F40"})) == "category is F40, not F30"
    assert compare([ADA], [told_of]).changes == ()


def test_lines_that_nobody_here_is_known_by_are_left_over_one_by_one() -> None:
    nameless = [replace(ADA, registration_id="", bib=bib) for bib in ("7", "8")]
    assert compare([ADA], [ADA, *nameless]).left_over == tuple(nameless)
