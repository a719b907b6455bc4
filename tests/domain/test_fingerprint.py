"""Fingerprints tell "changed" from "received again"."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.fingerprint import fingerprint

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values, max_size=6))
def test_the_order_of_keys_does_not_matter(row: dict[str, Any]) -> None:
    assert fingerprint(row) == fingerprint(dict(reversed(row.items())))


@given(json_values, json_values)
def test_equal_fingerprints_mean_equal_text(one: Any, other: Any) -> None:
    assert (fingerprint(one) == fingerprint(other)) == (_typed(one) == _typed(other))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"bib": "7"}, {"bib": "0007"}),
        ({"bib": "7"}, {"bib": 7}),
        ({"bib": None}, {"bib": ""}),
        ({"bib": None}, {}),
        ([1, 2], [2, 1]),
        ({"name": "Zoe"}, {"name": "Zoë"}),
        ([date(1986, 1, 6)], [date(1986, 1, 7)]),
    ],
)
def test_small_differences_are_seen(before: Any, after: Any) -> None:
    assert fingerprint(before) != fingerprint(after)


@pytest.mark.parametrize("odd", ["Zoë-Aïda", "\u202eevil", "\ud83d", "JosÃ©", "\x00\x1b[31m", "李"])
def test_any_text_has_a_fingerprint(odd: str) -> None:
    assert fingerprint({"name": odd}) != fingerprint({"name": ""})


def _typed(value: Any) -> Any:
    """The value with true kept apart from 1, as JSON text keeps it."""
    if isinstance(value, dict):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_typed(inner) for inner in value]
    return (type(value).__name__, value)
