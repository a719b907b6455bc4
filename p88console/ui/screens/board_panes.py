"""The board's three panes: what the queue holds, what is in trouble, what has happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from itertools import takewhile
from typing import Any

from p88console.store.windows.board import QueueRow
from p88console.ui.desk import Topics
from p88console.ui.deskpages import DeskPages
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import Phrase, Tone, say
from p88console.ui.screens.board_rows import (
    ATTEMPT_INDENT,
    HISTORY_COLUMNS,
    JOB_INDENT,
    ONE_LINE,
    RETRY_COLUMNS,
    history_second,
    queue_look,
    retry_second,
    troubles,
)
from p88console.ui.states import needs_person
from p88console.ui.widgets.columns import Look
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.load import LastHour
from p88console.ui.widgets.pane import Pane
from p88console.ui.widgets.schedule import NextRuns

QUEUE, RETRY, HISTORY = "queue", "retry", "history"
PANE_TOPICS: dict[str, Topics] = {
    QUEUE: frozenset({"queue", "events", "accounts"}),
    RETRY: frozenset({"queue", "events", "accounts"}),
    HISTORY: frozenset({"history", "events", "accounts"}),
}


def _empty(words: str) -> Callable[[str], Phrase]:
    return lambda text: say(f"nothing contains “{text}”" if text else words, Tone.DIM)


def _trouble_counts(grid: Grid[Any]) -> Phrase:
    """Who needs a person comes first, so the first rows tell how many do."""
    in_need = sum(1 for _ in takewhile(lambda row: needs_person(row.state), grid.at_hand))
    return troubles(grid.total, in_need)


def queue_pane(outlook: Outlook, notes: Callable[[], Phrase]) -> Pane:
    """Jobs that wait or run, in the order in which they will be served."""
    desk = outlook.desk
    grid = Grid(
        DeskPages(outlook, "the queue", lambda text, _: desk.queue_count(text), desk.queue_page),
        queue_look(outlook.pace, _empty("nothing waits")),
        lambda: outlook.moment,
    )
    return Pane("Queue", grid, notes=notes, below=(NextRuns(outlook),), id=QUEUE)


def retry_pane(outlook: Outlook, notes: Callable[[], Phrase], needing: Callable[[], bool]) -> Pane:
    """Jobs that wait after a failed attempt, are held, or have failed for good.

    While `needing` holds, only those that wait for a person.
    """
    desk = outlook.desk

    def counted(text: str, _at_most: int | None) -> Awaitable[int]:
        return (desk.work.needing_count if needing() else desk.retry_count)(text)

    def paged(offset: int, limit: int, text: str) -> Awaitable[Sequence[QueueRow]]:
        return (desk.work.needing_page if needing() else desk.retry_page)(offset, limit, text)

    def empty(text: str) -> Phrase:
        return _empty("no job needs you" if needing() else "no trouble")(text)

    grid = Grid(
        DeskPages(outlook, "the retries", counted, paged),
        Look(RETRY_COLUMNS, empty, retry_second, ONE_LINE, JOB_INDENT),
        lambda: outlook.moment,
    )
    below = (LastHour(outlook),)
    return Pane("Retry", grid, counts=_trouble_counts, notes=notes, below=below, id=RETRY)


def history_pane(outlook: Outlook, notes: Callable[[], Phrase]) -> Pane:
    """Attempts, newest first."""
    desk = outlook.desk
    grid = Grid(
        DeskPages(
            outlook,
            "the history",
            lambda text, _: desk.history_count(text),
            desk.history_page,
            desk.history_place,
        ),
        Look(
            HISTORY_COLUMNS,
            _empty("nothing has happened yet"),
            history_second,
            ONE_LINE,
            ATTEMPT_INDENT,
            newest_first=True,
        ),
        lambda: outlook.moment,
    )
    return Pane("History", grid, notes=notes, id=HISTORY)
