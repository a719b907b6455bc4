"""Lines to type into, sent as one; a refusal is told in the form and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Input

from p88console.domain.errors import P88Error
from p88console.ui.actions import bindings
from p88console.ui.faults import in_words
from p88console.ui.phrase import NOTHING, Phrase, Tone, fit, say, visible, wrap
from p88console.ui.screens.sheet import Sheet, Text
from p88console.ui.widgets.keybar import KeyBar
from p88console.ui.widgets.pane import PaneTitle

WORDS = 4
"""Lines under the form, kept free so that nothing moves when something is told."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a form."""

    name: str
    label: str
    value: str = field(default="", repr=False)
    about: str = ""
    """What to type, told while the line has the focus."""
    secret: bool = False
    """Whether what is typed is never shown."""
    offers: Sequence[str] = ()
    """What is likely typed; the right arrow completes it."""

    def __post_init__(self) -> None:
        """An input line would hand controls to the terminal as they are."""
        object.__setattr__(self, "value", visible(self.value))
        object.__setattr__(self, "offers", tuple(visible(one) for one in self.offers))


Send = Callable[[Mapping[str, str]], Awaitable[str]]
"""Does it with what is typed, by the entries' names; says what it did."""


class Form(Sheet[str]):
    """Answers with what was done, or with nothing when it was left."""

    BINDINGS = bindings("form")
    scope = "form"
    AUTO_FOCUS = "Input"

    def __init__(self, heading: str, entries: Sequence[Entry], send: Send) -> None:
        super().__init__()
        self._heading = heading
        self._entries = entries
        self._send = send
        self._told: Sequence[Phrase] = ()
        self._leaving = False
        self.sending = False
        self.inputs = [
            Input(
                entry.value,
                password=entry.secret,
                compact=True,
                select_on_focus=False,
                suggester=SuggestFromList(entry.offers, case_sensitive=False)
                if entry.offers
                else None,
            )
            for entry in entries
        ]
        for line in self.inputs:
            line.cursor_blink = False

    def compose(self) -> ComposeResult:
        """The title, the lines, what is told about them, the keys."""
        with Vertical(classes="sheet form"):
            yield PaneTitle(lambda: say(self.heading, Tone.STRONG), lambda: NOTHING)
            with VerticalScroll(can_focus=False):
                for entry, line in zip(self._entries, self.inputs, strict=True):
                    with Horizontal(classes="entry"):
                        yield Text(self._labelled(entry))
                        yield line
            yield Text(self.text)
            yield KeyBar()

    def _labelled(self, entry: Entry) -> Callable[[int], Sequence[Phrase]]:
        return lambda width: (fit(say(entry.label, Tone.DIM), width),)

    @property
    def heading(self) -> str:
        """What the form is for."""
        return self._heading

    @property
    def settled(self) -> bool:
        """Whether nothing is under way."""
        return not self.sending

    def take_room(self, lines: int) -> None:
        """The lines scroll where the window has no room for them."""
        room = max(1, lines - WORDS)
        self.query_one(VerticalScroll).styles.max_height = room

    def text(self, width: int) -> Sequence[Phrase]:
        """What went wrong, or what the line with the focus is about; always as high."""
        told = [line for phrase in self._told or self._about() for line in wrap(phrase, width)]
        return [*told[:WORDS], *[NOTHING] * (WORDS - len(told))]

    def _about(self) -> Sequence[Phrase]:
        if self.sending:
            return (say("asking …", Tone.RUN),)
        here = next((one for one in range(len(self.inputs)) if self.inputs[one].has_focus), 0)
        return (say(self._entries[here].about, Tone.DIM),)

    def tell(self, *phrases: Phrase) -> None:
        """Tell something under the lines."""
        self._told = phrases
        for told in self.query(Text):
            told.refresh()

    def on_descendant_focus(self) -> None:
        """Another line, another explanation."""
        self.tell()

    @on(Input.Changed)
    def typed(self) -> None:
        """What was refused is being mended."""
        self._leaving = False
        self.tell()

    @on(Input.Submitted)
    def entered(self, event: Input.Submitted) -> None:
        """On to the next line; at the last one, do it."""
        event.stop()
        if event.input is self.inputs[-1]:
            self.action_send()
        else:
            self.focus_next(Input)

    def action_next(self) -> None:
        """To the next line."""
        self.focus_next(Input)

    def action_previous(self) -> None:
        """To the line above."""
        self.focus_previous(Input)

    @property
    def values(self) -> Mapping[str, str]:
        """What is typed, by the entries' names."""
        lines = zip(self._entries, self.inputs, strict=True)
        return {entry.name: line.value for entry, line in lines}

    def action_send(self) -> None:
        """Do it with what is typed."""
        if not self.sending:
            self.sending = True
            self.tell()
            self.run_worker(self._sent(self.values), group="send", exit_on_error=False)

    async def _sent(self, values: Mapping[str, str]) -> None:
        try:
            answer = await self._send(values)
        except P88Error as fault:
            self.sending = False
            self.tell(
                say(f"✗ {fault.title}", Tone.FAIL),
                say(fault.detail),
                say(fault.hint, Tone.STRONG),
            )
        except Exception as fault:  # noqa: BLE001  whatever the desk throws, the form stays
            self.sending = False
            self.tell(say(f"✗ {in_words(fault)}", Tone.FAIL))
        else:
            self.sending = False
            self.dismiss(answer)

    def action_close(self) -> None:
        """Back; what has been typed is only left by a second press."""
        typed = any(
            line.value != entry.value
            for entry, line in zip(self._entries, self.inputs, strict=True)
        )
        if typed and not self._leaving:
            self._leaving = True
            self.tell(say("escape again leaves without what was typed", Tone.HELD))
        else:
            self.dismiss(None)
