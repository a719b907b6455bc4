"""The last hour in two sparklines: rows that moved, minute by minute, and jobs that were open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from p88console.store.windows.day_rows import DayStory
from p88console.ui.bars import sparkline
from p88console.ui.day_text import Scale, depth, moved
from p88console.ui.format import number
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, heading, say, spread
from p88console.ui.reading import Reading
from p88console.ui.widgets.lines import Lines

HOUR = timedelta(hours=1)
MINUTES = 60
REST_S = 5.0
"""Machine seconds between two readings."""


class LastHour(Lines):
    """Read when the room's facts are, and only while somebody sees it."""

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self._outlook = outlook
        self._story: DayStory | None = None
        self._reading = Reading(self, self._read, rest_s=REST_S)

    def on_resize(self) -> None:
        """It may have come into sight."""
        if self._story is None:
            self.ask()

    def ask(self) -> None:
        """Read it again, if it is in sight."""
        if self.size.width:
            self._reading.request()

    async def _read(self) -> None:
        desk, since = self._outlook.desk, self._outlook.now - HOUR
        story = await self._outlook.read("load", "the last hour", lambda: desk.work.day(since))
        self._story = story or self._story
        self.remake()

    @property
    def busy(self) -> bool:
        """Whether it is being read for the first time."""
        return self._reading.busy and self._story is None

    def lines(self, width: int) -> Sequence[Phrase]:
        """Two lines for each of the two, always as many."""
        told = [heading("Last hour", width)]
        story = self._story
        if story is None:
            return [*told, *[NOTHING] * 4]
        scale = Scale(story.since, story.since + HOUR, min(MINUTES, width))
        rows, jobs = moved(story.attempts, scale), depth(story, scale)
        return [
            *told,
            sparkline(rows),
            _under("rows moved", sum(rows), f"most {number(max(rows))} at a time", width),
            sparkline(jobs, Tone.RUN),
            _under(
                "job open" if jobs[-1] == 1 else "jobs open",
                jobs[-1],
                f"most {number(max(jobs))}",
                width,
            ),
        ]


def _under(what: str, count: int, most: str, width: int) -> Phrase:
    return spread(say(f"{number(count)} {what}"), say(most, Tone.DIM), width)
