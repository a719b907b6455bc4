"""What may be typed into a participant's fields."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.errors import UsageFault
from p88console.domain.fields import FIELDS, as_text, as_value, typed


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("bib", "0007", "0007"),
        ("bib", " A12 ", "A12"),
        ("first_name", "  Zoë   Aïda ", "Zoë Aïda"),
        ("last_name", "", None),
        ("gender", "female", "F"),
        ("gender", "x", "X"),
        ("birth_date", "1990-02-01", "1990-02-01"),
        ("email", "ada@example.org", "ada@example.org"),
        ("race_id", "07", "7"),
    ],
)
def test_what_is_typed_is_tidied(name: str, text: str, value: str | None) -> None:
    assert typed(name, text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("shoe", "42"),
        ("bib", "5 12"),
        ("bib", "5" * 33),
        ("last_name", "Exa\x1bmple"),
        ("last_name", "x" * 201),
        ("gender", "unknown"),
        ("birth_date", "1.2.1990"),
        ("email", "nobody"),
        ("race_id", "Half"),
    ],
)
def test_what_cannot_be_such_a_value_is_refused(name: str, text: str) -> None:
    with pytest.raises(UsageFault):
        typed(name, text)


@given(name=st.sampled_from(FIELDS), number=st.integers(1, 10**9), day=st.dates())
def test_text_and_value_are_two_forms_of_one_thing(name: str, number: int, day: date) -> None:
    value = {"race_id": number, "birth_date": day}.get(name, str(number))
    assert as_value(name, as_text(value)) == value
    assert as_value(name, as_text(None)) is None
