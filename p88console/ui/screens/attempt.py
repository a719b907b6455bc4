"""One attempt whole: when and why it was made, what it did, and what the far side answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from p88console.domain.jobs import COUNT_NAMES, OPEN_STATES
from p88console.store.windows.board import HistoryRow
from p88console.store.windows.past_rows import AttemptStory
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.format import (
    Moment,
    dated_time,
    duration,
    number,
    operation_words,
    provider_title,
    zone_label,
)
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, fit, join, say, wrap
from p88console.ui.screens.errand import cancel, job_name, jobs_of, retry
from p88console.ui.screens.job import JobStory
from p88console.ui.screens.readsheet import ReadSheet
from p88console.ui.states import attempt_state

LABEL = 12
TROUBLING = ("conflicts", "quarantined", "refused")
ASKED = {
    "schedule": "by the schedule",
    "operator": "by hand",
    "api": "through the API",
    "retry": "to carry what came meanwhile",
}


class AttemptSheet(ReadSheet[AttemptStory]):
    """Opens on an attempt; what can be done about its job can be done from here."""

    BINDINGS = bindings("attempt")
    scope = "attempt"
    source = "attempt"
    what = "the attempt"
    topics = frozenset({"history", "queue"})

    def __init__(self, outlook: Outlook, row: HistoryRow) -> None:
        super().__init__(outlook)
        self._row = row

    async def ask(self) -> AttemptStory:
        """The attempt as it is now."""
        return await self.outlook.desk.past.attempt(self._row.id)

    @property
    def heading(self) -> str:
        """What was tried."""
        row = self._row
        work = operation_words(row.operation, row.direction, row.provider)
        return f"Attempt {row.attempt} of job #{row.job_id} · {work}"

    def told(self, story: AttemptStory, width: int) -> Sequence[Phrase]:
        """The attempt in lines."""
        return list(_lines(story, self.outlook.moment, width))

    def situation(self) -> Situation:
        """Whether the job behind it can be retried or cancelled."""
        story = self.answer
        return Situation(
            read_only=self.outlook.desk.read_only,
            rows=1 if story and story.job_state else 0,
            cancellable=bool(story and story.job_state in OPEN_STATES),
        )

    def action_retry(self) -> None:
        """Make its job due now."""
        retry(self, self.outlook, jobs_of([self._row]))

    def action_cancel(self) -> None:
        """Cancel its job."""
        cancel(self, self.outlook, {self._row.job_id: job_name(self._row)})

    def action_job(self) -> None:
        """Tell its job's whole story."""
        self.app.push_screen(JobStory.of(self.outlook, self._row))


def _lines(story: AttemptStory, moment: Moment, width: int) -> Iterable[Phrase]:
    state = attempt_state("partial" if story.partial else story.state, story.direction)
    end = story.finished_at
    lasted = say(f"took {duration((end - story.started_at).total_seconds())}") if end else NOTHING
    fields = (
        ("State", state.phrase),
        ("Event", say(story.event_name or "")),
        ("Account", say(f"{provider_title(story.provider)} · {story.account_label}")),
        ("Began", join([_at(story.started_at, moment), lasted], " · ")),
        ("Ended", _at(end, moment) if end else say("it still runs", Tone.RUN)),
        ("Asked for", say(ASKED.get(story.trigger, story.trigger))),
        ("Tries", say(f"{story.attempt} of {story.attempts} so far")),
        ("Job now", say(story.job_state or "cleared away", Tone.DIM)),
    )
    for label, value in fields:
        if any(piece.text for piece in value):
            yield from _field(label, value, width)
    yield NOTHING
    yield say("What it did", Tone.STRONG)
    yield from _counts(story, width)
    if story.error:
        yield NOTHING
        yield say("What was answered", Tone.STRONG)
        for label, name, tone in (
            ("Trouble", "title", Tone.FAIL),
            ("Answer", "detail", Tone.PLAIN),
            ("What next", "hint", Tone.STRONG),
            ("Kind", "code", Tone.DIM),
        ):
            if story.error.get(name):
                yield from _field(label, say(story.error[name], tone), width)


def _counts(story: AttemptStory, width: int) -> Iterable[Phrase]:
    """Every count that is not nought, the ones that need a person first."""
    known = {name: count for name, count in story.counts.items() if count}
    if not known:
        yield say("nothing was counted", Tone.DIM)
    for name in (*TROUBLING, *(one for one in COUNT_NAMES if one not in TROUBLING)):
        if name in known:
            tone = Tone.HELD if name in TROUBLING else Tone.PLAIN
            yield from _field(name.capitalize(), say(number(known[name]), tone), width)


def _at(instant: datetime, moment: Moment) -> Phrase:
    return say(f"{dated_time(instant, moment)} {zone_label(instant, moment.zone)}")


def _field(label: str, value: Phrase, width: int) -> Sequence[Phrase]:
    return wrap((*fit(say(label, Tone.DIM), LABEL), *value), width, LABEL)
