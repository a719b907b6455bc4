"""Bibs as numbers to be given out: the next free one, in the style of those around it."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain

_STYLE = re.compile(r"(\D*)(\d+)(\D*)")

FAR = 100_000
"""Numbers looked at before giving up."""


def next_free(
    after: str, taken: Collection[str], span: tuple[int, int] | None = None
) -> str | None:
    """The first bib above `after` that nobody wears, letters and leading zeros kept.

    Args:
        after: The bib to begin at, e.g. the one that two people wear.
        taken: Every bib that is worn or reserved where a second one would be a duplicate.
        span: The first and last number of the range, which is gone through once around.

    Returns:
        The bib, or None where `after` has no number or the range is full.
    """
    style = _STYLE.fullmatch(after)
    if style is None:
        return None
    before, digits, behind = style.groups()
    number, width = int(digits), len(digits) if digits.startswith("0") else 0
    first, last = span or (number + 1, number + FAR)
    higher = range(max(first, number + 1), last + 1)
    lower = range(first, min(last, number) + 1)
    bibs = (f"{before}{one:0{width}d}{behind}" for one in chain(higher, lower))
    return next((bib for bib in bibs if bib not in taken), None)
