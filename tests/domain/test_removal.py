"""When removals are too many to believe without asking."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.removal import brake_limit


@pytest.mark.parametrize(
    ("active", "limit"),
    [(0, 5), (1, 5), (250, 5), (299, 5), (300, 6), (500, 10), (50_000, 1000)],
)
def test_the_larger_of_five_and_two_percent_may_go_at_once(active: int, limit: int) -> None:
    assert brake_limit(active) == limit


@given(st.integers(0, 10**6))
def test_the_brake_never_lets_more_than_five_or_two_percent_through(active: int) -> None:
    limit = brake_limit(active)
    assert limit >= 5
    assert limit == 5 or limit * 50 <= active
