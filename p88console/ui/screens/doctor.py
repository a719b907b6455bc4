"""Go or no-go for tomorrow morning, on one page."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.domain.doctor import Check, Level, is_go
from p88console.ui.actions import bindings
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, say, wrap
from p88console.ui.screens.readsheet import ReadSheet
from p88console.ui.states import State

LEVELS = {
    Level.FAILING: State("✗", "no-go", Tone.FAIL),
    Level.WARNING: State("▲", "mind", Tone.HELD),
    Level.UNKNOWN: State("?", "unknown", Tone.RETRY),
    Level.OK: State("✓", "go", Tone.OK),
}
"""The gravest first."""

LEVEL, NAME = 10, 26


class DoctorSheet(ReadSheet[Sequence[Check]]):
    """Asks everybody when it opens; nothing is changed."""

    BINDINGS = bindings("doctor")
    scope = "doctor"
    broad = True
    source = "doctor"
    what = "how things stand"
    topics = frozenset[str]()

    async def ask(self) -> Sequence[Check]:
        """Every check, everybody asked at this moment."""
        return await self.outlook.desk.setup.doctor()

    @property
    def heading(self) -> str:
        """The verdict."""
        if self.answer is None:
            return "Go / no-go: asking everybody …"
        bad = sum(not check.ok for check in self.answer)
        return "Go" if is_go(self.answer) else f"No-go: {bad} to mend"

    def told(self, story: Sequence[Check], width: int) -> Sequence[Phrase]:
        """Every check, the gravest first, with what mends it."""
        order = list(LEVELS)
        lines: list[Phrase] = []
        for check in sorted(story, key=lambda one: order.index(one.level)):
            state = LEVELS[check.level]
            head = (*fit(state.phrase, LEVEL), *fit(say(check.name, Tone.STRONG), NAME))
            lines += wrap((*head, Piece(" "), Piece(check.detail)), width, LEVEL + NAME + 1)
            if check.fix:
                indent = Piece(" " * (LEVEL + NAME + 1))
                mend = (indent, Piece("→ ", Tone.ACCENT), Piece(check.fix))
                lines += wrap(mend, width, LEVEL + NAME + 3)
        return lines or [NOTHING]

    def action_read_again(self) -> None:
        """Ask everybody anew."""
        self.answer = None
        self.retell()
        super().action_read_again()
