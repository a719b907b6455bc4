"""A line for each account: how it stands, what it last did well, what it does, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from p88console.domain.doctor import CLOCK_FAILING
from p88console.store.windows.board import Lane
from p88console.ui.format import (
    age,
    as_instant,
    countdown,
    duration,
    labelled_time,
    number,
    of_total,
    offset_words,
    percent,
    provider_title,
    rate_words,
)
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import (
    NOTHING,
    Phrase,
    Piece,
    Tone,
    cut,
    fit,
    join,
    say,
    visible,
    width_of,
)
from p88console.ui.states import lane_state, running_word
from p88console.ui.widgets.lines import Lines

STATE, PROVIDER, LABEL, AGE = 10, 11, 16, 18
WIDE, ROOMY = 110, 130
MOST_LANES = 6
BAR_AT_MOST = 24
ROOMY_NEWS = 44
"""Cells in which a lane's progress has room for its rate too."""


WELCOME: Sequence[Phrase] = (
    NOTHING,
    say("Nothing is set up yet. Three ways on:", Tone.STRONG),
    (Piece("  R  ", Tone.KEY), Piece("a practice race on this laptop, in a home of its own")),
    (Piece("  A  ", Tone.KEY), Piece("an account at a provider, tried with a harmless call")),
    (Piece("  O  ", Tone.KEY), Piece("a backup from another laptop")),
    NOTHING,
)


class Lanes(Lines):
    """Every account's lane, in the desk's order."""

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self._outlook = outlook

    def on_mount(self) -> None:
        """Ages and countdowns follow the clock."""
        self._outlook.ticked.subscribe(self, lambda _: self.refresh())

    def read_anew(self) -> None:
        """The console's lanes have been read again."""
        pace, now = self._outlook.pace, self._outlook.now
        for lane in self._outlook.lanes:
            key = ("lane", lane.account_id)
            if lane.running is None:
                pace.forget(key)
            else:
                pace.see(key, lane.running, lane.progress_done, lane.progress_total, now)
        self.remake()

    def lines(self, width: int) -> Sequence[Phrase]:
        """One line for each lane; of many, those that are well are summed up."""
        lanes = self._outlook.lanes
        if not lanes:
            if self._outlook.facts is None:
                return (NOTHING,)
            return WELCOME
        shown, rest = _most_telling(lanes)
        lines = [self._line(lane, width) for lane in shown]
        if rest:
            lines.append(say(f"and {rest} more that are well", Tone.DIM))
        return [cut(line, width) for line in lines]

    def _line(self, lane: Lane, width: int) -> Phrase:
        wide = width >= WIDE
        cells = [
            fit(lane_state(lane.state).phrase, STATE),
            fit(say(provider_title(lane.provider)), PROVIDER),
        ]
        if width >= ROOMY:
            label = "" if lane.label == provider_title(lane.provider) else lane.label
            cells.append(fit(say(label, Tone.DIM), LABEL))
        if wide:
            cells += [
                _last("pulled", lane.last_pull_at, self._outlook.now),
                _last("pushed", lane.last_push_at, self._outlook.now),
            ]
        told = join(cells)
        taken = width_of(told)
        return (*told, Piece("  "), *self._news(lane, width - taken - 2, wide))

    def _news(self, lane: Lane, room: int, wide: bool) -> Phrase:  # noqa: FBT001  the layout
        moment = self._outlook.moment
        if lane.running is not None:
            return self._progress(lane, room)
        if lane.error is not None:
            since = as_instant(lane.error_since)
            tail = say(f" · since {labelled_time(since, moment)}", Tone.DIM) if since else NOTHING
            tone = lane_state(lane.state).tone
            title = say(visible(lane.error.get("title") or "trouble"), tone)
            return (*cut(title, room - width_of(tail)), *tail)
        if lane.warnings:
            return cut(say(visible(lane.warnings[0]), Tone.HELD), room)
        offset_s = lane.clock_offset_s
        if offset_s is not None and _is_far_off(lane):
            told_far = f"its clock is {offset_words(offset_s)} from this laptop's: set the laptop's"
            return cut(say(told_far, Tone.HELD), room)
        quiet = [] if wide else _ages(lane, moment.now)
        if lane.next_due_at is not None:
            left = countdown(lane.next_due_at, moment.now)
            quiet.append("next now" if left == "now" else f"next in {left}")
        if wide and offset_s is not None:
            quiet.append(f"clock {offset_words(offset_s)}")
        return join([say(" · ".join(quiet), Tone.DIM), _budget(lane)], " · ")

    def _progress(self, lane: Lane, room: int) -> Phrase:
        done, total = lane.progress_done, lane.progress_total
        running = lane.running or ""
        word = running_word(running)
        what = of_total(done, total) if total else running.partition(" ")[0]
        head = say(f"{word} {what}", Tone.RUN)
        key, pace = ("lane", lane.account_id), self._outlook.pace
        left, rate = pace.left_s(key, self._outlook.now), pace.rate(key)
        fast = rate_words(rate) if rate is not None else ""
        if not total:
            told = [say(number(done) if done else ""), say(fast, Tone.DIM)]
            return join([head, *told], " ")
        tail = f"{duration(left)} left" if left is not None else percent(done, total)
        tail = f"{fast} · {tail}" if fast and room > ROOMY_NEWS else tail
        used = len(head[0].text) + len(tail) + 4
        bar = _bar(done, total, min(BAR_AT_MOST, room - used))
        return join([head, bar, say(tail, Tone.PLAIN)], "  ")


def _budget(lane: Lane) -> Phrase:
    """What is left of the hour's calls, where they are counted."""
    if lane.calls_left is None:
        return NOTHING
    if not lane.calls_left:
        return say("no calls left this hour", Tone.HELD)
    calls = "call" if lane.calls_left == 1 else "calls"
    return say(f"{number(lane.calls_left)} {calls} left", Tone.DIM)


def _bar(done: int, total: int, cells: int) -> Phrase:
    if cells <= 4:
        return NOTHING
    filled = min(cells, cells * done // total)
    return (Piece("━" * filled, Tone.RUN), Piece("─" * (cells - filled), Tone.RULE))


def _last(word: str, at: datetime | None, now: datetime) -> Phrase:
    if at is None:
        return fit(say(f"{word} –", Tone.DIM), AGE)
    return fit((Piece(f"{word} ", Tone.DIM), Piece(age(at, now), Tone.PLAIN)), AGE)


def _ages(lane: Lane, now: datetime) -> list[str]:
    known = (("pulled", lane.last_pull_at), ("pushed", lane.last_push_at))
    return [f"{word} {age(at, now)}" for word, at in known if at is not None]


def _most_telling(lanes: Sequence[Lane]) -> tuple[Sequence[Lane], int]:
    """The lanes to show in their order, trouble and work before rest, and how many are left."""
    if len(lanes) <= MOST_LANES:
        return lanes, 0
    quiet = [
        lane
        for lane in lanes
        if lane.state in ("ok", "idle")
        and lane.running is None
        and not lane.warnings
        and not _is_far_off(lane)
    ]
    spare = max(0, MOST_LANES - 1 - (len(lanes) - len(quiet)))
    left_out = {lane.account_id for lane in quiet[spare:]}
    return [lane for lane in lanes if lane.account_id not in left_out], len(left_out)


def _is_far_off(lane: Lane) -> bool:
    """Whether its clock is so far from this laptop's that `doctor` says no."""
    return abs(lane.clock_offset_s or 0.0) > CLOCK_FAILING.total_seconds()
