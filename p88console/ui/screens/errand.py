"""Keys that have the desk do something: in the background, answered by a toast or a banner."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from textual.screen import Screen

from p88console.store.board import HistoryRow, QueueRow
from p88console.ui.format import operation_words
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import visible
from p88console.ui.screens.dialogs import Ask


def run_errand(
    screen: Screen[Any],
    outlook: Outlook,
    what: str,
    call: Callable[[], Awaitable[str]],
    then: Callable[[], None] = lambda: None,
) -> None:
    """Have the desk do something while the screen goes on, tell what it said, and go on."""

    async def errand() -> None:
        answer = await outlook.act(what, call)
        if answer is not None:
            screen.notify(visible(answer), markup=False)
            then()

    screen.run_worker(errand(), group="errand", exit_on_error=False)


def job_id_of(row: QueueRow | HistoryRow) -> int:
    """The job that a row of any pane is about."""
    return row.job_id if isinstance(row, HistoryRow) else row.id


def job_name(row: QueueRow | HistoryRow) -> str:
    """A job in one line, for a question about it."""
    event = f" · {row.event_name}" if row.event_name else ""
    work = operation_words(row.operation, row.direction, row.provider)
    return f"#{job_id_of(row)} {work}{event}"


def retry(screen: Screen[Any], outlook: Outlook, job_ids: Sequence[int]) -> None:
    """Make jobs due now."""
    ids = tuple(dict.fromkeys(job_ids))
    run_errand(screen, outlook, "retry", lambda: outlook.desk.retry_jobs(ids))


def cancel(
    screen: Screen[Any],
    outlook: Outlook,
    jobs: dict[int, str],
    then: Callable[[], None] = lambda: None,
) -> None:
    """Cancel jobs, given by id and name, once the operator has said yes."""

    def answered(yes: bool | None) -> None:  # noqa: FBT001  the framework's callback
        if yes:
            ids = tuple(jobs)
            run_errand(screen, outlook, "cancel", lambda: outlook.desk.cancel_jobs(ids))
            then()

    question = "Cancel this job?" if len(jobs) == 1 else f"Cancel {len(jobs)} jobs?"
    screen.app.push_screen(Ask(question, tuple(jobs.values())), answered)
