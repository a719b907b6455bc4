"""Painting of phrases: the one place where tones become colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

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

    _painted: Sequence[Phrase] = ()
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
        """Paint anew; the layout is only asked when there are more or fewer lines."""
        height = len(self._made(self.size.width))
        self.refresh(layout=height != self._height)
        self._height = height

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  the framework's signature
        """As high as there are lines."""
        return len(self._made(width))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Make the lines once for the whole repaint."""
        self._painted = self._made(self.size.width)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line in its colours."""
        phrase = self._painted[y] if y < len(self._painted) else ()
        return strip(self, phrase, self.size.width, self.rich_style)
