"""Short questions, and the sheet that explains the keys."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from p88console.store.windows.board import HeaderFacts
from p88console.ui.action import Action, Situation
from p88console.ui.actions import bindings, shown_key
from p88console.ui.format import Moment, labelled_time, number, since
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, fit, say, wrap
from p88console.ui.screens.sheet import Sheet

KEYS, LABEL = 13, 16

MOST_NAMED = 40
"""Names that a question lists; nobody reads more of them."""


class Ask(Sheet[bool]):
    """A question before something that cannot be taken back."""

    BINDINGS = bindings("ask")
    scope = "ask"

    def __init__(
        self,
        question: str,
        touched: Sequence[str],
        *,
        things: tuple[str, str] = ("job", "jobs"),
        count: int | None = None,
    ) -> None:
        """Make a question.

        Args:
            question: What is about to be done.
            touched: What it touches, by name.
            things: What such a thing is called, and several of them.
            count: How many it touches, where that is not the number of names.
        """
        super().__init__()
        self._question = question
        self._touched = touched
        self._things = things
        self._count = len(touched) if count is None else count

    @property
    def heading(self) -> str:
        """The question."""
        return self._question

    def text(self, width: int) -> Sequence[Phrase]:
        """How much it touches, and what."""
        one, several = self._things
        named, more = self._touched[:MOST_NAMED], len(self._touched) - MOST_NAMED
        lines = [
            say(f"touches {number(self._count)} {one if self._count == 1 else several}"),
            *(line for name in named for line in wrap(say(f"· {name}", Tone.DIM), width, 2)),
        ]
        if more > 0:
            lines.append(say(f"  and {number(more)} more", Tone.DIM))
        return lines

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
        first = action.key.partition(",")[0] or "ctrl+p"
        key = self._keys.get(action.id) or shown_key(first)
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
