"""The keys that answer now, at the bottom: as many as fit, the weightiest kept longest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.binding import ActiveBinding
from textual.screen import Screen

from p88console.ui.action import Action
from p88console.ui.actions import ACTIONS, shown_key
from p88console.ui.phrase import Phrase, Piece, Tone, width_of
from p88console.ui.widgets.lines import Lines

GAP = 2
LEAVING = ("console.help", "console.quit")
"""What always stands at the right, where the hand looks for the way out."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the bar: the name to press, what it does, and whether it answers now."""

    action: Action
    key: str
    shown: str
    enabled: bool

    @property
    def phrase(self) -> Phrase:
        """The key and its label; grey where it does not answer."""
        if not self.enabled:
            return (Piece(f"{self.shown} {self.action.label}", Tone.OFF),)
        return (Piece(self.shown, Tone.KEY), Piece(f" {self.action.label}", Tone.PLAIN))


class KeyBar(Lines):
    """The key bar of a screen, made from its live bindings, so that rebound keys are told."""

    def __init__(self) -> None:
        super().__init__()
        self._places: list[tuple[range, Key]] = []

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.remake())

    def shown(self) -> Sequence[Key]:
        """Every key that the registry wants shown and that answers on this screen."""
        return [
            Key(action, live.binding.key, shown_key(live.binding.key), live.enabled)
            for action, live in live_actions(self.screen)
            if action.rank and (live.enabled or not action.hides)
        ]

    def lines(self, width: int) -> Sequence[Phrase]:
        """One line: what to do at the left, the way out at the right."""
        keys = list(self.shown())
        while keys and _width(keys) > width:
            keys.remove(max(keys, key=lambda key: key.action.rank))
        left = [key for key in keys if key.action.id not in LEAVING]
        right = [key for key in keys if key.action.id in LEAVING]
        self._places = []
        line: list[Piece] = []
        column = self._put(left, line, 0)
        start = width - _width(right) if left else 0
        line.append(Piece(" " * (start - column + GAP if left else 0)))
        self._put(right, line, start)
        return (tuple(line),)

    def _put(self, keys: Sequence[Key], line: list[Piece], column: int) -> int:
        for key in keys:
            cells = width_of(key.phrase)
            self._places.append((range(column, column + cells), key))
            line += (
                [Piece(" " * GAP), *key.phrase] if line and line[-1].text.strip() else key.phrase
            )
            column += cells + GAP
        return column

    def on_click(self, event: events.Click) -> None:
        """A click on a key is the key."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for place, key in self._places:
            if offset.x in place and key.enabled:
                self.app.simulate_key(key.key)


def live_actions(screen: Screen[Any]) -> Iterator[tuple[Action, ActiveBinding]]:
    """Every action of the registry that a screen answers to, with the first of its keys."""
    live: dict[str, dict[str, ActiveBinding]] = {}
    for key, active in screen.active_bindings.items():
        live.setdefault(active.binding.id or "", {})[key] = active
    for action in ACTIONS:
        by_key = live.get(action.id)
        if by_key:
            named = (by_key[key] for key in action.key.split(",") if key in by_key)
            yield action, next(named, next(iter(by_key.values())))


def _width(keys: Sequence[Key]) -> int:
    return sum(width_of(key.phrase) for key in keys) + GAP * max(0, len(keys) - 1)
