"""The board: every account's lane, and below it the queue, the troubles, and the past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from textual import on
from textual.containers import Container
from textual.widget import Widget

from p88console.store.board import HistoryRow, QueueRow
from p88console.ui.actions import Situation, bindings
from p88console.ui.desk import Topics
from p88console.ui.faults import ACTION, ENGINE
from p88console.ui.format import number, since
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, say
from p88console.ui.reading import Reading
from p88console.ui.screens.board_panes import (
    HISTORY,
    PANE_TOPICS,
    history_pane,
    queue_pane,
    retry_pane,
)
from p88console.ui.screens.errand import cancel, job_id_of, job_name, retry, run_errand
from p88console.ui.screens.job import JobStory
from p88console.ui.screens.room import Room
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.lanes import Lanes
from p88console.ui.widgets.pane import Pane
from p88console.ui.widgets.schedule import NextRuns

JobRow = QueueRow | HistoryRow


class Board(Room):
    """Where the operator lives on race day."""

    BINDINGS = bindings("board")
    AUTO_FOCUS = "#queue Grid"
    scope = "board"

    def __init__(self, outlook: Outlook) -> None:
        super().__init__(outlook)
        self._frozen_at: datetime | None = None
        self._missed: Topics = frozenset()
        self._arrived = 0
        self._arrivals = Reading(self, self._count_arrivals)
        self.panes: Sequence[Pane] = (
            queue_pane(outlook, lambda: self._frozen_note(0)),
            retry_pane(outlook, lambda: self._frozen_note(0)),
            history_pane(outlook, lambda: self._frozen_note(self._arrived)),
        )

    def furniture(self) -> Iterable[Widget]:
        """Lanes above, the three panes below."""
        yield Lanes(self.outlook)
        yield Container(*self.panes, id="panes")

    def head_read(self) -> None:
        """The lanes are fresh."""
        self.query_one(Lanes).read_anew()
        self.query_one(NextRuns).remake()
        self.refresh_bindings()

    def read_topics(self, topics: Topics) -> None:
        """Read the panes that these topics touch; a frozen view only counts what it misses."""
        if self._frozen_at is not None:
            self._missed |= topics
            self._arrivals.request()
            return
        for pane in self.panes:
            if topics & PANE_TOPICS[pane.id or ""]:
                pane.grid.refresh_rows()

    def ticked(self, seconds: int) -> None:
        """Countdowns go on."""
        super().ticked(seconds)
        for pane in self.panes:
            if pane.id != HISTORY and pane.grid.total:
                pane.grid.refresh()
            if self._frozen_at is not None:
                pane.title_line.refresh()

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        busy = self._arrivals.busy or any(pane.grid.busy for pane in self.panes)
        return super().settled and not busy

    @property
    def pane(self) -> Pane:
        """The pane with the focus, or the first."""
        return next((pane for pane in self.panes if pane.has_focus_within), self.panes[0])

    def situation(self) -> Situation:
        """What keys need to know about the focused pane."""
        pane = self.pane
        return Situation(
            read_only=self.outlook.desk.read_only,
            engine_down=self.outlook.faults.has(ENGINE),
            accounts=bool(self.outlook.lanes),
            rows=pane.grid.total,
            cancellable=pane.id != HISTORY,
            typing=pane.filter_line.has_focus,
            something_to_put_away=bool(
                pane.filtered or pane.grid.marks or self.outlook.faults.has(ACTION)
            ),
        )

    @on(Grid.Told)
    def told(self) -> None:
        """Rows, marks or cursor changed: so may the keys that apply."""
        self.refresh_bindings()

    @on(Grid.Opened)
    def opened(self, event: Grid.Opened) -> None:
        """A row's story was asked for."""
        row = event.row
        if isinstance(row, QueueRow | HistoryRow):
            self.app.push_screen(JobStory(self.outlook, row))

    def action_get(self) -> None:
        """Get participants now."""
        run_errand(self, self.outlook, "get participants", self.outlook.desk.pull_participants)

    def action_push(self) -> None:
        """Push participants now."""
        run_errand(self, self.outlook, "push", self.outlook.desk.push_participants)

    def action_results(self) -> None:
        """Get results now."""
        run_errand(self, self.outlook, "get results", self.outlook.desk.pull_results)

    def action_retry(self) -> None:
        """Make the marked jobs, or the current one, due now."""
        pane = self.pane
        jobs = [job_id_of(row) for row in pane.grid.chosen]
        if jobs:
            retry(self, self.outlook, jobs)
            pane.grid.unmark()

    def action_cancel(self) -> None:
        """Cancel the marked jobs, or the current one."""
        pane = self.pane
        jobs = {job_id_of(row): job_name(row) for row in pane.grid.chosen}
        if jobs:
            cancel(self, self.outlook, jobs, then=pane.grid.unmark)

    def action_filter(self) -> None:
        """Ask for a text that the focused pane's rows must contain."""
        self.pane.open_filter()

    def action_put_away(self) -> None:
        """Clear the filter; else the marks; else a fault that was read."""
        pane = self.pane
        if pane.clear_filter():
            pass
        elif pane.grid.marks:
            pane.grid.unmark()
        else:
            self.outlook.settle(ACTION)
        self.refresh_bindings()

    def action_freeze(self) -> None:
        """Hold the view still, or let it go on."""
        if self._frozen_at is None:
            self._frozen_at, self._missed, self._arrived = self.outlook.now, frozenset(), 0
        else:
            self._frozen_at = None
            self.read_topics(self._missed)
        for pane in self.panes:
            pane.title_line.refresh()

    async def _count_arrivals(self) -> None:
        history = self.panes[-1]
        desk, text = self.outlook.desk, history.grid.text
        total = await self.outlook.read(
            "history count", "the history", lambda: desk.history_count(text)
        )
        if total is not None:
            self._arrived = max(0, total - history.grid.total)
            history.title_line.refresh()

    def _frozen_note(self, arrived: int) -> Phrase:
        if self._frozen_at is None:
            return NOTHING
        new = f", {number(arrived)} new" if arrived else ""
        return say(f"frozen {since(self._frozen_at, self.outlook.now)}{new}", Tone.HELD)

    def action_next_pane(self) -> None:
        """To the next pane."""
        self._go(1)

    def action_previous_pane(self) -> None:
        """To the pane before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        place = self.panes.index(self.pane)
        self.panes[(place + step) % len(self.panes)].grid.focus()
