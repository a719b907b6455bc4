"""What is wrong, across the screen: what, since when, what happens next, what to press."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.ui.faults import Fault
from p88console.ui.format import Moment, labelled_time
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import Phrase, Piece, Tone, join, say, wrap
from p88console.ui.widgets.lines import Lines

MOST_FAULTS = 2
INDENT = 2
LEAST_WIDTH = 20


class Banner(Lines):
    """The faults that stand; nothing at all while all is well."""

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self._outlook = outlook

    def on_mount(self) -> None:
        """Follow the faults."""
        self._outlook.faulted.subscribe(self, self._faulted)
        self._faulted(None)

    def _faulted(self, _: None) -> None:
        self.display = bool(self._outlook.faults.standing)
        self.refresh(layout=True)

    def lines(self, width: int) -> Sequence[Phrase]:
        """Every fault in two lines or as many as it takes."""
        standing = self._outlook.faults.standing
        told = [
            line
            for fault in standing[:MOST_FAULTS]
            for line in fault_lines(fault, self._outlook.moment, width)
        ]
        if len(standing) > MOST_FAULTS:
            told.append(say(f"  and {len(standing) - MOST_FAULTS} more", Tone.DIM))
        return told


def fault_lines(fault: Fault, moment: Moment, width: int) -> Sequence[Phrase]:
    """One fault: what and since when, then what happens next and what to press."""
    since = f"since {labelled_time(fault.since, moment)}"
    what = (Piece(f"✗ {fault.what}", Tone.FAIL), Piece(f"  {since}"))
    then = join([say(fault.next), say(fault.press, Tone.STRONG)])
    room = max(LEAST_WIDTH, width)
    return [*wrap(what, room, INDENT), *wrap((Piece(" " * INDENT), *then), room, INDENT)]
