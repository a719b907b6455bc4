"""Three versions of a field become one, and nothing that somebody meant is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.merge import Merged, Settle, Value, blank, merge

BLANKS = st.sampled_from([None, "", "  "])
WORDS = st.sampled_from(["512", "0512", "600", "Ada", "ada", "Zoë"])
VALUES: st.SearchStrategy[Value] = BLANKS | WORDS
SETTLE = st.sampled_from(Settle)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("512", "512", "600", Merged("600", "600")),
        ("512", "600", "512", Merged("600", "512")),
        ("512", "600", "700", Merged("600", "512", conflict=True)),
        ("512", "600", "600", Merged("600", "600")),
        (None, "600", None, Merged("600", None)),
        ("512", "600", None, Merged("600", "512")),
        ("512", "512", None, Merged("512", "512")),
        ("512", None, "512", Merged(None, "512")),
        ("512", None, "600", Merged("600", "600")),
        (None, None, "512", Merged("512", "512")),
        (None, "600", "700", Merged("600", None, conflict=True)),
        ("Ada", "Ada", "ADA", Merged("ADA", "ADA")),
    ],
)
def test_every_way_the_three_can_lie(
    base: Value, ours: Value, theirs: Value, merged: Merged
) -> None:
    assert merge(base, ours, theirs) == merged


def test_what_timing_owns_is_never_taken_without_asking() -> None:
    assert merge("512", "512", "600", timing_owns=True) == Merged("512", "512", conflict=True)
    assert merge(None, None, "600", timing_owns=True) == Merged("600", "600")


@given(base=VALUES, ours=VALUES, theirs=VALUES, owns=st.booleans(), both=SETTLE)
def test_a_value_comes_from_one_of_the_two_sides(
    base: Value, ours: Value, theirs: Value, *, owns: bool, both: Settle
) -> None:
    merged = merge(base, ours, theirs, timing_owns=owns, both=both)
    assert merged.value in (ours, theirs)
    assert merged.base in (base, theirs)


@given(base=VALUES, ours=WORDS, theirs=BLANKS, owns=st.booleans(), both=SETTLE)
def test_a_blank_never_beats_a_value(
    base: Value, ours: Value, theirs: Value, *, owns: bool, both: Settle
) -> None:
    assert merge(base, ours, theirs, timing_owns=owns, both=both).value == ours


@given(base=VALUES, ours=WORDS, theirs=VALUES, owns=st.booleans())
def test_what_was_typed_here_stays_until_somebody_decides(
    base: Value, ours: Value, theirs: Value, *, owns: bool
) -> None:
    merged = merge(base, ours, theirs, timing_owns=owns)
    if ours != base:
        assert merged.value == ours
    assert not merged.conflict or (merged.value == ours and not blank(theirs))


@given(base=WORDS, theirs=WORDS)
def test_what_only_the_provider_changed_is_taken(base: str, theirs: str) -> None:
    assert merge(base, base, theirs) == Merged(theirs, theirs)


@given(base=VALUES, ours=WORDS, theirs=WORDS, owns=st.booleans())
def test_a_standing_decision_leaves_nothing_to_ask(
    base: Value, ours: str, theirs: str, *, owns: bool
) -> None:
    for both in (Settle.OURS, Settle.THEIRS):
        merged = merge(base, ours, theirs, timing_owns=owns, both=both)
        assert not merged.conflict
        if ours not in (base, theirs) and theirs != base:
            assert merged.value == (ours if both is Settle.OURS else theirs)


@given(base=VALUES, ours=VALUES, theirs=VALUES, owns=st.booleans(), both=SETTLE)
def test_hearing_the_same_again_changes_nothing(
    base: Value, ours: Value, theirs: Value, *, owns: bool, both: Settle
) -> None:
    once = merge(base, ours, theirs, timing_owns=owns, both=both)
    again = merge(once.base, once.value, theirs, timing_owns=owns, both=both)
    assert again == once


@given(first=WORDS, said=st.lists(BLANKS, max_size=5), typed=WORDS)
def test_blanks_from_the_provider_cannot_wear_a_typed_value_down(
    first: str, said: list[Value], typed: str
) -> None:
    base: Value = first
    value: Value = typed
    for theirs in said:
        merged = merge(base, value, theirs)
        base, value = merged.base, merged.value
    assert value == typed
