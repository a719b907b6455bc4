"""A sheet that is a list: a few words above, rows of one answer of the desk below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from p88console.ui.actions import bindings
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, say
from p88console.ui.reading import Reading
from p88console.ui.screens.readsheet import ReadSheet
from p88console.ui.screens.sheet import Text
from p88console.ui.widgets.columns import Look
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.keybar import KeyBar
from p88console.ui.widgets.pages import Row
from p88console.ui.widgets.pane import PaneTitle

StoryT = TypeVar("StoryT")
RowT = TypeVar("RowT", bound=Row)

MOVES = ("grid.up", "grid.down", "grid.page_up", "grid.page_down", "grid.home", "grid.end")
FEWEST_LINES = 3


class SheetGrid(Grid[RowT], Generic[RowT], inherit_bindings=False):
    """A table in which one only moves; what can be done with a row, the sheet does."""

    BINDINGS = [  # noqa: RUF012  annotated by the framework
        one for one in bindings("grid") if isinstance(one, Binding) and one.id in MOVES
    ]


class AtHand(Generic[RowT]):
    """Rows that are all there already, as the source of a table."""

    def __init__(self) -> None:
        self.rows: Sequence[RowT] = ()

    async def count(self, text: str, at_most: int | None = None) -> int:  # noqa: ARG002  all at hand
        """How many there are."""
        return len(self.rows)

    async def page(self, offset: int, limit: int, text: str) -> Sequence[RowT]:  # noqa: ARG002
        """Rows in their order."""
        return self.rows[offset : offset + limit]

    async def place(self, row_id: int, text: str) -> int | None:  # noqa: ARG002
        """Where a row stands."""
        return next((at for at, row in enumerate(self.rows) if row.id == row_id), None)


class ListSheet(ReadSheet[StoryT], Generic[StoryT, RowT]):
    """Reads like any sheet; what is told stands above the rows."""

    AUTO_FOCUS = "SheetGrid"
    broad = True

    def __init__(self, outlook: Outlook, look: Look[RowT], *, rest_s: float = 0.0) -> None:
        super().__init__(outlook)
        self._reading = Reading(self, self._read, rest_s=rest_s)
        self._source: AtHand[RowT] = AtHand()
        self.table = SheetGrid(self._source, look, lambda: outlook.moment)
        self.table.titles = True

    def compose(self) -> ComposeResult:
        """The title, what is told, the rows, the keys."""
        with Vertical(classes="sheet broad"):
            yield PaneTitle(lambda: say(self.heading, Tone.STRONG), lambda: NOTHING)
            yield Text(self.text)
            yield self.table
            yield KeyBar()

    def rows_of(self, story: StoryT) -> Sequence[RowT]:
        """The rows that an answer holds."""
        raise NotImplementedError

    async def _read(self) -> None:
        await super()._read()
        if self.answer is not None:
            self._source.rows = self.rows_of(self.answer)
        self.table.refresh_rows()

    def take_room(self, lines: int) -> None:
        """The rows take what the window and the words above leave."""
        above = self.query_one(Text).size.height
        wanted = max(1, len(self._source.rows)) * self.table.row_height + 1
        self.table.styles.height = max(FEWEST_LINES, min(lines - above, wanted))

    @on(Grid.Told)
    def told_rows(self) -> None:
        """The rows are other ones: so may be the room they want and the keys that apply."""
        self.on_resize()
        self.refresh_bindings()

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        return super().settled and not self.table.busy

    def told(self, story: StoryT, width: int) -> Sequence[Phrase]:  # noqa: ARG002
        """Nothing but the rows."""
        return ()
