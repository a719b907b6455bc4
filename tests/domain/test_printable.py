"""Text from outside never moves the cursor, hides, or turns round."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p88console.domain.printable import printable

BIDI = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c"
HOSTILE = [
    "\x1b[2J\x1b[H",
    "\x1b]0;owned\x07",
    "\x9b31m",
    "line one\nline two\r",
    "tab\there",
    "\x7f\x80\x85",
    f"name{BIDI}name",
    "zero\u200bwidth\ufeff",
    "\u2028\u2029",
    "\ud800",
    "\ue000",
    "\U000e0041",
]


def is_safe(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_hostile_text_is_shown_not_obeyed(hostile: str) -> None:
    assert all(is_safe(character) for character in printable(hostile))


@given(st.text() | st.text(st.sampled_from("ab\x00\x1b\x7f\x85\x9b\n" + BIDI)))
def test_no_text_keeps_a_control_character(text: str) -> None:
    shown = printable(text)
    assert all(is_safe(character) for character in shown)
    assert len(shown) == len(text)


@given(st.text())
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    shown = printable(text)
    for before, after in zip(text, shown, strict=True):
        if before.isprintable():
            assert after == before


@given(st.text())
def test_shown_text_is_shown_the_same_again(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@pytest.mark.parametrize("name", ["Zoë-Aïda", "O’Brien", "李小龍", "Ångström", "عمر", "🏃 Ada", ""])
def test_names_of_all_scripts_are_untouched(name: str) -> None:
    assert printable(name) == name


def test_controls_have_pictures() -> None:
    assert printable("\x1b[31m\n\x7f\x9b") == "␛[31m␊␡�"
