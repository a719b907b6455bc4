"""The board: every account's lane, and below it the queue, the troubles, and the past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from textual import on
from textual.containers import Container
from textual.widget import Widget

from p88console.domain.jobs import JobState
from p88console.store.windows.board import HistoryRow, QueueRow
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.desk import Topics
from p88console.ui.faults import ACTION, ENGINE
from p88console.ui.freezing import Freezing
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, join, say
from p88console.ui.reading import Reading
from p88console.ui.screens.agenda import Agenda
from p88console.ui.screens.board_panes import (
    HISTORY,
    PANE_TOPICS,
    history_pane,
    queue_pane,
    retry_pane,
)
from p88console.ui.screens.errand import cancel, jobs_of, retry, snooze, steer_lane
from p88console.ui.screens.job import JobStory
from p88console.ui.screens.room import Room
from p88console.ui.screens.starting import Starting
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.lanes import Lanes
from p88console.ui.widgets.load import LastHour
from p88console.ui.widgets.pane import Pane
from p88console.ui.widgets.schedule import NextRuns

JobRow = QueueRow | HistoryRow


class Board(Starting, Room):
    """Where the operator lives on race day."""

    BINDINGS = bindings("board", "view", "start")
    AUTO_FOCUS = "#queue Grid"
    door = "board"
    scopes = ("sync", "board", "view", "start", "hand", "go")

    def __init__(self, outlook: Outlook) -> None:
        super().__init__(outlook)
        self.freezing = Freezing(outlook)
        self._arrivals = Reading(self, self._count_arrivals)
        self.needing = False
        """Whether only what waits for a person is shown."""
        self.panes: Sequence[Pane] = (
            queue_pane(outlook, self.freezing.note),
            retry_pane(outlook, self._retry_notes, lambda: self.needing),
            history_pane(outlook, self.freezing.note_with_arrivals),
        )

    def furniture(self) -> Iterable[Widget]:
        """Lanes above, the three panes below."""
        yield Lanes(self.outlook)
        yield Container(*self.panes, id="panes")

    def head_read(self) -> None:
        """The lanes are fresh."""
        self.query_one(Lanes).read_anew()
        self.query_one(NextRuns).remake()
        self.query_one(LastHour).ask()
        self.refresh_bindings()

    def read_topics(self, topics: Topics) -> None:
        """Read the panes that these topics touch; a frozen view only counts what it misses."""
        if self.freezing.misses(topics):
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
            if self.freezing.frozen:
                pane.title_line.refresh()

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        loading = self.query_one(LastHour).busy
        busy = loading or self._arrivals.busy or any(pane.grid.busy for pane in self.panes)
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
                pane.filtered or pane.grid.marks or self.needing or self.outlook.faults.has(ACTION)
            ),
        )

    def set_up(self) -> None:
        """Show what became of it."""
        self.read_everything()

    @on(Grid.Told)
    def told(self) -> None:
        """Rows, marks or cursor changed: so may the keys that apply."""
        self._watch_pace()
        self.refresh_bindings()

    def _watch_pace(self) -> None:
        grid, pace, now = self.panes[0].grid, self.outlook.pace, self.outlook.now
        jobs = takewhile(lambda row: isinstance(row, QueueRow), grid.at_hand)
        running = list(takewhile(lambda row: row.state == JobState.RUNNING, jobs))
        for row in running:
            pace.see(row.id, row.state, row.progress_done, row.progress_total, now)
        if running:
            grid.refresh()

    @on(Grid.Opened)
    def opened(self, event: Grid.Opened) -> None:
        """A row's story was asked for."""
        row = event.row
        if isinstance(row, QueueRow | HistoryRow):
            self.app.push_screen(JobStory.of(self.outlook, row))

    def action_retry(self) -> None:
        """Make the marked jobs, or the current one, due now."""
        grid = self.pane.grid
        if jobs := jobs_of(grid.chosen):
            retry(self, self.outlook, jobs, then=grid.unmark)

    def action_cancel(self) -> None:
        """Cancel the marked jobs, or the current one."""
        grid = self.pane.grid
        if jobs := jobs_of(grid.chosen):
            cancel(self, self.outlook, jobs, then=grid.unmark)

    def action_snooze(self) -> None:
        """Put the marked jobs, or the current one, off for a while."""
        grid = self.pane.grid
        if jobs := jobs_of(grid.chosen):
            snooze(self, self.outlook, jobs, then=grid.unmark)

    def action_hold(self) -> None:
        """Hold an account's lane, or let it go on."""
        row = self.pane.grid.current
        steer_lane(self, self.outlook, row.account_id if isinstance(row, QueueRow) else 0)

    def action_schedule(self) -> None:
        """What runs by itself, and when."""
        self.app.push_screen(Agenda(self.outlook))

    def action_needing(self) -> None:
        """Show only what waits for a person, or everything again."""
        self.needing = not self.needing
        self.set_class(self.needing, "-needing")
        pane = self.panes[1]
        pane.grid.unmark()
        pane.grid.begin_anew()
        pane.grid.focus()

    def _retry_notes(self) -> Phrase:
        needing = say("▲ only what needs you", Tone.HELD) if self.needing else NOTHING
        return join([self.freezing.note(), needing], " · ")

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
        elif self.needing:
            self.action_needing()
        else:
            self.outlook.settle(ACTION)
        self.refresh_bindings()

    def action_freeze(self) -> None:
        """Hold the view still, or let it go on."""
        missed = self.freezing.toggle()
        if missed:
            self.read_topics(missed)
        for pane in self.panes:
            pane.title_line.refresh()

    async def _count_arrivals(self) -> None:
        history = self.panes[-1]
        desk, text = self.outlook.desk, history.grid.text
        total = await self.outlook.read(
            "history count", "the history", lambda: desk.history_count(text)
        )
        if total is not None:
            self.freezing.arrived = max(0, total - history.grid.total)
            history.title_line.refresh()

    def action_next_pane(self) -> None:
        """To the next pane."""
        self._go(1)

    def action_previous_pane(self) -> None:
        """To the pane before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        shown = [pane for pane in self.panes if pane.display]
        if self.pane in shown:
            shown[(shown.index(self.pane) + step) % len(shown)].grid.focus()
