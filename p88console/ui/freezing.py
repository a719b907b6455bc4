"""A view that is held still while the work goes on, and what it misses meanwhile."""

from __future__ import annotations

from datetime import datetime

from p88console.ui.desk import Topics
from p88console.ui.format import number, since
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, say


class Freezing:
    """Whether a room's view is frozen, since when, and which topics it has not read."""

    def __init__(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self._since: datetime | None = None
        self._missed: Topics = frozenset()
        self.arrived = 0
        """Rows that came since the view was frozen."""

    @property
    def frozen(self) -> bool:
        """Whether the view is held still."""
        return self._since is not None

    def misses(self, topics: Topics) -> bool:
        """Take note of topics that a frozen view does not read; False when it is not frozen."""
        if self.frozen:
            self._missed |= topics
        return self.frozen

    def toggle(self) -> Topics:
        """Hold the view still, or let it go on; returns what is to be read after a thaw."""
        missed, self._missed, self.arrived = self._missed, frozenset(), 0
        self._since = None if self.frozen else self._outlook.now
        return missed

    def note(self) -> Phrase:
        """`frozen 0:31`; nothing while it is not."""
        if self._since is None:
            return NOTHING
        return say(f"frozen {since(self._since, self._outlook.now)}", Tone.HELD)

    def note_with_arrivals(self) -> Phrase:
        """`frozen 0:31, 14 new`."""
        new = f", {number(self.arrived)} new" if self.arrived else ""
        note = self.note()
        return say(f"{note[0].text}{new}", Tone.HELD) if note else NOTHING
