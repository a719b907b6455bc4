"""A pane of a room: a title that counts, a filter line, and a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from p88console.ui.format import number
from p88console.ui.phrase import RULE, Phrase, Tone, cut, join, say, width_of
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.lines import Lines

STEERING = {"up": "up", "down": "down", "pageup": "page_up", "pagedown": "page_down"}
"""Keys that the filter line leaves to the table, and what the table does."""


class PaneTitle(Lines):
    """One line: the pane's name and counts, a rule, and what is special about the view."""

    def __init__(self, names: Callable[[], Phrase], notes: Callable[[], Phrase]) -> None:
        super().__init__()
        self._names = names
        self._notes = notes

    def lines(self, width: int) -> Sequence[Phrase]:
        """The name, a thin rule, the notes."""
        notes = cut(self._notes(), width // 2)
        name = cut(self._names(), width - width_of(notes) - 2)
        rule = width - width_of(name) - width_of(notes) - (2 if notes else 1)
        return (
            join(
                [name, say(RULE * max(0, rule), Tone.RULE), notes],
                " ",
            ),
        )


class Pane(Vertical):
    """A titled table that can be filtered and held still."""

    def __init__(
        self,
        name: str,
        grid: Grid[Any],
        *,
        counts: Callable[[Grid[Any]], Phrase] | None = None,
        notes: Callable[[], Phrase],
        above: Sequence[Widget] = (),
        below: Sequence[Widget] = (),
        alone: bool = False,
        id: str,  # noqa: A002  the framework's name
    ) -> None:
        """Make a pane.

        Args:
            name: What it is called.
            grid: Its table.
            counts: What is told beside the name; the number of rows by default.
            notes: What is special about the view just now.
            above: What stands between the title and the table.
            below: What stands under the table.
            alone: Whether it is the room's only pane, which needs no mark of the focus.
            id: Its name in the stylesheet.
        """
        super().__init__(id=id)
        self._focus_tone = Tone.STRONG if alone else Tone.ACCENT
        self._name_shown = name
        self._counts = counts or (lambda grid: say(grid.counted))
        self._more_notes = notes
        self._above = above
        self._below = below
        self.grid = grid
        self.title_line = PaneTitle(self._title, self._notes)
        self.filter_line = Input(
            placeholder="text to look for", select_on_focus=False, compact=True
        )
        self.filter_line.cursor_blink = False

    def compose(self) -> ComposeResult:
        """The title, the filter line while it is open, the table, and what stands around it."""
        yield self.title_line
        yield from self._above
        yield self.filter_line
        yield self.grid
        yield from self._below

    def on_mount(self) -> None:
        """The filter line opens by its key."""
        self.filter_line.display = False

    def _title(self) -> Phrase:
        tone = self._focus_tone if self.has_focus_within else Tone.STRONG
        name = say(self._name_shown, tone)
        return join([name, self._counts(self.grid)] if self.grid.loaded else [name], " ")

    def _notes(self) -> Phrase:
        notes = [self._more_notes()]
        if self.grid.text:
            notes.append(say(f"/{self.grid.text}", Tone.ACCENT))
        if self.grid.marks:
            notes.append(say(f"◆ {number(len(self.grid.marks))} marked", Tone.ACCENT))
        return join(notes, " · ")

    def on_descendant_focus(self) -> None:
        """The pane with the focus has the accent."""
        self.title_line.refresh()

    def on_descendant_blur(self) -> None:
        """The accent goes where the focus goes."""
        self.title_line.refresh()

    @on(Grid.Told)
    def told(self) -> None:
        """The counts follow the table."""
        self.title_line.remake()

    @property
    def filtered(self) -> bool:
        """Whether a filter hides rows, or is being typed."""
        return bool(self.filter_line.display or self.grid.text)

    def open_filter(self) -> None:
        """Ask for the text that rows must contain."""
        self.filter_line.display = True
        self.grid.steered = True
        self.screen.set_focus(self.filter_line)

    def clear_filter(self) -> bool:
        """Show every row again; False when none was hidden."""
        if not self.filtered:
            return False
        self.filter_line.value = ""
        self._leave_line()
        self.grid.filter_rows("")
        return True

    def _leave_line(self) -> None:
        self.filter_line.display = False
        self.grid.steered = False
        self.grid.focus()

    def on_key(self, event: events.Key) -> None:
        """While a text is typed, the arrows move among the rows that it finds."""
        if event.key in STEERING and self.filter_line.has_focus:
            event.stop()
            getattr(self.grid, f"action_{STEERING[event.key]}")()

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """The table follows each letter."""
        event.stop()
        self.grid.filter_rows(event.value.strip())
        self.title_line.remake()

    @on(Input.Submitted)
    def entered(self, event: Input.Submitted) -> None:
        """Back to the rows; the filter stays and the title tells it."""
        event.stop()
        self._leave_line()
