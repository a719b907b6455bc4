"""Short questions, and the sheet that explains the keys."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from p88console.store.board import HeaderFacts
from p88console.ui.action import Action, Situation
from p88console.ui.actions import bindings
from p88console.ui.format import Moment, labelled_time, number, since
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, say, wrap
from p88console.ui.screens.sheet import Sheet

KEYS, LABEL = 13, 16


class Ask(Sheet[bool]):
    """A question before something that cannot be taken back."""

    BINDINGS = bindings("ask")
    scope = "ask"

    def __init__(self, question: str, touched: Sequence[str]) -> None:
        super().__init__()
        self._question = question
        self._touched = touched

    @property
    def heading(self) -> str:
        """The question."""
        return self._question

    def text(self, width: int) -> Sequence[Phrase]:
        """How much it touches, and what."""
        count = len(self._touched)
        things = "job" if count == 1 else "jobs"
        return [
            say(f"touches {number(count)} {things}"),
            *(
                line
                for name in self._touched
                for line in wrap(say(f"· {name}", Tone.DIM), width, 2)
            ),
        ]

    def action_yes(self) -> None:
        """Do it."""
        self.dismiss(True)

    def action_no(self) -> None:
        """Leave everything as it is."""
        self.dismiss(False)


class Leave(Sheet[bool]):
    """Before quitting while something is unsent: what, since when, and what becomes of it."""

    BINDINGS = bindings("leave")
    scope = "leave"

    def __init__(self, facts: HeaderFacts, moment: Moment) -> None:
        super().__init__()
        self._facts = facts
        self._moment = moment

    @property
    def heading(self) -> str:
        """What is unsent."""
        return f"{number(self._facts.unsent)} unsent"

    def text(self, width: int) -> Sequence[Phrase]:
        """What is unsent, since when, and that it is kept."""
        facts, moment = self._facts, self._moment
        who, have = ("participant", "has") if facts.unsent == 1 else ("participants", "have")
        where = f" of {facts.event_name}" if facts.event_name else ""
        told = f"{number(facts.unsent)} {who}{where} {have} changes that scoring has not got."
        lines = wrap(say(told), width)
        if facts.oldest_unsent_at is not None:
            waited = since(facts.oldest_unsent_at, moment.now)
            at = labelled_time(facts.oldest_unsent_at, moment)
            lines += wrap(say(f"The oldest waits since {at}, {waited} ago.", Tone.DIM), width)
        lines.append(NOTHING)
        lines += wrap(say("Nothing is lost: the work continues at the next start."), width)
        return lines

    def action_go(self) -> None:
        """Quit."""
        self.dismiss(True)

    def action_stay(self) -> None:
        """Back to the console."""
        self.dismiss(False)


class Help(Sheet[None]):
    """Every key of the room below, what it does, and why it does not answer just now."""

    BINDINGS = bindings("sheet")
    scope = "sheet"

    def __init__(self, actions: Sequence[Action], keys: dict[str, str], now: Situation) -> None:
        super().__init__()
        self._actions = sorted(actions, key=lambda action: action.group)
        self._order = list(dict.fromkeys(action.group for action in actions))
        self._actions.sort(key=lambda action: self._order.index(action.group))
        self._keys = keys
        self._now = now

    @property
    def heading(self) -> str:
        """The title."""
        return "Keys"

    def text(self, width: int) -> Sequence[Phrase]:
        """The actions by their groups."""
        lines: list[Phrase] = []
        for group, actions in groupby(self._actions, key=lambda action: action.group):
            lines += [NOTHING, say(group, Tone.ACCENT)] if lines else [say(group, Tone.ACCENT)]
            for action in actions:
                lines += self._told(action, width)
        return lines

    def _told(self, action: Action, width: int) -> Sequence[Phrase]:
        key = self._keys.get(action.id, "ctrl+p")
        reason = action.when(self._now)
        tail = (Piece(f"  not now: {reason}", Tone.DIM),) if reason else NOTHING
        return wrap(
            (
                *fit(say(key, Tone.DIM if reason else Tone.KEY), KEYS),
                *fit(say(action.label), LABEL),
                Piece(action.help, Tone.DIM),
                *tail,
            ),
            width,
            KEYS + LABEL,
        )

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)
