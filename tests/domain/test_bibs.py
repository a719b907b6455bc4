"""The next free bib looks like its neighbours and is worn by nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.bibs import next_free


@pytest.mark.parametrize(
    ("after", "taken", "span", "free"),
    [
        ("512", {"512", "513"}, None, "514"),
        ("0007", {"0008"}, None, "0009"),
        ("A12", {"A13"}, None, "A14"),
        ("512", {"512"}, (500, 599), "513"),
        ("599", {"599", "500"}, (500, 599), "501"),
        ("17", set(), (500, 599), "500"),
        ("700", set(), (500, 599), "500"),
        ("1", {"1", "2"}, (1, 2), None),
        ("0", {"0"}, (0, 3), "1"),
        ("99", set(), (1, 99), "1"),
        ("VIP", set(), None, None),
    ],
)
def test_the_next_free_one(
    after: str, taken: set[str], span: tuple[int, int] | None, free: str | None
) -> None:
    assert next_free(after, taken, span) == free


@given(after=st.integers(0, 60), taken=st.sets(st.integers(0, 60)), first=st.integers(0, 40))
def test_a_range_is_used_up_before_there_is_none(after: int, taken: set[int], first: int) -> None:
    span = (first, first + 20)
    found = next_free(str(after), {str(number) for number in taken}, span)
    free = set(range(span[0], span[1] + 1)) - taken
    assert (int(found) in free) if found is not None else not free
