"""Which columns a list shows, chosen by the operator and kept for the next start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.format import Moment
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, say
from p88console.ui.screens.listsheet import AtHand, SheetGrid
from p88console.ui.screens.pick import Choice
from p88console.ui.screens.sheet import Sheet
from p88console.ui.states import State
from p88console.ui.widgets.columns import Column, Look
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.keybar import KeyBar
from p88console.ui.widgets.pane import PaneTitle

SHOWN, HIDDEN = State("✓", "shown", Tone.OK), State("–", "hidden", Tone.DIM)


class Columns(Sheet[None]):
    """The list behind follows each key; the last column cannot be hidden."""

    BINDINGS = bindings("columns")
    AUTO_FOCUS = "SheetGrid"
    scope = "columns"

    def __init__(
        self,
        outlook: Outlook,
        titles: Sequence[str],
        hidden: Collection[str],
        changed: Callable[[Collection[str]], None],
    ) -> None:
        """Make a sheet.

        Args:
            outlook: What the screens share.
            titles: Every column's title.
            hidden: Those that are hidden now.
            changed: Told which are hidden, at each change.
        """
        super().__init__()
        self._titles = titles
        self._hidden = set(hidden) & set(titles)
        self._changed = changed
        self._source: AtHand[Choice] = AtHand()
        columns = (Column("", self._state, 10), Column("", _title, 20, grow=1))
        look = Look(columns, lambda _: NOTHING)
        self.table = SheetGrid(self._source, look, lambda: outlook.moment)

    def compose(self) -> ComposeResult:
        """The title, the columns, the keys."""
        with Vertical(classes="sheet pick"):
            yield PaneTitle(lambda: say(self.heading, Tone.STRONG), lambda: NOTHING)
            yield self.table
            yield KeyBar()

    def on_mount(self) -> None:
        """Show the columns."""
        self._source.rows = [Choice(at, title) for at, title in enumerate(self._titles)]
        self.table.refresh_rows()

    def take_room(self, lines: int) -> None:
        """As many columns as there is room for."""
        self.table.styles.height = min(lines, len(self._titles))

    @property
    def heading(self) -> str:
        """What is chosen."""
        return "Columns"

    def text(self, width: int) -> Sequence[Phrase]:  # noqa: ARG002  the columns are the text
        """Nothing besides the columns."""
        return ()

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        return not self.table.busy

    def situation(self) -> Situation:
        """Whether there is a column to choose."""
        return Situation(rows=self.table.total)

    @on(Grid.Told)
    def told(self) -> None:
        """The keys that apply may be others."""
        self.refresh_bindings()

    def _state(self, row: Choice, _: Moment) -> Phrase:
        return (HIDDEN if row.label in self._hidden else SHOWN).phrase

    def action_switch(self) -> None:
        """Show this column, or hide it."""
        row = self.table.current
        if row is None:
            return
        hidden = self._hidden ^ {row.label}
        if len(hidden) == len(self._titles):
            self.notify("One column has to stay.", severity="warning", markup=False)
            return
        self._hidden = hidden
        self.table.refresh()
        self._changed(frozenset(hidden))

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)


def _title(row: Choice, _: Moment) -> Phrase:
    return say(row.label)
