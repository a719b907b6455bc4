"""Phrases: outside text is only ever shown, and every line has the width it was given."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from p88console.ui.phrase import (
    LONGEST,
    Piece,
    Tone,
    cut,
    fit,
    join,
    plain,
    say,
    spread,
    visible,
    width_of,
    wrap,
)

HOSTILE = [
    "[b]bold[/b]",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "nul\x00byte",
    "new\nline\r\tand tab",
    "\u202eright to left",
    "\u2066isolate\u2069",
    "c1\x9b31m",
    "\ud800 alone",
    "line\u2028separator",
    "soft\u00adhyphen",
    "x" * 10_000,
    "🏃🏽‍♀️ runner",
    "日本語の名前",
    "Zoë-Aïda",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_control_survives(text: str) -> None:
    shown = visible(text)
    assert len(shown) <= LONGEST
    assert all(one.isprintable() or one in "\u200c\u200d" for one in shown)
    shown.encode()
    assert Piece(text).text == shown


def test_markup_is_text() -> None:
    assert visible("[b]bold[/b]") == "[b]bold[/b]"


def test_joiners_stay_in_names() -> None:
    assert visible("می\u200cخواهم") == "می\u200cخواهم"


def test_controls_are_made_visible() -> None:
    assert visible("a\x00b\x1b[0m\n\x7f") == "a␀b␛[0m␊␡"
    assert visible("\u202eabc") == "\N{REPLACEMENT CHARACTER}abc"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("width", [1, 2, 3, 10, 31])
def test_fit_fills_its_cells_exactly(text: str, width: int) -> None:
    for right in (False, True):
        assert width_of(fit(say(text), width, right=right)) == width


def test_cut_tells_that_something_is_missing() -> None:
    assert plain(cut(say("participants"), 8)) == "partici…"
    assert plain(cut(say("short"), 8)) == "short"
    assert cut(say("gone"), 0) == ()


def test_cut_does_not_split_wide_characters() -> None:
    assert plain(cut(say("日本語"), 4)) == "日…"


def test_cut_leaves_out_a_part_of_which_little_would_be_seen() -> None:
    parts = join([say("too many calls"), say("try 2 of 4")], " · ")
    assert plain(cut(parts, 20)) == "too many calls …"
    assert plain(cut(parts, 16)) == "too many calls …"
    assert plain(cut(parts, 15)) == "too many calls…"
    assert plain(cut(parts, 27)) == "too many calls · try 2 of 4"


def test_join_skips_what_is_empty() -> None:
    assert plain(join([(), say("a"), (), say("b")], "-")) == "a-b"


def test_spread_keeps_the_right_end() -> None:
    assert plain(spread(say("a long name"), say("12:00"), 12)) == "a lon… 12:00"
    assert plain(spread(say("left"), say("right"), 12)) == "left   right"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_wrapped_lines_keep_within_their_width(text: str) -> None:
    lines = wrap(say(f"what went wrong: {text}"), 24, indent=2)
    assert all(width_of(line) <= 24 for line in lines)


def test_wrap_breaks_at_spaces_and_indents() -> None:
    lines = wrap((Piece("one two "), Piece("three four", Tone.FAIL)), 10, indent=2)
    assert [plain(line).rstrip() for line in lines] == ["one two", "  three", "  four"]


def test_cells_are_counted_not_characters() -> None:
    assert width_of(say("日本")) == cell_len("日本") == 4
