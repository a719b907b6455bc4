"""A table for lists of any length: it paints only what is seen and reads only what it paints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import ClassVar, TypeVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from p88console.ui.action import Situation
from p88console.ui.actions import bindings, obstacle
from p88console.ui.format import Moment
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, say
from p88console.ui.widgets.columns import Line, Look
from p88console.ui.widgets.lines import TONE_CLASSES, strip
from p88console.ui.widgets.paged import Paged
from p88console.ui.widgets.pages import PageSource, Row

RowT = TypeVar("RowT", bound=Row)

AT_CURSOR, MARK, BOTH, NEITHER = "›", "◆", "◈", " "
CURSOR, CURSOR_AWAY = "grid--cursor", "grid--cursor-away"
MARGIN = 2
"""Cells at the left: the cursor's or the mark's sign, and a gap."""
MOST_MARKS = 5_000
"""Rows that can be marked at once."""
NOT_YET = say("···", Tone.DIM)
UNREAD = say("not read yet", Tone.FAIL)


class Grid(Paged[RowT], can_focus=True, inherit_bindings=False):
    """Rows of an async page source, with a cursor and marks that belong to rows, not to places.

    The cursor stays on its row while rows come and go around it, so that a key never meets another
    row than the one that was read. Only where the newest row stands at the top, the cursor follows
    the top until a key moves it.
    """

    BINDINGS = bindings("grid")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *TONE_CLASSES.values(),
        CURSOR,
        CURSOR_AWAY,
    }
    ALLOW_SELECT = False

    titles: var[bool] = var(default=False, init=False)

    class Opened(Message):
        """A row was asked for its story."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class Told(Message):
        """Rows, marks or the cursor are no longer what they were."""

    def __init__(
        self,
        source: PageSource[RowT],
        look: Look[RowT],
        moment: Callable[[], Moment],
    ) -> None:
        """Make a table; it reads nothing before `refresh_rows`.

        Args:
            source: Where the rows come from.
            look: How they are shown.
            moment: The instant and zone to show them at.
        """
        super().__init__(source)
        self._look = self._whole = look
        self._moment = moment
        self._follows = look.newest_first
        self.steered = False
        """Whether keys come here from the line that the operator types into."""
        self.loaded = False
        self.marks: dict[int, RowT] = {}

    @property
    def lit(self) -> bool:
        """Whether the cursor is bright: keys go to this table."""
        return self.has_focus or self.steered

    @property
    def chosen(self) -> Sequence[RowT]:
        """The marked rows, or the one under the cursor."""
        if self.marks:
            return tuple(self.marks.values())
        return (self.current,) if self.current is not None else ()

    def filter_rows(self, text: str) -> None:
        """Show only rows that match; the list is another one, so the cursor goes to its top."""
        if text != self.text:
            self.text = text
            self.begin_anew()

    def begin_anew(self) -> None:
        """The list is another one: read it from its top."""
        self._to_the_end = False
        self._go(0, follow=True)
        self._cursor_id = None
        self.sorted_anew()

    @property
    def column_titles(self) -> Sequence[str]:
        """The titles of all columns, hidden ones too, each once."""
        return tuple(dict.fromkeys(one.title for one in self._whole.columns if one.title))

    def hide_columns(self, titles: Collection[str]) -> None:
        """Show every column but those with these titles."""
        shown = [one for one in self._whole.columns if one.title not in titles]
        self._look = replace(self._whole, columns=shown or self._whole.columns)
        self.refresh()

    def unmark(self) -> None:
        """Forget every mark."""
        self.marks.clear()
        self._tell()

    def _settle(self, take: Callable[[], None]) -> None:
        """Take rows in; the cursor's row and the row at the top stay where the eye is."""
        seen = self._cursor_in_view
        top = self._in_view()[0]
        anchor = self._pages.row(top) if self.scroll_offset.y else None
        take()
        self.loaded = True
        self._forget_gone_marks()
        self._measure()
        place = None if self._cursor_id is None else self._pages.index_of(self._cursor_id)
        self.cursor = max(0, min(self.cursor if place is None else place, self.total - 1))
        if place is None and self.current is not None:
            self._pin()
        now_at = self._pages.index_of(anchor.id) if anchor is not None else None
        if now_at is not None and now_at != top:
            moved = (now_at - top) * self.row_height
            self.scroll_to(y=self.scroll_offset.y + moved, animate=False)
        if seen:
            self._reveal()
        self._tell()

    def _forget_gone_marks(self) -> None:
        if self.marks and not self.text and self._pages.complete:
            standing = {row.id: row for _, row in self._pages.rows()}
            self.marks = {mark: standing[mark] for mark in self.marks if mark in standing}

    @property
    def _cursor_in_view(self) -> bool:
        first, last = self._in_view()
        return first <= self.cursor <= last

    def _pin(self) -> None:
        row = None if self._follows else self.current
        self._cursor_id = row.id if row is not None else None

    def _tell(self) -> None:
        self.repaint()
        self.post_message(self.Told())

    @property
    def row_height(self) -> int:
        """Lines for each row."""
        return self._look.height(self._width)

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width - MARGIN

    @property
    def _heading(self) -> int:
        return 1 if self.titles else 0

    @property
    def _room(self) -> int:
        return max(1, self.scrollable_content_region.height - self._heading)

    def _in_view(self) -> tuple[int, int]:
        top = self.scroll_offset.y
        return top // self.row_height, (top + self._room - 1) // self.row_height

    def _measure(self) -> None:
        self.virtual_size = Size(0, self.total * self.row_height + self._heading)

    def _reveal(self) -> None:
        top, height = self.cursor * self.row_height, self.row_height
        above, below = self.scroll_offset.y, self.scroll_offset.y + self._room
        if top < above:
            self.scroll_to(y=top, animate=False)
        elif top + height > below:
            self.scroll_to(y=top + height - self._room, animate=False)

    def _go(self, index: int, *, follow: bool = False) -> None:
        self.cursor = max(0, min(index, self.total - 1))
        self._follows = follow and self._whole.newest_first
        self._pin()
        self._reveal()
        self._tell()

    def watch_titles(self) -> None:
        """The heading takes a line from the rows."""
        self._measure()
        self.refresh()

    def on_resize(self) -> None:
        """Another width may mean other columns, or a second line."""
        self._measure()
        self._reveal()

    def watch_has_focus(self, _has_focus: bool) -> None:  # noqa: FBT001  the framework's signature
        """The cursor is only bright in the pane with the focus."""
        super().watch_has_focus(_has_focus)
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  the framework's signature
        """Keys that need a row are grey where there is none."""
        return None if obstacle(("grid",), action, Situation(rows=self.total)) else True

    def action_up(self) -> None:
        """One row up."""
        self._go(self.cursor - 1)

    def action_down(self) -> None:
        """One row down."""
        self._go(self.cursor + 1)

    def action_page_up(self) -> None:
        """One page up."""
        self._go(self.cursor - max(1, self._room // self.row_height))

    def action_page_down(self) -> None:
        """One page down."""
        self._go(self.cursor + max(1, self._room // self.row_height))

    def action_home(self) -> None:
        """To the top, and where the newest stands there, stay as rows arrive."""
        self._go(0, follow=True)

    def action_end(self) -> None:
        """To the last row, which may have to be counted first."""
        if self._pages.more:
            self.run_worker(self._go_to_the_end(), group="end", exit_on_error=False)
        else:
            self._go(self.total - 1)

    async def _go_to_the_end(self) -> None:
        if await self._count_on():
            self._go(self.total - 1)

    def action_mark(self) -> None:
        """Mark this row or take its mark away, and go on to the next."""
        row = self.current
        if row is None:
            return
        if self.marks.pop(row.id, None) is None:
            self.marks[row.id] = row
        self._go(self.cursor + 1)

    def action_mark_all(self) -> None:
        """Mark every row that the filter shows; all marked already, take the marks away."""
        self.run_worker(self._mark_all(), group="marking", exit_on_error=False)

    async def _mark_all(self) -> None:
        many = self.total > MOST_MARKS
        rows = () if many else await self._source.page(0, MOST_MARKS + 1, self.text)
        if rows is None:
            return
        if many or len(rows) > MOST_MARKS:
            said = f"{self.counted} rows are too many to mark at once: filter first."
            self.notify(said, severity="warning", markup=False)
            return
        every = {row.id: row for row in rows}
        self.marks = {} if self.marks.keys() >= every.keys() else every
        self._tell()

    def action_open(self) -> None:
        """Ask for this row's story."""
        if self.current is not None:
            self.post_message(self.Opened(self.current))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the clicked row; a double click opens it."""
        index = (event.y - self._heading + self.scroll_offset.y) // self.row_height
        if event.y >= self._heading and 0 <= index < self.total:
            self._go(index)
            if event.chain > 1:
                self.action_open()

    def content(self, y: int) -> Line[RowT]:
        """What stands on a line of the window."""
        if y < self._heading:
            return Line(heading=True)
        place, moment = y - self._heading + self.scroll_offset.y, self._moment()
        index, part = divmod(place, self.row_height)
        if index >= self.total:
            return Line(said=NOTHING if place or self.total else self._nothing())
        row = self._pages.row(index)
        return Line(
            row,
            part,
            sign=NEITHER if part else self._sign(index, row),
            said=NOTHING if part else NOT_YET,
            under=(CURSOR if self.lit else CURSOR_AWAY) if index == self.cursor else "",
            told_at=(moment.now.replace(second=0, microsecond=0), moment.zone),
        )

    def paint(self, content: object) -> Strip:
        """A line of the heading, of a row, or of what is said when there is none."""
        assert isinstance(content, Line)  # noqa: S101  # made by `content`
        shown = content.said
        if content.heading:
            shown = self._look.heading(self._width)
        elif content.row is not None:
            try:
                shown = self._look.line(content.row, content.part, self._width, self._moment())
            except Exception as fault:  # noqa: BLE001  one odd row must not close the console
                shown = say(f"row cannot be shown: {type(fault).__name__}", Tone.FAIL)
        elif content.told_at and not self._broken:
            self._reading.request()
        base = self.get_component_rich_style(content.under) if content.under else self._ground
        margin = Piece(content.sign.ljust(MARGIN), Tone.ACCENT)
        return strip(self, (margin, *shown), self.size.width, base)

    def _nothing(self) -> Phrase:
        if self.loaded:
            return self._look.empty(self.text)
        return UNREAD if self._broken else NOT_YET

    def _sign(self, index: int, row: RowT | None) -> str:
        at_cursor = index == self.cursor and self.lit
        if self.marks and row is not None and row.id in self.marks:
            return BOTH if at_cursor else MARK
        return AT_CURSOR if at_cursor else NEITHER
