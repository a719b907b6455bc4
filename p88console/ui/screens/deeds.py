"""The action log: what was done by hand, newest first, with what became of it."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.store.windows.past_rows import Deed
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.format import Moment, clock_time, dated_time, operation_words, outcome_phrase
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, join, say
from p88console.ui.screens.job import JobStory
from p88console.ui.screens.listsheet import ListSheet
from p88console.ui.states import DONE, State, job_state
from p88console.ui.widgets.columns import Column, Look

UNDONE = State("↶", "undone", Tone.DIM)
ONE_LINE = 90
DOORS = {"api": "API", "cli": "command"}
TIME = 12


class DeedsSheet(ListSheet[Sequence[Deed], Deed]):
    """Stays true while it is open; a job that was asked for tells its story."""

    BINDINGS = bindings("deeds")
    scope = "deeds"
    source = "deeds"
    what = "the action log"
    topics = frozenset({"queue", "history", "participants", "inbox"})

    def __init__(self, outlook: Outlook) -> None:
        empty = say("nothing was done by hand yet", Tone.DIM)
        look = Look(COLUMNS, lambda _: empty, _second, ONE_LINE, TIME + 1, newest_first=True)
        super().__init__(outlook, look, rest_s=1.0)

    async def ask(self) -> Sequence[Deed]:
        """What was done until now."""
        return await self.outlook.desk.past.deeds()

    @property
    def heading(self) -> str:
        """What it is."""
        return "Action log"

    def rows_of(self, story: Sequence[Deed]) -> Sequence[Deed]:
        """The deeds as they come."""
        return story

    def situation(self) -> Situation:
        """Whether there is something to open."""
        deed = self.table.current
        return Situation(rows=int(deed is not None and deed.job_id is not None))

    def action_open(self) -> None:
        """The whole story of the job that was asked for."""
        deed = self.table.current
        if deed is not None and deed.job_id is not None:
            work = operation_words(deed.operation, deed.direction, deed.provider)
            name = f"#{deed.job_id} {work}"
            self.app.push_screen(JobStory(self.outlook, deed.job_id, name, deed.event_name))


def _at(deed: Deed, moment: Moment) -> Phrase:
    return say(dated_time(deed.at, moment), Tone.DIM)


def _state(deed: Deed, _: Moment) -> Phrase:
    if deed.job_id is not None:
        return job_state(deed.state, deed.direction, deed.attempt).phrase
    return (UNDONE if deed.undone_at else DONE).phrase


def _what(deed: Deed, _: Moment) -> Phrase:
    if deed.job_id is None:
        return say(deed.summary)
    return say(operation_words(deed.operation, deed.direction, deed.provider))


def _outcome(deed: Deed, moment: Moment) -> Phrase:
    if deed.undone_at is not None:
        return say(f"taken back {clock_time(deed.undone_at, moment)}", Tone.DIM)
    title = (deed.error or {}).get("title")
    return join([say(title) if title else NOTHING, outcome_phrase(deed.counts)], " · ")


def _event(deed: Deed, _: Moment) -> Phrase:
    return say(deed.event_name or "", Tone.DIM)


def _who(deed: Deed, _: Moment) -> Phrase:
    return say(
        " ".join(filter(None, [deed.who, deed.door and f"by {DOORS.get(deed.door, deed.door)}"])),
        Tone.DIM,
    )


def _second(deed: Deed, moment: Moment) -> Phrase:
    return join([_outcome(deed, moment), _who(deed, moment), _event(deed, moment)], " · ")


COLUMNS: tuple[Column[Deed], ...] = (
    Column("Time", _at, TIME),
    Column("State", _state, 10),
    Column("What", _what, 28, grow=3),
    Column("Outcome", _outcome, 18, grow=1, needs=ONE_LINE),
    Column("Who", _who, 16, needs=ONE_LINE),
    Column("Event", _event, 12, grow=1, needs=120),
)
