"""The schedule: what runs by itself, when it last went well, when it is due, and why so often."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.domain.jobs import Direction, JobState
from p88console.store.windows.work_rows import ScheduledRun
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.format import (
    Moment,
    age,
    countdown,
    interval_words,
    operation_words,
    since,
)
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import Phrase, Tone, join, say
from p88console.ui.screens.errand import run_errand
from p88console.ui.screens.listsheet import ListSheet
from p88console.ui.states import HELD, PULLING, State
from p88console.ui.widgets.columns import Column, Look

ON_TIME = State("✓", "on time", Tone.OK)
QUEUED = State("○", "queued", Tone.WAIT)
OVERDUE = State("▲", "overdue", Tone.HELD)
ONE_LINE = 94


class Agenda(ListSheet[Sequence[ScheduledRun], ScheduledRun]):
    """Stays true while it is open; a run can be had now or left out once."""

    BINDINGS = bindings("agenda")
    scope = "agenda"
    source = "agenda"
    what = "the schedule"
    topics = frozenset({"schedule", "queue", "events", "accounts"})

    def __init__(self, outlook: Outlook) -> None:
        empty = say("nothing is scheduled: no account, or no event", Tone.DIM)
        look = Look(COLUMNS, lambda _: empty, _second, ONE_LINE, 11)
        super().__init__(outlook, look, rest_s=1.0)

    async def ask(self) -> Sequence[ScheduledRun]:
        """The schedule as of now."""
        return await self.outlook.desk.work.runs()

    @property
    def heading(self) -> str:
        """What it is."""
        return "Schedule"

    def rows_of(self, story: Sequence[ScheduledRun]) -> Sequence[ScheduledRun]:
        """The runs as they come."""
        return story

    def _ticked(self, seconds: int) -> None:
        super()._ticked(seconds)
        self.table.refresh()

    def situation(self) -> Situation:
        """Whether there is a run to do something about."""
        return Situation(read_only=self.outlook.desk.read_only, rows=self.table.total)

    def action_run_now(self) -> None:
        """Have this run now."""
        run, work = self.table.current, self.outlook.desk.work
        if run is not None:
            run_errand(self, self.outlook, "run it now", lambda: work.run_now(run))

    def action_skip(self) -> None:
        """Leave this run out once."""
        run, work = self.table.current, self.outlook.desk.work
        if run is not None:
            run_errand(self, self.outlook, "leave it out", lambda: work.skip(run))


def run_state(run: ScheduledRun, moment: Moment) -> State:
    """Whether a run is under way, waits in the queue, is late, or has its time."""
    if run.state == JobState.RUNNING:
        return PULLING
    if run.state == JobState.HELD:
        return HELD
    waited = (moment.now - run.last_ok_at).total_seconds() if run.last_ok_at else 0
    if run.due_at < moment.now or (run.state is not None and waited > 2 * run.interval_s):
        return OVERDUE
    return QUEUED if run.state is not None else ON_TIME


def _state(run: ScheduledRun, moment: Moment) -> Phrase:
    return run_state(run, moment).phrase


def _work(run: ScheduledRun, _: Moment) -> Phrase:
    return say(operation_words(run.operation, Direction.PULL, run.provider))


def _event(run: ScheduledRun, _: Moment) -> Phrase:
    return say(run.event_name, Tone.DIM)


def _last(run: ScheduledRun, moment: Moment) -> Phrase:
    return say(age(run.last_ok_at, moment.now) if run.last_ok_at else "never")


def _next(run: ScheduledRun, moment: Moment) -> Phrase:
    if run.due_at < moment.now:
        return say(f"{since(run.due_at, moment.now)} late", Tone.HELD)
    return say(countdown(run.due_at, moment.now))


def _every(run: ScheduledRun, _: Moment) -> Phrase:
    return say(interval_words(run.interval_s))


def _why(run: ScheduledRun, _: Moment) -> Phrase:
    return say(run.reason, Tone.DIM)


def _second(run: ScheduledRun, moment: Moment) -> Phrase:
    every = say(f"every {interval_words(run.interval_s)}", Tone.DIM)
    return join([every, _why(run, moment), _event(run, moment)], " · ")


COLUMNS: tuple[Column[ScheduledRun], ...] = (
    Column("State", _state, 10),
    Column("Work", _work, 26, grow=1, below=ONE_LINE),
    Column("Work", _work, 26, needs=ONE_LINE),
    Column("Event", _event, 12, grow=1, needs=ONE_LINE),
    Column("Last ok", _last, 12, right=True),
    Column("Next", _next, 10, right=True),
    Column("Every", _every, 6, right=True, needs=ONE_LINE),
    Column("Why", _why, 12, grow=1, needs=ONE_LINE),
)
