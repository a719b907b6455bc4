"""A listing with the newest change on top tells by its order who changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.newest_first import NewestFirst

KEYS = st.lists(st.integers(0, 40), unique=True, max_size=30)


def moved(last: list[int], now: list[int]) -> list[int]:
    order = NewestFirst([(str(key), "same") for key in last])
    return [key for key in now if not order.settled(str(key), "same")]


@given(KEYS, st.data())
def test_whoever_changed_floats_and_is_found_and_nobody_else(
    last: list[int], data: st.DataObject
) -> None:
    changed = data.draw(st.lists(st.sampled_from(last), unique=True)) if last else []
    now = changed + [key for key in last if key not in changed]
    found = moved(last, now)
    in_place = now[: len(changed)] == last[: len(changed)]
    assert set(found) <= set(changed)
    assert found == [key for key in changed if key in found]
    if not in_place and len(set(last)) > 1:
        assert found or now == last


@given(KEYS, KEYS)
def test_somebody_new_is_never_settled(last: list[int], now: list[int]) -> None:
    assert set(now) - set(last) <= set(moved(last, now))


@given(KEYS)
def test_an_unchanged_listing_is_settled_whole(last: list[int]) -> None:
    assert moved(last, last) == []


def test_a_row_that_reads_differently_in_its_place_is_not_settled() -> None:
    order = NewestFirst([("a", "1"), ("b", "1")])
    assert order.settled("a", "1")
    assert not order.settled("b", "2")


def test_rows_below_somebody_who_is_gone_are_read_again_rather_than_trusted() -> None:
    order = NewestFirst([("gone", "1"), ("a", "1")])
    assert not order.settled("a", "1")
