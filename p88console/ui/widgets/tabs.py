"""The doors to the rooms in one line, with the key of each and the one that is open."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from p88console.ui.actions import of_scopes, shown_key
from p88console.ui.phrase import Phrase, Piece, Tone, width_of
from p88console.ui.widgets.keybar import live_actions
from p88console.ui.widgets.lines import Lines

GAP = 3


class Tabs(Lines):
    """Every room's key and name."""

    def __init__(self, door: str) -> None:
        super().__init__()
        self._door = door
        self._places: list[tuple[range, str]] = []

    @property
    def doors(self) -> Sequence[tuple[int, str]]:
        """Where each door stands on the line, and the action that goes through it."""
        return [(place.start, call) for place, call in self._places]

    def lines(self, width: int) -> Sequence[Phrase]:  # noqa: ARG002  one line at any width
        """One line; the open room stands out."""
        live = {action.id: one.binding.key for action, one in live_actions(self.screen)}
        self._places = []
        line: list[Piece] = []
        for action in of_scopes("go"):
            here = action.id == f"go.{self._door}"
            key = shown_key(live.get(action.id, action.key))
            shown = (
                Piece(key, Tone.KEY if here else Tone.DIM),
                Piece(f" {action.label.capitalize()}", Tone.STRONG if here else Tone.DIM),
            )
            start = width_of(tuple(line))
            self._places.append((range(start, start + width_of(shown)), action.do))
            line += [*shown, Piece(" " * GAP)]
        return (tuple(line),)

    async def on_click(self, event: events.Click) -> None:
        """A click on a name goes there."""
        offset = event.get_content_offset(self)
        for place, call in self._places:
            if offset is not None and offset.x in place:
                await self.app.run_action(call, self.screen)
