"""Bell and desktop notice when something new needs a person, repeated until it was heard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from p88console.ui.phrase import visible


@dataclass(frozen=True, slots=True)
class Ringing:
    """How the console calls for a person."""

    bell: bool = True
    desktop: bool = False
    """Whether the terminal is asked for a desktop notice too (OSC 9)."""
    every_s: float = 30.0
    """Machine seconds between two calls."""


class Alarm:
    """Rings when more needs a person than before, and again until it was heard or is settled."""

    def __init__(
        self, ringing: Ringing, bell: Callable[[], None], notice: Callable[[str], None]
    ) -> None:
        """Make an alarm that is silent.

        Args:
            ringing: How it rings.
            bell: Rings the terminal's bell.
            notice: Writes a desktop notice.
        """
        self._ringing = ringing
        self._bell = bell
        self._notice = notice
        self._known: int | None = None
        self._words = ""
        self._next_s: float | None = None
        self._now_s = 0.0

    @property
    def on(self) -> bool:
        """Whether it rings until somebody says that it was heard."""
        return self._next_s is not None

    def look(self, needs: int, words: str) -> None:
        """So many things need a person now; at the first look nothing of it is new."""
        before, self._known = self._known, needs
        self._words = visible(words)
        if not needs:
            self.heard()
        elif before is not None and needs > before:
            self._ring()

    def tick(self, seconds: float) -> None:
        """Machine seconds have passed since the console opened."""
        self._now_s = seconds
        if self._next_s is not None and seconds >= self._next_s:
            self._ring()

    def heard(self) -> None:
        """Somebody has heard it."""
        self._next_s = None

    def _ring(self) -> None:
        if not (self._ringing.bell or self._ringing.desktop):
            return
        self._next_s = self._now_s + self._ringing.every_s
        if self._ringing.bell:
            self._bell()
        if self._ringing.desktop:
            self._notice(self._words)
