"""Text for the screen as toned pieces; whatever a piece is given, it can only ever be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len, set_cell_size

from p88console.domain.printable import printable

ELLIPSIS = "…"
RULE = "─"
LONGEST = 2_000
"""Characters of one piece that are looked at; no line on any screen is longer."""

_JOINERS = re.compile("([\u200c\u200d]+)")
"""The joiners that some scripts spell names with."""

_BETWEEN = ("", "·")
_WORTH_SHOWING = 8
"""Cells below which the beginning of a part says nothing."""


class Tone(StrEnum):
    """What a piece of text means to the eye; the theme decides its colour."""

    PLAIN = "plain"
    DIM = "dim"
    STRONG = "strong"
    ACCENT = "accent"
    RULE = "rule"
    KEY = "key"
    OFF = "off"
    BADGE = "badge"
    OK = "ok"
    WAIT = "wait"
    RUN = "run"
    RETRY = "retry"
    HELD = "held"
    FAIL = "fail"


def visible(text: object) -> str:
    """Show text from outside as it is: controls and direction overrides become signs."""
    whole = str(text)
    if len(whole) > LONGEST:
        whole = whole[: LONGEST - 1] + ELLIPSIS
    if whole.isprintable():
        return whole
    parts = enumerate(_JOINERS.split(whole))
    return "".join(part if place % 2 else printable(part) for place, part in parts)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one tone, never markup and never terminal control."""

    text: str
    tone: Tone = Tone.PLAIN

    def __post_init__(self) -> None:
        if not self.text.isprintable() or len(self.text) > LONGEST:
            object.__setattr__(self, "text", visible(self.text))


Phrase = tuple[Piece, ...]
NOTHING: Phrase = ()


def say(text: object, tone: Tone = Tone.PLAIN) -> Phrase:
    """One piece as a phrase."""
    return (Piece(str(text), tone),)


def width_of(phrase: Phrase) -> int:
    """How many terminal cells a phrase takes."""
    return sum(cell_len(piece.text) for piece in phrase)


def plain(phrase: Phrase) -> str:
    """A phrase without its tones."""
    return "".join(piece.text for piece in phrase)


def join(phrases: Iterable[Phrase], between: str = "  ", tone: Tone = Tone.DIM) -> Phrase:
    """Phrases in a row; empty ones leave no gap."""
    joined: list[Piece] = []
    for phrase in phrases:
        if plain(phrase):
            joined += [Piece(between, tone), *phrase] if joined else phrase
    return tuple(joined)


def cut(phrase: Phrase, width: int) -> Phrase:
    """A phrase in at most `width` cells; an ellipsis stands for what is missing."""
    if width <= 0:
        return NOTHING
    if width_of(phrase) <= width:
        return phrase
    kept: list[Piece] = []
    left = width - 1
    for piece in phrase:
        cells = cell_len(piece.text)
        if cells > left:
            if piece.text.strip() in _BETWEEN:
                kept.append(Piece(" "[:left] + ELLIPSIS, piece.tone))
                break
            if kept and kept[-1].text.strip() in _BETWEEN and left < _WORTH_SHOWING:
                kept[-1] = Piece(" ", piece.tone)
                left = 0
            shortened = set_cell_size(piece.text, left).rstrip()
            kept.append(Piece(shortened + ELLIPSIS, piece.tone))
            break
        kept.append(piece)
        left -= cells
    return tuple(kept)


def fit(phrase: Phrase, width: int, *, right: bool = False) -> Phrase:
    """A phrase in exactly `width` cells, at the left or at the right of them."""
    short = cut(phrase, width)
    missing = width - width_of(short)
    if missing <= 0:
        return short
    padding = Piece(" " * missing)
    return (padding, *short) if right else (*short, padding)


def spread(left: Phrase, right: Phrase, width: int) -> Phrase:
    """One phrase at each end of a line; the left one gives way."""
    space = width - width_of(right)
    if space <= 0:
        return fit(right, width)
    return (*fit(cut(left, space - 1 if right else space), space), *right)


def heading(words: str, width: int) -> Phrase:
    """A section's name and a thin rule."""
    name = cut(say(words, Tone.STRONG), width)
    return join([name, say(RULE * max(0, width - width_of(name) - 1), Tone.RULE)], " ")


def wrap(phrase: Phrase, width: int, indent: int = 0) -> list[Phrase]:
    """A phrase broken at spaces into lines; words longer than a line are cut through."""
    lines: list[list[Piece]] = [[]]
    left = width
    for word in _words(phrase):
        for chunk in _chunks(word, max(1, width - indent)):
            breaks = cell_len(chunk.text) > left and bool(lines[-1])
            if breaks:
                lines.append([Piece(" " * indent)] if indent else [])
                left = width - indent
            part = Piece(chunk.text.lstrip(), chunk.tone) if breaks else chunk
            lines[-1].append(part)
            left -= cell_len(part.text)
    return [tuple(line) for line in lines]


def _words(phrase: Phrase) -> Iterable[Piece]:
    for piece in phrase:
        start = 0
        for index, character in enumerate(piece.text):
            if character == " " and index > start:
                yield Piece(piece.text[start:index], piece.tone)
                start = index
        yield Piece(piece.text[start:], piece.tone)


def _chunks(piece: Piece, width: int) -> Sequence[Piece]:
    rest = piece.text
    if cell_len(rest) <= width:
        return (piece,)
    chunks = []
    while rest:
        size = width
        while cell_len(rest[:size]) > width and size > 1:
            size -= 1
        chunks.append(Piece(rest[:size], piece.tone))
        rest = rest[size:]
    return chunks
