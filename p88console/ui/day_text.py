"""The day in lines: when each account did what, guns, outages, and how queue and answers went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from p88console.store.windows.board import Lane
from p88console.store.windows.day_rows import DayAttempt, DayStory
from p88console.ui.bars import axis, bars
from p88console.ui.format import Moment, duration, number, provider_title
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, heading, join, say, width_of
from p88console.ui.states import State

LABEL = 13
CHART_LINES = 5
TICK = 9
"""Cells that a time of the axis takes at least."""
STEPS = (5, 10, 15, 30, 60, 120, 240, 480)
"""Minutes from one time of the axis to the next."""
SIDE_BY_SIDE, BETWEEN = 96, 3
"""Cells from which charts stand beside each other, and the gap between them."""

NOBODY = State(" ", "nothing", Tone.DIM)
QUIET = State("·", "nothing new", Tone.DIM)
MOVED = State("■", "rows moved", Tone.RUN)
TROUBLE = State("✗", "failed", Tone.FAIL)
CUT_OFF = State("░", "no network", Tone.HELD)
LEGEND = (MOVED, QUIET, TROUBLE, CUT_OFF)
_WORST = (NOBODY, QUIET, MOVED, TROUBLE, CUT_OFF)
TROUBLES = ("failed", "failed_permanent", "verify", "held")


class Scale:
    """Instants as columns of a chart."""

    def __init__(self, since: datetime, until: datetime, cells: int) -> None:
        self.since = since
        self.until = max(until, since + timedelta(minutes=1))
        self.cells = max(1, cells)

    def column(self, at: datetime) -> int:
        """The column that an instant falls into; below 0 or beyond the last for one outside."""
        return int((at - self.since) / (self.until - self.since) * self.cells)

    def instant(self, column: float) -> datetime:
        """Where a column begins."""
        return self.since + (self.until - self.since) * (column / self.cells)


def day_lines(
    story: DayStory, lanes: Sequence[Lane], moment: Moment, width: int
) -> Sequence[Phrase]:
    """The timeline and the charts, for as much time as the story tells of."""
    first = min((one.started_at for one in story.attempts), default=moment.now)
    guns = [gun.at for gun in story.guns]
    last = max([moment.now, *(gun for gun in guns if gun - moment.now < timedelta(hours=4))])
    scale = Scale(min([first, *guns]), last, width - LABEL)
    return [
        heading("Timeline", width),
        _legend(),
        NOTHING,
        *_timeline(story, lanes, scale, moment),
        NOTHING,
        *_charts(story, moment, scale, width),
    ]


def _legend() -> Phrase:
    told = [(Piece(one.glyph, one.tone), Piece(f" {one.word}", Tone.DIM)) for one in LEGEND]
    return join(told, "   ")


def _timeline(
    story: DayStory, lanes: Sequence[Lane], scale: Scale, moment: Moment
) -> Sequence[Phrase]:
    lines = [_row("", _hours(scale, moment))]
    if story.guns:
        lines.append(_row("gun", _guns(story, scale)))
    cells: dict[int, list[State]] = {}
    for one in story.attempts:
        row = cells.setdefault(one.account_id, [NOBODY] * scale.cells)
        worst = _cell(one)
        begins, ends = scale.column(one.started_at), scale.column(one.finished_at or moment.now)
        for column in range(max(0, begins), min(scale.cells - 1, max(begins, ends)) + 1):
            row[column] = max(row[column], worst, key=_WORST.index)
    for lane in lanes:
        told = cells.get(lane.account_id, [NOBODY] * scale.cells)
        lines.append(_row(provider_title(lane.provider), _runs(told)))
    now = scale.column(moment.now)
    if now < scale.cells - 4:
        lines.append(_row("", (Piece(" " * now), Piece("▲ now", Tone.ACCENT))))
    return lines


def _row(label: str, cells: Phrase) -> Phrase:
    return (*fit(say(label), LABEL), *cells)


def _cell(attempt: DayAttempt) -> State:
    if attempt.state == "waiting":
        return CUT_OFF
    if attempt.state in TROUBLES:
        return TROUBLE
    return MOVED if attempt.moved else QUIET


def _runs(cells: Sequence[State]) -> Phrase:
    pieces: list[Piece] = []
    for state in cells:
        if pieces and pieces[-1].tone is state.tone:
            pieces[-1] = Piece(pieces[-1].text + state.glyph, state.tone)
        else:
            pieces.append(Piece(state.glyph, state.tone))
    return tuple(pieces)


def _hours(scale: Scale, moment: Moment) -> Phrase:
    """Round local times where they stand, as many as have room."""
    minutes = (scale.until - scale.since).total_seconds() / 60
    wanted = minutes * TICK / scale.cells
    step = next((one for one in STEPS if one >= wanted), STEPS[-1])
    local = scale.since.astimezone(moment.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (local - midnight).total_seconds() / 60
    at = midnight + timedelta(minutes=step * ceil(passed / step))
    line = ""
    while scale.column(at) <= scale.cells - 5:
        line = f"{line:<{scale.column(at)}}{at:%H:%M}"
        at += timedelta(minutes=step)
    return say(line, Tone.DIM)


def _guns(story: DayStory, scale: Scale) -> Phrase:
    """A mark at each gun, its races at the right of it, or at the left where there is no room."""
    by_column: dict[int, list[str]] = {}
    for gun in story.guns:
        column = scale.column(gun.at)
        if column <= scale.cells:
            by_column.setdefault(min(column, scale.cells - 1), []).append(gun.race_name)
    line: Phrase = NOTHING
    for column, names in sorted(by_column.items()):
        told, taken = ", ".join(names), width_of(line)
        if column < taken:
            continue
        mark = Piece("▼", Tone.ACCENT)
        after = (mark, Piece(f" {told} ", Tone.DIM))
        before = (*fit(say(f"{told} ", Tone.DIM), column - taken, right=True), mark)
        fits = column + width_of(after) <= scale.cells
        line = (*line, *((Piece(" " * (column - taken)), *after) if fits else before))
    return line


def _charts(story: DayStory, moment: Moment, scale: Scale, width: int) -> Sequence[Phrase]:
    """Three charts over the time that has passed, side by side where there is room."""
    beside = width >= SIDE_BY_SIDE
    cells = (width - 2 * BETWEEN) // 3 if beside else width
    past = Scale(scale.since, min(scale.until, moment.now), cells)
    first, last = (f"{at.astimezone(moment.zone):%H:%M}" for at in (past.since, past.until))
    ends = axis(first, last, cells)
    rows, jobs, waits = moved(story.attempts, past), depth(story, past), latency(story, past)
    blocks = [
        [heading(name, cells), say(told, Tone.DIM), *bars(values, CHART_LINES, cells), ends]
        for name, told, values in (
            ("Rows moved", f"{number(sum(rows))} in all", rows),
            ("Jobs open", f"most {number(max(jobs))}, now {number(jobs[-1])}", jobs),
            ("Time to an answer", f"slowest {_span(max(waits))}", waits),
        )
    ]
    if not beside:
        return [line for block in blocks for line in (*block, NOTHING)]
    gap = Piece(" " * BETWEEN)
    return [
        tuple(
            piece
            for at, part in enumerate(parts)
            for piece in ((gap, *fit(part, cells)) if at else fit(part, cells))
        )
        for parts in zip(*blocks, strict=True)
    ]


def _span(milliseconds: int) -> str:
    if milliseconds >= 60_000:
        return duration(milliseconds / 1000)
    return f"{milliseconds / 1000:.1f} s"


def moved(attempts: Sequence[DayAttempt], scale: Scale) -> Sequence[int]:
    """Rows that attempts moved, column by column of the instants at which they ended."""
    found = [0] * scale.cells
    for one in attempts:
        column = scale.column(one.finished_at or scale.until)
        if 0 <= column <= scale.cells:
            found[min(column, scale.cells - 1)] += one.moved
    return found


def depth(story: DayStory, scale: Scale) -> Sequence[int]:
    """How many jobs were open at the end of each column."""
    steps: dict[int, int] = {}
    for began, ended in story.jobs:
        begins = max(0, scale.column(began))
        steps[begins] = steps.get(begins, 0) + 1
        if ended is not None:
            ends = max(0, scale.column(ended))
            steps[ends] = steps.get(ends, 0) - 1
    found, open_now = [], 0
    for column in range(scale.cells):
        open_now += steps.get(column, 0)
        found.append(max(0, open_now))
    return found


def latency(story: DayStory, scale: Scale) -> Sequence[int]:
    """The middle of the milliseconds that attempts took to be answered, column by column."""
    took: dict[int, list[float]] = {}
    for one in story.attempts:
        if one.finished_at is not None and _cell(one) is not CUT_OFF:
            column = min(scale.cells - 1, max(0, scale.column(one.finished_at)))
            span = one.finished_at - one.started_at
            took.setdefault(column, []).append(span.total_seconds() * 1000)
    return [round(median(took[column])) if column in took else 0 for column in range(scale.cells)]
