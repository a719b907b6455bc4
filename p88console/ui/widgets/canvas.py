"""A scrolling surface of lines that paints only the lines that show something else than before."""

from __future__ import annotations

from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

UNPAINTED = object()


class Canvas(ScrollView, can_focus=False):
    """Remembers what stands on each of its lines; `repaint` asks for those that differ alone."""

    _ground = Style()

    def __init__(self) -> None:
        super().__init__()
        self._painted: dict[int, object] = {}

    def content(self, y: int) -> object:
        """Everything that decides how a line of the window looks; equal contents look equal."""
        raise NotImplementedError

    def paint(self, content: object) -> Strip:
        """A line with this content in its colours."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Paint the lines that show something else by now."""
        width, height = self.size
        regions = [
            Region(0, y, width, 1)
            for y in range(height)
            if self._painted.get(y, UNPAINTED) != self.content(y)
        ]
        if regions:
            self.refresh(*regions)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Look up the ground once for the whole repaint."""
        self._ground = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        content = self._painted[y] = self.content(y)
        return self.paint(content)
