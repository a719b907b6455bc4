"""What is wrong with the house behind the screen, in the operator's words, until it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from p88console.domain.errors import P88Error
from p88console.ui.phrase import visible

ENGINE = "engine"
WAITING = "waiting"
ACTION = "action"
NETWORK = "network"
_NOT_READ = (ENGINE, WAITING, NETWORK, ACTION)

LONGEST_DETAIL = 160


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, since when, what happens next, and what to press."""

    what: str
    since: datetime
    next: str
    press: str


def in_words(fault: Exception) -> str:
    """An exception as the operator may read it: its first line, never its traceback."""
    if isinstance(fault, P88Error):
        return visible(str(fault))
    lines = str(fault).strip().splitlines()
    detail = visible(lines[0][:LONGEST_DETAIL]) if lines else ""
    return f"{detail} ({type(fault).__name__})" if detail else type(fault).__name__


def hint_of(fault: Exception) -> str:
    """What a fault itself advises to press or expect."""
    return visible(fault.hint) if isinstance(fault, P88Error) else ""


class Faults:
    """The faults that stand now, by their source; the engine's own comes first."""

    def __init__(self) -> None:
        self._standing: dict[str, Fault] = {}

    def report(self, source: str, fault: Fault) -> None:
        """A fault stands; one that stood before keeps its beginning."""
        earlier = self._standing.pop(source, None)
        if earlier is not None and source != ACTION:
            fault = Fault(fault.what, earlier.since, fault.next, fault.press)
        self._standing[source] = fault

    def clear(self, source: str) -> bool:
        """A fault is over; False when there was none."""
        return self._standing.pop(source, None) is not None

    def has(self, source: str) -> bool:
        """Whether a source's fault stands."""
        return source in self._standing

    def of(self, source: str) -> Fault | None:
        """A source's fault, while it stands."""
        return self._standing.get(source)

    @property
    def reading(self) -> bool:
        """Whether anything on screen could not be read and is therefore old."""
        return any(source not in _NOT_READ for source in self._standing)

    @property
    def standing(self) -> tuple[Fault, ...]:
        """Every fault, the gravest first."""
        order = sorted(self._standing, key=_weight)
        return tuple(self._standing[source] for source in order)


def _weight(source: str) -> int:
    return {ENGINE: 0, WAITING: 0, NETWORK: 1, ACTION: 3}.get(source, 2)
