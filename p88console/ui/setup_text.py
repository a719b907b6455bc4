"""One thing that was set up, in lines."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.store.windows.setup_rows import SetupRow, Thing
from p88console.ui.format import provider_title
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, heading, join, say, wrap
from p88console.ui.states import State, lane_state

LABEL, KEY = 12, 4

EVENT_STATES = {
    "linked": State("✓", "linked", Tone.OK),
    "unlinked": State("▲", "not linked", Tone.HELD),
    "scoring": State("·", "scoring", Tone.DIM),
}


def row_state(row: SetupRow) -> Phrase:
    """How it stands."""
    if row.thing is Thing.ACCOUNT:
        return lane_state(row.state).phrase
    if row.thing is Thing.PARTNER:
        return say("· partner", Tone.DIM)
    return EVENT_STATES[row.state].phrase


def row_lines(row: SetupRow, width: int, keys: Sequence[tuple[str, str]] = ()) -> Sequence[Phrase]:
    """Everything known of it, under its name, and the keys that do something with it."""
    where = say(provider_title(row.provider)) if row.provider else ()
    lines: list[Phrase] = [heading(row.name, width), join([row_state(row), where], " · ")]
    lines.append(NOTHING)
    for label, value in row.told:
        if value:
            tone = Tone.HELD if label in ("Trouble", "Held", "Not mapped") else Tone.PLAIN
            lines += wrap((*fit(say(label, Tone.DIM), LABEL), *say(value, tone)), width, LABEL)
    if keys:
        lines += [NOTHING, heading("What to do", width)]
    return [*lines, *((*fit(say(key, Tone.KEY), KEY), Piece(does)) for key, does in keys)]
