"""How the board shows a job that waits, a job in trouble, and an attempt of the past."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from p88console.domain.outcome import RETRY_LADDER
from p88console.store.windows.board import HistoryRow, QueueRow
from p88console.ui.format import (
    Moment,
    clock_time,
    duration,
    number,
    of_total,
    operation_words,
    outcome_phrase,
    percent,
    rate_words,
    short_duration,
    took,
    until,
)
from p88console.ui.pace import Pace
from p88console.ui.phrase import NOTHING, Phrase, Tone, join, say
from p88console.ui.states import attempt_state, job_state, needs_person
from p88console.ui.widgets.columns import Column, Look

STATE, OPERATION, SPAN, CLOCK = 10, 26, 5, 8
SHORT_OPERATION = 14
FULL_NAMES = 43
"""Tables at least this wide have room for providers' full names."""
ONE_LINE = 72
"""Tables at least this wide say it all in one line."""

JOB_INDENT = 2
ATTEMPT_INDENT = CLOCK + 1
MOST_ATTEMPTS = len(RETRY_LADDER) + 1


def _state(row: QueueRow, _: Moment) -> Phrase:
    return job_state(row.state, row.direction, row.attempt).phrase


def _operation(row: QueueRow | HistoryRow, _: Moment) -> Phrase:
    return say(operation_words(row.operation, row.direction, row.provider))


def _short_operation(row: QueueRow | HistoryRow, _: Moment) -> Phrase:
    return say(operation_words(row.operation, row.direction, row.provider, short=True))


def _event(row: QueueRow | HistoryRow, _: Moment) -> Phrase:
    return say(row.event_name, Tone.DIM) if row.event_name else NOTHING


def _when(row: QueueRow, moment: Moment) -> Phrase:
    if row.state == "running":
        return say(percent(row.progress_done, row.progress_total), Tone.RUN)
    if needs_person(row.state):
        return NOTHING
    left = until(row.due_at, moment.now)
    return say(short_duration(left) if left else "now")


def _progress(row: QueueRow, moment: Moment, pace: Pace) -> Phrase:
    if row.state != "running" or not (row.progress_done or row.progress_total):
        return NOTHING
    done = say(of_total(row.progress_done, row.progress_total), Tone.RUN)
    rate, left = pace.rate(row.id), pace.left_s(row.id, moment.now)
    fast = say(rate_words(rate) if rate is not None else "")
    return join([done, fast, say(f"{duration(left)} left" if left is not None else "")], " · ")


def _trouble(row: QueueRow, _: Moment) -> Phrase:
    if not row.error_title:
        return NOTHING
    return say(row.error_title, Tone.HELD if needs_person(row.state) else Tone.PLAIN)


def _tries(row: QueueRow, _: Moment) -> Phrase:
    return say(f"try {row.attempt} of {MOST_ATTEMPTS}", Tone.DIM) if row.attempt else NOTHING


def _asked_by(row: QueueRow, _: Moment) -> Phrase:
    return say({"operator": "by hand", "api": "by API"}.get(row.trigger, ""), Tone.DIM)


def queue_second(row: QueueRow, moment: Moment, pace: Pace) -> Phrase:
    """About a waiting job: how far it is or what stopped it, for which event, by whom."""
    said = (_progress(row, moment, pace), _trouble(row, moment), _event(row, moment))
    asked = _asked_by(row, moment)
    return join([*said, asked], " · ")


def retry_second(row: QueueRow, moment: Moment) -> Phrase:
    """About a job in trouble: what went wrong, and at which try."""
    return join([_trouble(row, moment), _tries(row, moment), _event(row, moment)], " · ")


def queue_look(pace: Pace, empty: Callable[[str], Phrase]) -> Look[QueueRow]:
    """How the queue's jobs are shown; the pace of those that run is known to `pace`."""
    about = partial(queue_second, pace=pace)
    columns: tuple[Column[QueueRow], ...] = (
        Column("State", _state, STATE),
        Column("Work", _short_operation, SHORT_OPERATION, grow=1, below=FULL_NAMES),
        Column("Work", _operation, OPERATION, grow=1, needs=FULL_NAMES, below=ONE_LINE),
        Column("Work", _operation, OPERATION, needs=ONE_LINE),
        Column("About", about, 12, grow=1, needs=ONE_LINE),
        Column("Due", _when, SPAN, right=True),
    )
    return Look(columns, empty, about, ONE_LINE, JOB_INDENT)


RETRY_COLUMNS: tuple[Column[QueueRow], ...] = (
    Column("State", _state, STATE),
    Column("Work", _short_operation, SHORT_OPERATION, grow=1, below=FULL_NAMES),
    Column("Work", _operation, OPERATION, grow=1, needs=FULL_NAMES, below=ONE_LINE),
    Column("Work", _operation, OPERATION, needs=ONE_LINE),
    Column("About", retry_second, 12, grow=1, needs=ONE_LINE),
    Column("Due", _when, SPAN, right=True),
)


def _started(row: HistoryRow, moment: Moment) -> Phrase:
    return say(clock_time(row.started_at, moment), Tone.DIM)


def _glyph(row: HistoryRow, _: Moment) -> Phrase:
    state = attempt_state(row.state, row.direction)
    return say(state.glyph, state.tone)


def _ended(row: HistoryRow, _: Moment) -> Phrase:
    return attempt_state(row.state, row.direction).phrase


def _took(row: HistoryRow, _: Moment) -> Phrase:
    return say(took(row.started_at, row.finished_at), Tone.DIM)


def _outcome(row: HistoryRow, _: Moment) -> Phrase:
    done = outcome_phrase(row.counts)
    if not row.error_title:
        return done
    return join([say(row.error_title), done], " · ")


def history_second(row: HistoryRow, moment: Moment) -> Phrase:
    """Under an attempt: how it ended and what it changed."""
    state = attempt_state(row.state, row.direction)
    return join([say(state.word, state.tone), _outcome(row, moment)], " · ")


HISTORY_COLUMNS: tuple[Column[HistoryRow], ...] = (
    Column("Time", _started, CLOCK),
    Column("", _glyph, 1, below=ONE_LINE),
    Column("Work", _short_operation, SHORT_OPERATION, grow=1, below=FULL_NAMES),
    Column("Work", _operation, OPERATION, grow=1, needs=FULL_NAMES, below=ONE_LINE),
    Column("State", _ended, STATE, needs=ONE_LINE),
    Column("Work", _operation, OPERATION, needs=ONE_LINE),
    Column("Outcome", _outcome, 12, grow=1, needs=ONE_LINE),
    Column("Took", _took, SPAN, right=True),
)


def troubles(total: int, in_need: int) -> Phrase:
    """The retry pane's counts: how many come back by themselves, how many need a person."""
    retrying = say(number(max(0, total - in_need)))
    if not in_need:
        return retrying
    return join([retrying, say(f"▲ needs you {number(in_need)}", Tone.HELD)], " · ")
