"""Measuring: pairs of ours and theirs taken in turns, and a table of their ratios."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median


def _span(span_s: float) -> str:
    return f"{span_s:.2f} s" if span_s >= 1 else f"{span_s * 1000:.2f} ms"


@dataclass(frozen=True)
class Finding:
    """One line of the table: pairs of seconds, ours and theirs, and the ratio that was wanted.

    Both of a pair are taken right after each other, so that what else the machine does meets both.
    """

    what: str
    against: str
    pairs: Sequence[tuple[float, float]]
    at_most: float
    told: Callable[[float], str] = field(default=_span)
    """How a figure is written, where it is no time."""

    def row(self) -> str:
        """As a row of a Markdown table: medians, and the ratio with its quartiles."""
        ratios = sorted(ours / theirs for ours, theirs in self.pairs)
        ratio, edge = median(ratios), len(ratios) // 4
        met = "met" if ratio <= self.at_most else "**missed**"
        ours, theirs = (self.told(median(times)) for times in zip(*self.pairs, strict=True))
        spread = f"{ratio:.2f} ({ratios[edge]:.2f} to {ratios[-1 - edge]:.2f})"
        cells = (self.what, ours, self.against, theirs, spread, f"{self.at_most:g}", met)
        return f"| {' | '.join(cells)} |"


HEAD = """| what | ours | against | theirs | ratio (quartiles) | wanted at most | |
|---|---|---|---|---|---|---|"""


def seconds(work: Callable[[], object]) -> float:
    """How long it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(
    tries: int, ours: Callable[[], object], theirs: Callable[[], object], best_of: int = 1
) -> list[tuple[float, float]]:
    """Seconds of both in turns, so many times; each the best of a few for what is short."""

    def best(work: Callable[[], object]) -> float:
        return min(seconds(work) for _ in range(best_of))

    return [(best(ours), best(theirs)) for _ in range(tries)]
