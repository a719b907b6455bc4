"""The announcer's sheet: the first of every race by sex and category, while they come in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from p88console.store.windows.result_rows import Leader, LeadingGroup
from p88console.ui.actions import bindings
from p88console.ui.outlook import Outlook
from p88console.ui.people_words import race_time, spoken_name
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, heading, join, say, spread
from p88console.ui.screens.readsheet import ReadSheet

TOPS = (1, 3, 5, 10, 20)
SEXES = {"F": "Women", "M": "Men", "X": "Nonbinary"}
NUMBER, BIB = 2, 6
GUTTER = 4
TWO_COLUMNS = 100
"""Texts at least this wide stand in two columns."""
ROOMY = 70
"""Cells from which a line has room for the chip time too."""

Told = Sequence[LeadingGroup]


class LeadersSheet(ReadSheet[Told]):
    """Follows the finish while it is open; the arrows change how many are named."""

    BINDINGS = bindings("leaders")
    scope = "leaders"
    broad = True
    source = "leaders"
    what = "who leads"
    topics = frozenset({"results", "participants"})

    def __init__(self, outlook: Outlook, event_id: int, race_id: int | None) -> None:
        super().__init__(outlook)
        self._event_id = event_id
        self._race_id = race_id
        self._top = TOPS[1]

    async def ask(self) -> Told:
        """Who leads now."""
        standings = self.outlook.desk.standings
        return await standings.leaders(self._event_id, self._race_id, self._top)

    @property
    def heading(self) -> str:
        """How many of each group."""
        return f"To announce: the first {self._top} by sex and category"

    def told(self, story: Told, width: int) -> Sequence[Phrase]:
        """Race by race, its groups beside each other where there is room."""
        if not story:
            return [say("nobody has finished yet", Tone.DIM)]
        lines: list[Phrase] = []
        for race, groups in groupby(story, key=lambda group: group.race_name):
            lines += [heading(race or "no race", width), *_groups(list(groups), width), NOTHING]
        return lines[:-1]

    def action_more(self) -> None:
        """Name more."""
        self._take(min(TOPS.index(self._top) + 1, len(TOPS) - 1))

    def action_fewer(self) -> None:
        """Name fewer."""
        self._take(max(TOPS.index(self._top) - 1, 0))

    def _take(self, which: int) -> None:
        self._top = TOPS[which]
        self.retell()
        self._reading.request()


def _groups(groups: Sequence[LeadingGroup], width: int) -> list[Phrase]:
    if width < TWO_COLUMNS:
        return [line for group in groups for line in _group(group, width)]
    cells = (width - GUTTER) // 2
    lines: list[Phrase] = []
    for first in range(0, len(groups), 2):
        left, *others = (_group(group, cells) for group in groups[first : first + 2])
        right = others[0] if others else []
        for number in range(max(len(left), len(right))):
            one, two = (side[number] if number < len(side) else NOTHING for side in (left, right))
            lines.append((*fit(one, cells + GUTTER), *two))
    return lines


def _group(group: LeadingGroup, width: int) -> list[Phrase]:
    words = [SEXES.get(group.gender or "", group.gender or "no sex known"), group.category or ""]
    title = "Everybody" if group.everybody else " · ".join(word for word in words if word)
    lines = [
        _leader(number, leader, width, categorised=group.category is not None)
        for number, leader in enumerate(group.leaders, 1)
    ]
    return [say(title, Tone.ACCENT), *lines]


def _leader(number: int, leader: Leader, width: int, *, categorised: bool) -> Phrase:
    about = [leader.home or "", "" if categorised else leader.category or ""]
    name = spoken_name(leader.first_name, leader.last_name)
    who = join([say(name, Tone.STRONG), *(say(one, Tone.DIM) for one in about if one)], " · ")
    time = say(race_time(leader.gun_time_ms), Tone.STRONG)
    told = leader.chip_time_ms is not None and width >= ROOMY
    chip = f"chip {race_time(leader.chip_time_ms)}" if told else ""
    times = join([say(chip, Tone.DIM), time])
    begin = (
        *fit(say(number), NUMBER, right=True),
        Piece(" "),
        *fit(say(leader.bib or "–", Tone.DIM), BIB, right=True),
        Piece(" "),
    )
    return spread((*begin, *who), times, width)
