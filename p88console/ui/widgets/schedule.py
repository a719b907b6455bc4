"""What runs next by itself, how often, and why at that interval."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.store.windows.board import NextRun
from p88console.ui.format import countdown, interval_words
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import Phrase, Piece, Tone, cut, join, say, spread
from p88console.ui.widgets.lines import Lines

MOST_RUNS = 4
INDENT = "  "


class NextRuns(Lines):
    """The first rows of the schedule."""

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self._outlook = outlook

    def on_mount(self) -> None:
        """Countdowns follow the clock."""
        self._outlook.ticked.subscribe(self, lambda _: self.refresh())

    def lines(self, width: int) -> Sequence[Phrase]:
        """Two lines for each run: what and when, how often and why."""
        runs = self._outlook.schedule[:MOST_RUNS]
        if not runs:
            return ()
        title = say("Next", Tone.STRONG)
        rule = say("─" * max(0, width - 5), Tone.RULE)
        return [
            join([title, rule], " "),
            *(line for run in runs for line in self._told(run, width)),
        ]

    def _told(self, run: NextRun, width: int) -> Sequence[Phrase]:
        due = say(countdown(run.due_at, self._outlook.now))
        daily = run.reason.startswith("daily")
        every = "" if daily else f"every {interval_words(run.interval_s)}"
        why = [say(part, Tone.DIM) for part in (every, run.reason, run.event_name)]
        return [
            spread((Piece(INDENT), Piece(run.operation)), due, width),
            cut((Piece(INDENT), *join(why, " · ")), width),
        ]
