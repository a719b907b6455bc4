"""How the finish goes on: who is where, finishers by the minute, and the paces they ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from p88console.store.windows.result_rows import PACE_STEP_S, Finish
from p88console.ui.bars import axis, bars, binned
from p88console.ui.format import Moment, number
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, heading, join, say
from p88console.ui.reading import Reading
from p88console.ui.result_text import counts_miles, pace_words
from p88console.ui.states import result_state
from p88console.ui.widgets.lines import Lines

ORDER = ("finished", "running", "notstarted", "dnf", "dns", "dq")
CHART_LINES = 8
FEW_LINES = 4
NOT_CHARTS = 16
"""Lines of the panel that are no bars."""
LABEL, COUNT = 12, 7
YEAR_MINUTES = 525_600
"""Minutes beyond which a place on the axis is an instant, not a time since the gun."""
WIDEST_BAR = 3


class FinishPanel(Lines):
    """Reads anew when it is told to, and only while somebody sees it."""

    def __init__(self, outlook: Outlook, *, id: str) -> None:  # noqa: A002  the framework's name
        super().__init__(id=id)
        self._outlook = outlook
        self._about: tuple[int, int | None] | None = None
        self._finish: Finish | None = None
        self._stale = False
        self._reading = Reading(self, self._read, rest_s=1.0)

    def on_resize(self) -> None:
        """It may have come into sight."""
        self._ask()

    def show(self, event_id: int | None, race_id: int | None) -> None:
        """Show the finish of an event or one of its races, as it is now."""
        self._about = None if event_id is None else (event_id, race_id)
        self._stale = True
        self._ask()

    def _ask(self) -> None:
        if self._stale and self.size.width:
            self._reading.request()

    async def _read(self) -> None:
        self._stale = False
        about, standings = self._about, self._outlook.desk.standings
        if about is None:
            self._finish = None
        else:
            finish = await self._outlook.read(
                "finish", "the finish", lambda: standings.finish(*about)
            )
            self._finish = finish or self._finish
        self.refresh()

    @property
    def busy(self) -> bool:
        """Whether it is being read."""
        return self._reading.busy

    def lines(self, width: int) -> Sequence[Phrase]:
        """The counts, and below them the two charts."""
        finish = self._finish
        if finish is None:
            return (NOTHING,)
        room = max(2 * FEW_LINES, self.size.height - NOT_CHARTS)
        height = min(CHART_LINES, room // 2)
        return [
            heading("Finish", width),
            *_statuses(finish),
            NOTHING,
            *_minutes(finish, self._outlook.moment, width, height),
            NOTHING,
            *_paces(finish, self._zone, width, height),
        ]

    @property
    def _zone(self) -> str:
        facts, chosen = self._outlook.facts, self._outlook.chosen
        return chosen.timezone if chosen else facts.timezone if facts else "UTC"


def _statuses(finish: Finish) -> list[Phrase]:
    known = [*ORDER, *sorted(status for status in finish.statuses if status not in ORDER)]
    lines = [
        join(
            [
                fit(result_state(status).phrase, LABEL),
                fit(say(number(finish.statuses[status]), Tone.STRONG), COUNT, right=True),
            ],
            "",
        )
        for status in known
        if finish.statuses.get(status)
    ]
    counted = sum(finish.statuses.values())
    registered = f"of {number(finish.registered)} registered"
    missing = finish.registered - counted
    more = f" · {number(missing)} without a result" if missing > 0 and counted else ""
    return [*lines, say(f"{registered}{more}", Tone.DIM)]


def _minutes(finish: Finish, moment: Moment, width: int, height: int) -> list[Phrase]:
    if not finish.minutes:
        return [heading("Finishers by minute", width), say("nobody yet", Tone.DIM)]
    first, step, values = binned(finish.minutes, 1, width)
    by = "minute" if step == 1 else f"{step} minutes"
    peak = say(f"most {number(max(values))}", Tone.DIM)
    last = first + step * (len(values) - 1)
    return [
        heading(f"Finishers by {by}", width),
        peak,
        *bars(values, height, _bar_room(values, width)),
        axis(_minute(first, moment), _minute(last, moment), _axis_width(values, width)),
    ]


def _paces(finish: Finish, zone: str, width: int, height: int) -> list[Phrase]:
    if not finish.paces:
        return [heading("Paces", width), say("none yet, or no distance known", Tone.DIM)]
    first, step, values = binned(finish.paces, PACE_STEP_S, width)
    miles = counts_miles(zone)
    middle = _median(finish.paces)
    last = first + step * (len(values) - 1)
    return [
        heading("Paces", width),
        (Piece("middle ", Tone.DIM), Piece(pace_words(middle, miles=miles))),
        *bars(values, height, _bar_room(values, width)),
        axis(
            pace_words(first, miles=miles),
            pace_words(last, miles=miles),
            _axis_width(values, width),
        ),
    ]


def _bar_room(values: Sequence[int], width: int) -> int:
    return min(width, WIDEST_BAR * len(values))


def _axis_width(values: Sequence[int], width: int) -> int:
    drawn = max(1, _bar_room(values, width) // len(values)) * len(values)
    return min(width, max(drawn, 20))


def _minute(place: int, moment: Moment) -> str:
    """A place on the axis: local time where the gun is known, else the time since it."""
    if place < YEAR_MINUTES:
        return f"{place // 60}:{place % 60:02}"
    return f"{datetime.fromtimestamp(place * 60, UTC).astimezone(moment.zone):%H:%M}"


def _median(counts: Mapping[int, int]) -> int:
    half, seen = sum(counts.values()) / 2, 0
    for place in sorted(counts):
        seen += counts[place]
        if seen >= half:
            return place
    return 0
