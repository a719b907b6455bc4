"""Colours: both schemes name every meaning, readably, and the stylesheet uses names alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from p88console import ui
from p88console.ui.phrase import Tone
from p88console.ui.theme import MEANINGS, THEMES, fallback_variables
from p88console.ui.widgets.lines import TONE_CLASSES

STYLESHEET = Path(ui.__file__).with_name("console.tcss").read_text(encoding="utf-8")
FAINT = {"ink-off", "rule"}
"""What may be hard to see: it only marks what does not answer, or draws lines."""
GROUNDS = ("bar", "cursor", "cursor-away", "alarm")


def luminance(colour: Color) -> float:
    """A colour's brightness as WCAG reckons it."""
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Color, other: Color) -> float:
    """How far two colours stand apart, from 1 to 21."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_scheme_names_every_meaning(theme: Theme) -> None:
    assert set(theme.variables) >= MEANINGS
    assert set(fallback_variables()) == MEANINGS


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_everything_to_be_read_stands_out_from_its_ground(theme: Theme) -> None:
    named = {name: Color.parse(theme.variables[name]) for name in MEANINGS}
    grounds = [Color.parse(theme.background or ""), *(named[name] for name in GROUNDS)]
    inks = [name for name in MEANINGS if name.startswith(("ink", "state")) and name not in FAINT]
    for ink in inks:
        for ground in grounds:
            assert contrast(named[ink], ground) >= 4.5, (ink, ground)
    assert contrast(named["badge-ink"], named["badge"]) >= 4.5


def test_the_stylesheet_knows_colours_by_their_meaning_only() -> None:
    rules = re.sub(r"/\*.*?\*/", "", STYLESHEET, flags=re.DOTALL)
    colours = re.findall(r"(?:color|background|tint): *([^;]+);", rules)
    assert colours
    assert all(colour.split()[0].startswith("$") for colour in colours)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)", rules)


def test_every_tone_has_a_colour() -> None:
    assert set(TONE_CLASSES) == set(Tone)
    assert all(f".{name} {{" in STYLESHEET for name in TONE_CLASSES.values())


def test_the_spacing_rule_stands_at_the_top() -> None:
    assert STYLESHEET.startswith("/* Spacing:")
