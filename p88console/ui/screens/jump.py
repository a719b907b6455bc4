"""Jump mode: a letter on everything that can be gone to, and one key to be there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen

from p88console.ui.actions import bindings
from p88console.ui.phrase import Phrase, Tone, say
from p88console.ui.widgets.lines import Lines

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""The home row first: those are under the fingers."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to jump to: where its letter stands, and how one gets there."""

    x: int
    y: int
    go: Callable[[], object]


class Letter(Lines):
    """One letter over the screen below."""

    def __init__(self, letter: str, place: Place) -> None:
        super().__init__()
        self._letter = letter
        self.styles.offset = (place.x, place.y)

    def lines(self, width: int) -> Sequence[Phrase]:  # noqa: ARG002  always three cells
        """The letter between two spaces."""
        return (say(f" {self._letter} ", Tone.BADGE),)


class Jump(ModalScreen[None]):
    """Closes at the first key; where it was a letter, one is there."""

    BINDINGS = bindings("jump")

    def __init__(self, places: Sequence[Place]) -> None:
        super().__init__()
        self._places = dict(zip(LETTERS, places, strict=False))

    def compose(self) -> ComposeResult:
        """A letter at each place."""
        for letter, place in self._places.items():
            yield Letter(letter, place)

    def on_key(self, event: events.Key) -> None:
        """Go where the letter says."""
        place = self._places.get(event.key)
        if place is not None:
            event.stop()
            self.dismiss(None)
            self.app.call_later(place.go)

    def action_close(self) -> None:
        """Stay."""
        self.dismiss(None)
