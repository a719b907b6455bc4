"""The day: a timeline of every account with guns and outages, and how queue and answers went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from p88console.store.windows.day_rows import DayStory
from p88console.ui.actions import bindings
from p88console.ui.day_text import day_lines
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import Phrase
from p88console.ui.reading import Reading
from p88console.ui.screens.readsheet import ReadSheet

REST_S = 2.0
"""Machine seconds between two readings of a whole day."""

SPANS = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=24))


class DaySheet(ReadSheet[DayStory]):
    """Follows the work while it is open; the arrows change how far back it looks."""

    BINDINGS = bindings("day")
    scope = "day"
    broad = True
    source = "day"
    what = "the day"
    topics = frozenset({"history", "queue"})

    def __init__(self, outlook: Outlook) -> None:
        super().__init__(outlook)
        self._reading = Reading(self, self._read, rest_s=REST_S)
        self._span = len(SPANS)

    @property
    def _since(self) -> datetime:
        """Local midnight at first; else as long ago as was chosen."""
        moment = self.outlook.moment
        if self._span < len(SPANS):
            return moment.now - SPANS[self._span]
        local = moment.now.astimezone(moment.zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0)

    async def ask(self) -> DayStory:
        """What happened since then."""
        return await self.outlook.desk.work.day(self._since)

    @property
    def heading(self) -> str:
        """How far back it looks."""
        if self._span == len(SPANS):
            return "The day, since midnight"
        hours = int(SPANS[self._span].total_seconds() // 3600)
        return "The last hour" if hours == 1 else f"The last {hours} hours"

    def told(self, story: DayStory, width: int) -> Sequence[Phrase]:
        """Timeline and charts."""
        return day_lines(story, self.outlook.lanes, self.outlook.moment, width)

    def action_longer(self) -> None:
        """Look further back."""
        self._look((self._span + 1) % (len(SPANS) + 1))

    def action_shorter(self) -> None:
        """Look less far back."""
        self._look((self._span - 1) % (len(SPANS) + 1))

    def _look(self, span: int) -> None:
        self._span = span
        self.retell()
        self._reading.request()
