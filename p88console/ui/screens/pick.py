"""Choosing one of several: type to narrow, arrows to move, enter to take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from p88console.domain.folding import folded
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.format import Moment
from p88console.ui.phrase import NOTHING, Phrase, Tone, say
from p88console.ui.screens.sheet import Sheet
from p88console.ui.widgets.columns import Column, Look
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.keybar import KeyBar
from p88console.ui.widgets.pane import PaneTitle

FEW = 6
"""With no more choices than this there is nothing to type."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several: its name, a short fact at the right, and a few words about it."""

    id: int
    label: str
    fact: str = ""
    about: str = ""


class Choices:
    """Choices as the rows of a table; typed words may begin any word of theirs."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.choices = choices

    def _matching(self, text: str) -> Sequence[Choice]:
        words = folded(text).split()
        return [
            one
            for one in self.choices
            if all(f" {word}" in f" {folded(f'{one.label} {one.about}')}" for word in words)
        ]

    async def count(self, text: str, at_most: int | None = None) -> int:  # noqa: ARG002  all at hand
        """How many match."""
        return len(self._matching(text))

    async def page(self, offset: int, limit: int, text: str) -> Sequence[Choice]:
        """Those that match, in their order."""
        return self._matching(text)[offset : offset + limit]

    async def place(self, row_id: int, text: str) -> int | None:
        """Where a choice stands."""
        found = [place for place, one in enumerate(self._matching(text)) if one.id == row_id]
        return found[0] if found else None


class PickGrid(Grid[Choice], can_focus=False):
    """The choices; the sheet's keys move the cursor, whatever has the focus."""


def _label(row: Choice, _: Moment) -> Phrase:
    return say(row.label)


def _about(row: Choice, _: Moment) -> Phrase:
    return say(row.about, Tone.DIM)


def _fact(row: Choice, _: Moment) -> Phrase:
    return say(row.fact, Tone.DIM)


class Pick(Sheet[int]):
    """Answers with the id of the choice that was taken, or with nothing."""

    BINDINGS = bindings("pick")
    scope = "pick"

    def __init__(self, heading: str, choices: Sequence[Choice], *, current: int = 0) -> None:
        super().__init__()
        self._heading = heading
        self._choices = choices
        columns = [Column("", _label, 16, grow=2)]
        if any(choice.about for choice in choices):
            columns.append(Column("", _about, 16, grow=1))
        if any(choice.fact for choice in choices):
            columns.append(Column("", _fact, 9, right=True))
        look = Look(columns, lambda text: say(f"nothing contains “{text}”", Tone.DIM))
        self.table = PickGrid(Choices(choices), look, _no_moment)
        self.table.steered = True
        self.table.cursor = next(
            (place for place, choice in enumerate(choices) if choice.id == current), 0
        )
        self.line = Input(placeholder="type to narrow", select_on_focus=False, compact=True)
        self.line.cursor_blink = False

    def compose(self) -> ComposeResult:
        """The title, the line to type into, the choices, the keys."""
        with Vertical(classes="sheet pick"):
            yield PaneTitle(lambda: say(self.heading, Tone.STRONG), lambda: NOTHING)
            yield self.line
            yield self.table
            yield KeyBar()

    def on_mount(self) -> None:
        """Show the choices; with few of them the arrows are enough."""
        self.line.display = len(self._choices) > FEW
        if self.line.display:
            self.line.focus()
        self.table.refresh_rows()

    def take_room(self, lines: int) -> None:
        """As many choices as there is room for."""
        room = max(1, lines - 2 * int(self.line.display))
        self.table.styles.height = min(room, max(1, len(self._choices)))

    @property
    def heading(self) -> str:
        """What is chosen."""
        return self._heading

    def text(self, width: int) -> Sequence[Phrase]:  # noqa: ARG002  the choices are the text
        """Nothing besides the choices."""
        return ()

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        return not self.table.busy

    def situation(self) -> Situation:
        """Whether there is anything to take."""
        return Situation(rows=self.table.total)

    @on(PickGrid.Told)
    def told(self) -> None:
        """Other choices are in view."""
        self.refresh_bindings()

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """The choices follow each letter."""
        event.stop()
        self.table.filter_rows(event.value.strip())

    @on(Input.Submitted)
    @on(PickGrid.Opened)
    def action_choose(self) -> None:
        """Take the choice under the cursor."""
        if self.table.current is not None:
            self.dismiss(self.table.current.id)

    def action_close(self) -> None:
        """Take none."""
        self.dismiss(None)

    def action_up(self) -> None:
        """One up."""
        self.table.action_up()

    def action_down(self) -> None:
        """One down."""
        self.table.action_down()

    def action_page_up(self) -> None:
        """One page up."""
        self.table.action_page_up()

    def action_page_down(self) -> None:
        """One page down."""
        self.table.action_page_down()


def _no_moment() -> Moment:
    return Moment(datetime.min.replace(tzinfo=UTC))
