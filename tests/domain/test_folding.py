"""A name is found however it is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.folding import folded, name_key


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Zoë-Aïda", "zoe aida"),
        ("O'Brien", "obrien"),
        ("O’Brien", "obrien"),
        ("de la  Cruz", "de la cruz"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Ørsted Łukasz", "orsted lukasz"),
        ("李 小龍", "李 小龍"),
        ("  ", ""),
        (None, ""),
        ("\x1b[31m%_\\", "31m"),
    ],
)
def test_words_in_their_plainest_form(text: str | None, plain: str) -> None:
    assert folded(text) == plain


def test_a_person_is_sorted_by_last_name_first() -> None:
    assert name_key("Ada", "Lovelace") == "lovelace ada"
    assert name_key("Ada", None) == "ada"
    assert name_key(None, None) == ""


@given(st.text())
def test_what_is_plain_stays_as_it_is(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
