"""Ways to narrow a list, side by side in one line, each with how many rows it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from p88console.ui.format import number, short_number
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, say, width_of
from p88console.ui.widgets.lines import Lines

GAP = 3
TIGHT_GAP = 2


@dataclass(frozen=True, slots=True)
class Facet:
    """One way to narrow a list."""

    label: str
    count: int | None = None
    """How many rows it holds, where that is known by now."""
    alarming: bool = False
    """Whether somebody should look as soon as it holds any."""
    short: str = ""
    """What it is called where there is little room; its label, when it has no other name."""


class Facets(Lines):
    """The facets of a list, the chosen one in the accent."""

    class Chosen(Message):
        """A facet was clicked."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self, facets: Callable[[], Sequence[Facet]], chosen: Callable[[], int]) -> None:
        super().__init__()
        self._facets = facets
        self._chosen = chosen
        self._places: dict[int, range] = {}
        self._line: Phrase = NOTHING

    @property
    def places(self) -> Sequence[tuple[int, int]]:
        """Where each facet stands on the line, and its index."""
        return [(place.start, index) for index, place in self._places.items()]

    def lines(self, width: int) -> Sequence[Phrase]:
        """One line; without room for all of it, first the gaps, then the empty ones go."""
        facets, chosen = self._facets(), self._chosen()
        every = list(enumerate(facets))
        some = [(index, one) for index, one in every if one.count != 0 or index == chosen]
        for shown, gap, short in (
            (every, GAP, False),
            (every, TIGHT_GAP, False),
            (some, TIGHT_GAP, False),
            (some, TIGHT_GAP, True),
        ):
            told = {at: _told(one, short=short, chosen=at == chosen) for at, one in shown}
            if width_of(self._put(told, gap)) <= width:
                break
        return (self._line,)

    def _put(self, told: Mapping[int, Phrase], gap: int) -> Phrase:
        """Put facets side by side, and remember where each one stands."""
        self._places = {}
        line: list[Piece] = []
        for index, one in told.items():
            line += [Piece(" " * gap), *one] if line else one
            end = width_of(tuple(line))
            self._places[index] = range(end - width_of(one), end)
        self._line = tuple(line)
        return self._line

    def on_click(self, event: events.Click) -> None:
        """A click on a facet chooses it."""
        offset = event.get_content_offset(self)
        for index, place in self._places.items():
            if offset is not None and offset.x in place:
                self.post_message(self.Chosen(index))


def _told(facet: Facet, *, short: bool, chosen: bool) -> Phrase:
    some = bool(facet.count)
    tone = Tone.ACCENT if chosen else Tone.PLAIN if some else Tone.DIM
    counted = Tone.ACCENT if chosen else Tone.HELD if some and facet.alarming else Tone.DIM
    label = facet.short or facet.label if short else facet.label
    if facet.count is None:
        return say(label, tone)
    count = short_number(facet.count) if short else number(facet.count)
    return (Piece(label, tone), Piece(f" {count}", counted))
