"""The history: every attempt ever made, narrowed by how it ended, each one whole on enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from textual import on

from p88console.store.windows.board import HistoryRow
from p88console.store.windows.past_rows import PastFacet, PastQuery
from p88console.ui.actions import bindings
from p88console.ui.deskpages import DeskPages
from p88console.ui.format import (
    Moment,
    dated_time,
    operation_words,
    outcome_phrase,
    provider_title,
    took,
)
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, join, say
from p88console.ui.screens.attempt import AttemptSheet
from p88console.ui.screens.errand import jobs_of, retry
from p88console.ui.screens.listroom import ListRoom
from p88console.ui.screens.pick import Choice, Pick
from p88console.ui.states import attempt_state
from p88console.ui.widgets.columns import Column, Look
from p88console.ui.widgets.facets import Facet
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.pane import Pane

FACETS = tuple(PastFacet)
ALARMING = (PastFacet.FAILED, PastFacet.UNHEARD, PastFacet.HELD)


class History(ListRoom):
    """Everything that was ever tried; nothing in it ever changes but its end."""

    BINDINGS = bindings("history")
    door = "history"
    scopes = ("sync", "view", "list", "history", "hand", "go")
    topics = frozenset({"history", "events", "accounts"})

    def __init__(self, outlook: Outlook) -> None:
        self.query_now = PastQuery()
        self.counts: Mapping[PastFacet, int] = {}
        self._account_id: int | None = None
        super().__init__(outlook)

    def make_pane(self) -> Pane:
        """The table of attempts."""
        past = self.outlook.desk.past
        pages: DeskPages[HistoryRow] = DeskPages(
            self.outlook,
            "the history",
            lambda text, _: past.count(replace(self.query_now, text=text)),
            lambda offset, limit, text: past.page(
                replace(self.query_now, text=text), offset, limit
            ),
            lambda row_id, text: past.place(replace(self.query_now, text=text), row_id),
        )
        look = Look(COLUMNS, _empty, _second, ONE_LINE, TIME + 1, newest_first=True)
        grid = Grid(pages, look, lambda: self.outlook.moment)
        above = (self.facet_line(),)
        return Pane("History", grid, notes=self._notes, above=above, alone=True, id="history-list")

    def _notes(self) -> Phrase:
        account = self._account_name()
        return join([self.notes(), say(account) if account else NOTHING], " · ")

    def _account_name(self) -> str:
        names = {
            lane.account_id: _account_words(lane.provider, lane.label)
            for lane in self.outlook.lanes
        }
        return names.get(self._account_id or 0, "")

    def facets(self) -> Sequence[Facet]:
        """How attempts ended, and who asked for them."""
        return [Facet(facet.value, self.counts.get(facet), facet in ALARMING) for facet in FACETS]

    async def count_facets(self) -> None:
        """How many attempts each facet holds."""
        query, past = self.query_now, self.outlook.desk.past
        counts = await self.outlook.read(
            "facets",
            "the history",
            lambda: past.facet_counts(query.event_id, query.account_id),
        )
        self.counts = counts if counts is not None else self.counts

    def narrow(self) -> None:
        """The list's query as it is now."""
        event = self.outlook.chosen
        self.query_now = PastQuery(
            event_id=event.id if event else None,
            account_id=self._account_id,
            facet=FACETS[self.facet_index],
        )

    def action_account(self) -> None:
        """Choose one account's attempts, or everybody's."""

        def chosen(account_id: int | None) -> None:
            if account_id is not None:
                self._account_id = account_id or None
                self.show_facet(self.facet_index)
                self._counting.request()

        choices = [Choice(0, "all accounts")]
        choices += [
            Choice(lane.account_id, provider_title(lane.provider), about=lane.label)
            for lane in self.outlook.lanes
        ]
        pick = Pick("Account", choices, current=self._account_id or 0)
        self.app.push_screen(pick, chosen)

    def action_retry(self) -> None:
        """Make the jobs of the marked attempts, or of this one, due now."""
        jobs = jobs_of(self.pane.grid.chosen)
        if jobs:
            retry(self, self.outlook, jobs, then=self.pane.grid.unmark)

    @on(Grid.Opened)
    def opened(self, event: Grid.Opened) -> None:
        """One attempt whole was asked for."""
        if isinstance(event.row, HistoryRow):
            self.app.push_screen(AttemptSheet(self.outlook, event.row))


TIME, STATE, OPERATION, SHORT_OPERATION, SPAN = 12, 10, 28, 19, 5
ONE_LINE = 72
"""Tables at least this wide say it all in one line."""
FULL_NAMES = 90
"""Tables at least this wide have room for providers' full names."""

_ASKED = {"operator": "by hand", "api": "by API", "retry": "again"}


def _empty(text: str) -> Phrase:
    return say(f"nothing contains “{text}”" if text else "nothing of that kind", Tone.DIM)


def _account_words(provider: str, label: str) -> str:
    title = provider_title(provider)
    return title if label == title else f"{title} {label}"


def _started(row: HistoryRow, moment: Moment) -> Phrase:
    return say(dated_time(row.started_at, moment), Tone.DIM)


def _ended(row: HistoryRow, _: Moment) -> Phrase:
    return attempt_state(row.state, row.direction).phrase


def _work(row: HistoryRow, _: Moment) -> Phrase:
    return say(operation_words(row.operation, row.direction, row.provider))


def _short_work(row: HistoryRow, _: Moment) -> Phrase:
    return say(operation_words(row.operation, row.direction, row.provider, short=True))


def _event(row: HistoryRow, _: Moment) -> Phrase:
    return say(row.event_name or "", Tone.DIM)


def _asked(row: HistoryRow, _: Moment) -> Phrase:
    return say(_ASKED.get(row.trigger, ""), Tone.DIM)


def _try(row: HistoryRow, _: Moment) -> Phrase:
    return say(f"try {row.attempt}", Tone.DIM) if row.attempt > 1 else NOTHING


def _took(row: HistoryRow, _: Moment) -> Phrase:
    return say(took(row.started_at, row.finished_at), Tone.DIM)


def _outcome(row: HistoryRow, _: Moment) -> Phrase:
    title = say(row.error_title) if row.error_title else NOTHING
    return join([title, outcome_phrase(row.counts)], " · ")


def _second(row: HistoryRow, moment: Moment) -> Phrase:
    return join([_outcome(row, moment), _event(row, moment)], " · ")


COLUMNS: tuple[Column[HistoryRow], ...] = (
    Column("Time", _started, TIME),
    Column("State", _ended, STATE),
    Column("Work", _work, OPERATION, grow=1, below=ONE_LINE),
    Column("Work", _short_work, SHORT_OPERATION, needs=ONE_LINE, below=FULL_NAMES),
    Column("Work", _work, OPERATION, needs=FULL_NAMES),
    Column("Outcome", _outcome, 12, grow=2, needs=ONE_LINE),
    Column("Event", _event, 16, grow=1, needs=120),
    Column("Asked", _asked, 7, needs=110),
    Column("Try", _try, 5, needs=100),
    Column("Took", _took, SPAN, right=True),
)
