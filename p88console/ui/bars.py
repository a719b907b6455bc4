"""Bar charts of block characters: as many columns as there are cells, eight steps to a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, say

STEPS = " ▁▂▃▄▅▆▇█"
EIGHTHS = len(STEPS) - 1


def binned(counts: Mapping[int, int], step: int, columns: int) -> tuple[int, int, Sequence[int]]:
    """Counts by their place on an axis in at most `columns` equal bins.

    Returns:
        Where the first bin begins, how wide a bin is (a multiple of `step`), the count of each.
    """
    if not counts:
        return 0, step, ()
    first, last = min(counts), max(counts)
    steps = (last - first) // step + 1
    width = step * max(1, ceil(steps / max(1, columns)))
    first -= first % width
    bins = [0] * ((last - first) // width + 1)
    for place, count in counts.items():
        bins[(place - first) // width] += count
    return first, width, bins


def bars(
    values: Sequence[int], height: int, width: int, tone: Tone = Tone.ACCENT
) -> Sequence[Phrase]:
    """Bars in `height` lines, the highest one full, spread over at most `width` cells."""
    top = max(values, default=0)
    if not top or height < 1:
        return [NOTHING] * height
    cells = max(1, width // len(values))
    levels = [ceil(value * height * EIGHTHS / top) for value in values]
    lines = []
    for line in range(height - 1, -1, -1):
        drawn = "".join(
            STEPS[max(0, min(EIGHTHS, level - line * EIGHTHS))] * cells for level in levels
        )
        lines.append(say(drawn.rstrip(), tone))
    return lines


def axis(first: str, last: str, width: int) -> Phrase:
    """What stands under the first and under the last bar."""
    return (*fit(say(first, Tone.DIM), max(0, width - len(last))), Piece(last, Tone.DIM))


def sparkline(values: Sequence[int], tone: Tone = Tone.ACCENT) -> Phrase:
    """A chart of one line; where nothing was, a low stroke still shows that time passed."""
    top = max(values, default=0) or 1
    drawn = "".join(STEPS[max(1, ceil(value * EIGHTHS / top))] for value in values)
    pieces: list[Piece] = []
    for value, character in zip(values, drawn, strict=True):
        kind = tone if value else Tone.RULE
        if pieces and pieces[-1].tone is kind:
            pieces[-1] = Piece(pieces[-1].text + character, kind)
        else:
            pieces.append(Piece(character, kind))
    return tuple(pieces)
