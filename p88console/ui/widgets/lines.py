"""Painting of phrases: the one place where tones become colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Self

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from p88console.ui.phrase import Phrase, Tone, fit, say

TONE_CLASSES = {tone: f"tone--{tone.value}" for tone in Tone}


def segments(widget: Widget, phrase: Phrase, base: Style) -> Iterable[Segment]:
    """A phrase in the colours that the stylesheet gives to this widget's tones."""
    for piece in phrase:
        tone = widget.get_component_rich_style(TONE_CLASSES[piece.tone], partial=True)
        yield Segment(piece.text, base + tone)


def strip(widget: Widget, phrase: Phrase, width: int, base: Style) -> Strip:
    """A phrase as one whole line of a widget."""
    return Strip(segments(widget, fit(phrase, width), base), width)


class Lines(Widget):
    """A widget that is nothing but lines of phrases, made anew at each repaint."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(TONE_CLASSES.values())
    ALLOW_SELECT = False

    _painted: Sequence[Phrase] | None = None
    _painted_at = Size()
    _ground: Style | None = None
    _height: int | None = None

    def lines(self, width: int) -> Sequence[Phrase]:
        """Every line in at most `width` cells."""
        raise NotImplementedError

    def _made(self, width: int) -> Sequence[Phrase]:
        try:
            return self.lines(width)
        except Exception as fault:  # noqa: BLE001  one odd value must not close the console
            return (say(f"cannot be shown: {type(fault).__name__}", Tone.FAIL),)

    def remake(self) -> None:
        """Paint anew if the lines are other ones; the layout is asked when their number changes."""
        before = self._painted if self._painted_at == self.size else None
        made = self._made(self.size.width)
        if before is not None and list(made) == list(before) and len(made) == self._height:
            return
        self.refresh(layout=len(made) != self._height)
        self._height = len(made)
        self._painted, self._painted_at = made, self.size

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Make the lines anew before they are painted the next time."""
        if repaint:
            self._painted = self._ground = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  the framework's signature
        """As high as there are lines."""
        return len(self._made(width))

    def render_line(self, y: int) -> Strip:
        """One line in its colours; the lines are made once for a repaint, and only for one."""
        if self._painted is None or self._painted_at != self.size:
            self._painted, self._painted_at = self._made(self.size.width), self.size
        phrase = self._painted[y] if y < len(self._painted) else ()
        if self._ground is None:
            self._ground = self.rich_style
        return strip(self, phrase, self.size.width, self._ground)
