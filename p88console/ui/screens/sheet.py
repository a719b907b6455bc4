"""What opens on top of a room: a title, lines to read, and the keys that answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen

from p88console.ui.action import Situation
from p88console.ui.actions import obstacle
from p88console.ui.phrase import NOTHING, Phrase, Tone, say
from p88console.ui.widgets.keybar import KeyBar
from p88console.ui.widgets.lines import Lines
from p88console.ui.widgets.pane import PaneTitle

AROUND = 8
"""Lines of a sheet and around it that are not its text."""

AnswerT = TypeVar("AnswerT")


class Text(Lines):
    """Lines that somebody else makes."""

    def __init__(self, made: Callable[[int], Sequence[Phrase]]) -> None:
        super().__init__()
        self._told = made

    def lines(self, width: int) -> Sequence[Phrase]:
        """The lines as they are now."""
        return self._told(width)


class Sheet(ModalScreen[AnswerT], Generic[AnswerT]):
    """A modal with a title, a text that scrolls, and a key bar."""

    scope: ClassVar[str]
    broad: ClassVar[bool] = False
    """Whether it takes as much width as two columns of text need."""

    def compose(self) -> ComposeResult:
        """The title, the text, the keys."""
        with Vertical(classes="sheet broad" if self.broad else "sheet"):
            yield PaneTitle(lambda: say(self.heading, Tone.STRONG), lambda: NOTHING)
            with VerticalScroll():
                yield Text(self.text)
            yield KeyBar()

    def on_resize(self) -> None:
        """The window has another size."""
        self.take_room(max(1, self.size.height - AROUND))

    def take_room(self, lines: int) -> None:
        """The text takes what the window leaves; the keys stay in sight."""
        self.query_one(VerticalScroll).styles.max_height = lines

    @property
    def heading(self) -> str:
        """The title."""
        raise NotImplementedError

    def text(self, width: int) -> Sequence[Phrase]:
        """What there is to read."""
        raise NotImplementedError

    def retell(self) -> None:
        """The title and the text have changed."""
        self.query_one(PaneTitle).refresh()
        self.query_one(Text).remake()

    def situation(self) -> Situation:
        """What keys need to know about the sheet."""
        return Situation()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  the framework's signature
        """Keys that do not apply just now are grey."""
        return None if obstacle((self.scope,), action, self.situation()) else True
