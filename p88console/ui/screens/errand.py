"""Keys that have the desk do something: in the background, answered by a toast or a banner."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from textual.screen import Screen

from p88console.store.windows.board import HistoryRow, QueueRow
from p88console.ui.format import interval_words, operation_words, provider_title
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import visible
from p88console.ui.screens.dialogs import Ask
from p88console.ui.screens.pick import Choice, Pick
from p88console.ui.states import lane_state

SNOOZES = (5, 15, 60, 240)
"""Minutes for which a job can be put off."""


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


Jobs = Mapping[int, str]
"""Jobs by id, each with its name."""


def jobs_of(rows: Iterable[QueueRow | HistoryRow]) -> Jobs:
    """The jobs that rows of any pane are about, each once."""
    return {job_id_of(row): job_name(row) for row in rows}


def retry(
    screen: Screen[Any], outlook: Outlook, jobs: Jobs, then: Callable[[], None] = lambda: None
) -> None:
    """Make jobs due now; of several, once the operator has seen how many that touches."""

    def go() -> None:
        run_errand(screen, outlook, "retry", lambda: outlook.desk.retry_jobs(tuple(jobs)))
        then()

    if len(jobs) == 1:
        go()
    else:
        _ask(screen, f"Retry {len(jobs)} jobs now?", jobs, go)


def cancel(
    screen: Screen[Any], outlook: Outlook, jobs: Jobs, then: Callable[[], None] = lambda: None
) -> None:
    """Cancel jobs once the operator has said yes."""

    def go() -> None:
        run_errand(screen, outlook, "cancel", lambda: outlook.desk.cancel_jobs(tuple(jobs)))
        then()

    question = "Cancel this job?" if len(jobs) == 1 else f"Cancel {len(jobs)} jobs?"
    _ask(screen, question, jobs, go)


def snooze(
    screen: Screen[Any], outlook: Outlook, jobs: Jobs, then: Callable[[], None] = lambda: None
) -> None:
    """Put jobs off for as long as the operator chooses."""

    def chosen(minutes: int | None) -> None:
        if minutes is not None:
            span, work = timedelta(minutes=minutes), outlook.desk.work
            run_errand(screen, outlook, "put them off", lambda: work.snooze(tuple(jobs), span))
            then()

    what = "this job" if len(jobs) == 1 else f"{len(jobs)} jobs"
    choices = [Choice(minutes, f"for {interval_words(minutes * 60)}") for minutes in SNOOZES]
    screen.app.push_screen(Pick(f"Put {what} off", choices, current=SNOOZES[1]), chosen)


def steer_lane(screen: Screen[Any], outlook: Outlook, account_id: int) -> None:
    """Have the operator choose a lane: a held one goes on, any other is held."""
    lanes = {lane.account_id: lane for lane in outlook.lanes}

    def chosen(its_id: int | None) -> None:
        lane, work = lanes.get(its_id or 0), outlook.desk.work
        if lane is None:
            return
        held, name = lane.state == "held", provider_title(lane.provider)
        steer = work.resume if held else work.hold
        what = f"{'resume' if held else 'hold'} {name}"
        run_errand(screen, outlook, what, lambda: steer(lane.account_id))

    choices = [
        Choice(
            lane.account_id,
            f"{'Resume' if lane.state == 'held' else 'Hold'} {provider_title(lane.provider)}",
            lane_state(lane.state).word,
            lane.label,
        )
        for lane in lanes.values()
    ]
    screen.app.push_screen(
        Pick("Hold a lane, or let it go on", choices, current=account_id), chosen
    )


def _ask(screen: Screen[Any], question: str, jobs: Jobs, go: Callable[[], None]) -> None:
    def answered(yes: bool | None) -> None:  # noqa: FBT001  the framework's callback
        if yes:
            go()

    screen.app.push_screen(Ask(question, tuple(jobs.values())), answered)
