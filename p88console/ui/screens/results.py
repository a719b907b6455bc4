"""The results: standings race by race, what moved, how the finish goes on, what is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from textual import on
from textual.widget import Widget

from p88console.store.windows.result_rows import RaceChoice, ResultFacet, ResultQuery, ResultRow
from p88console.ui.actions import bindings
from p88console.ui.desk import Topics
from p88console.ui.deskpages import DeskPages
from p88console.ui.format import Moment, clock_time
from p88console.ui.outlook import Outlook
from p88console.ui.people_words import listed_name, race_time
from p88console.ui.phrase import NOTHING, Phrase, Piece, Tone, join, say
from p88console.ui.result_text import moves
from p88console.ui.screens.leaders import LeadersSheet
from p88console.ui.screens.listroom import ListRoom
from p88console.ui.screens.person import PersonSheet
from p88console.ui.screens.publish import PublishSheet
from p88console.ui.screens.result import ResultSheet
from p88console.ui.states import result_state
from p88console.ui.widgets.columns import Column, Look
from p88console.ui.widgets.facets import Facet
from p88console.ui.widgets.finish import FinishPanel
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.pane import Pane

MOVED_WITHIN = timedelta(minutes=30)
PANEL_TOPICS: Topics = frozenset({"results", "participants", "events"})
NO_EVENT = ResultQuery(0)


class Results(ListRoom):
    """The standings of one event: the chosen one, or the one that the header is about."""

    BINDINGS = bindings("results")
    door = "results"
    scopes = ("sync", "view", "list", "results", "hand", "go")
    topics = frozenset({"results", "events", "accounts"})

    def __init__(self, outlook: Outlook) -> None:
        self.query_now = NO_EVENT
        self.counts: Mapping[ResultFacet, int] = {}
        self.races: Sequence[RaceChoice] = ()
        super().__init__(outlook)

    def make_pane(self) -> Pane:
        """The table of standings."""
        standings = self.outlook.desk.standings
        pages: DeskPages[ResultRow] = DeskPages(
            self.outlook,
            "the results",
            lambda text, _: standings.count(replace(self.query_now, text=text)),
            lambda offset, limit, text: standings.page(
                replace(self.query_now, text=text), offset, limit
            ),
            lambda row_id, text: standings.place(replace(self.query_now, text=text), row_id),
        )
        grid = Grid(pages, Look(COLUMNS, self._empty), lambda: self.outlook.moment)
        above = (self.facet_line(),)
        return Pane("Results", grid, notes=self.notes, above=above, alone=True, id="results-list")

    def beside(self) -> Iterable[Widget]:
        """How the finish goes on."""
        yield FinishPanel(self.outlook, id="finish")

    def _empty(self, text: str) -> Phrase:
        if text:
            return say(f"nobody is found by “{text}”", Tone.DIM)
        if self.facet_index:
            return say("nobody", Tone.DIM)
        return say("no results yet; r gets them", Tone.DIM)

    @property
    def event_id(self) -> int | None:
        """The event that the room is about."""
        chosen, facts = self.outlook.chosen, self.outlook.facts
        return chosen.id if chosen else facts.event_id if facts else None

    def notes(self) -> Phrase:
        """Which event, and whether the view is frozen."""
        chosen, facts = self.outlook.chosen, self.outlook.facts
        name = chosen.name if chosen else facts.event_name if facts else None
        return join([self.freezing.note_with_arrivals(), say(name or "no event yet")], " · ")

    def facets(self) -> Sequence[Facet]:
        """Everybody, each race, what moved, and what is nobody's."""
        races = [Facet(race.name, race.results) for race in self.races]
        if len(races) < 2:
            races = []
        minutes = int(MOVED_WITHIN.total_seconds() // 60)
        return [
            Facet("all", self.counts.get(ResultFacet.ALL)),
            *races,
            Facet(f"moved {minutes} min", self.counts.get(ResultFacet.MOVED), short="moved"),
            Facet("nobody's", self.counts.get(ResultFacet.NOBODYS), alarming=True),
        ]

    async def count_facets(self) -> None:
        """The races, and how many standings each facet holds."""
        event_id, standings = self.event_id, self.outlook.desk.standings
        if event_id is None:
            self.races, self.counts = (), {}
            return
        races = await self.outlook.read("facets", "the results", lambda: standings.races(event_id))
        counts = await self.outlook.read(
            "facets",
            "the results",
            lambda: standings.facet_counts(event_id, self.query_now.since),
        )
        self.races = races if races is not None else self.races
        self.counts = counts if counts is not None else self.counts

    def narrow(self) -> None:
        """The list's query as it is now."""
        since = self.outlook.now - MOVED_WITHIN
        wanted = ResultQuery(self.event_id or 0, since=since)
        races = [race.id for race in self.races] if len(self.races) > 1 else []
        index = self.facet_index
        if index and index <= len(races):
            wanted = replace(wanted, race_id=races[index - 1])
        elif index:
            facet = (ResultFacet.MOVED, ResultFacet.NOBODYS)[index - 1 - len(races)]
            wanted = replace(wanted, facet=facet)
        self.query_now = wanted
        if self.is_mounted:
            self.query_one(FinishPanel).show(self.event_id, wanted.race_id)

    def read_topics(self, topics: Topics) -> None:
        """The table, and the finish beside it."""
        super().read_topics(topics)
        if topics & PANEL_TOPICS and not topics & self.topics and not self.freezing.frozen:
            self.query_one(FinishPanel).show(self.event_id, self.query_now.race_id)

    def head_read(self) -> None:
        """The header's event may be known only now."""
        if self.query_now.event_id != (self.event_id or 0):
            self.facet_index = 0
            self.narrow()
            self.pane.grid.begin_anew()
            self._counting.request()

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        return super().settled and not self.query_one(FinishPanel).busy

    @on(Grid.Opened)
    def opened(self, event: Grid.Opened) -> None:
        """A runner's whole story was asked for; a result of nobody is told by itself."""
        row = event.row
        if isinstance(row, ResultRow):
            known = row.participant_id
            self.app.push_screen(
                ResultSheet(self.outlook, row.id)
                if known is None
                else PersonSheet(self.outlook, known)
            )

    def action_publish(self) -> None:
        """See what publishing would mean, and what the guard says, before anything goes out."""
        event_id = self.event_id
        if event_id is not None:
            self.app.push_screen(PublishSheet(self.outlook, event_id, self.query_now.race_id))

    def action_leaders(self) -> None:
        """What an announcer reads out, of the race that the list is narrowed to, or of all."""
        event_id = self.event_id
        if event_id is not None:
            self.app.push_screen(LeadersSheet(self.outlook, event_id, self.query_now.race_id))


def _place(row: ResultRow, _: Moment) -> Phrase:
    return say(row.place, Tone.STRONG) if row.place else say("–", Tone.DIM)


def _bib(row: ResultRow, _: Moment) -> Phrase:
    return say(row.bib or "–", Tone.PLAIN if row.bib else Tone.DIM)


def _name(row: ResultRow, _: Moment) -> Phrase:
    name = listed_name(row.first_name, row.last_name)
    return (Piece("▲ ", Tone.HELD), *name) if row.participant_id is None else name


def _race(row: ResultRow, _: Moment) -> Phrase:
    return say(row.race_name or "no race", Tone.DIM if row.race_name else Tone.HELD)


def _category(row: ResultRow, _: Moment) -> Phrase:
    if not row.category:
        return NOTHING
    place = f" {row.category_place}" if row.category_place else ""
    return (Piece(row.category, Tone.DIM), Piece(place))


def _gun(row: ResultRow, _: Moment) -> Phrase:
    if row.gun_time_ms is not None:
        return say(race_time(row.gun_time_ms), Tone.STRONG)
    return result_state(row.status).phrase


def _chip(row: ResultRow, _: Moment) -> Phrase:
    return say(race_time(row.chip_time_ms), Tone.DIM) if row.chip_time_ms is not None else NOTHING


def _split(row: ResultRow, _: Moment) -> Phrase:
    if row.split is None:
        return NOTHING
    name, time = row.split
    return (Piece(f"{name} ", Tone.DIM), Piece(race_time(time), Tone.DIM))


def _moved(row: ResultRow, _: Moment) -> Phrase:
    if row.before is None:
        return NOTHING
    now = {
        "status": row.status,
        "bib": row.bib,
        "gun_time_ms": row.gun_time_ms,
        "chip_time_ms": row.chip_time_ms,
        "place": row.place,
        "category_place": row.category_place,
    }
    return moves(row.before, now)


def _changed(row: ResultRow, moment: Moment) -> Phrase:
    return say(clock_time(row.changed_at, moment), Tone.DIM)


MOVED = 82
"""The width from which a table has room for what moved; the time of it needs more."""

COLUMNS: tuple[Column[ResultRow], ...] = (
    Column("Place", _place, 5, right=True),
    Column("Bib", _bib, 6, right=True),
    Column("Name", _name, 14, grow=3),
    Column("Race", _race, 13, needs=64),
    Column("Category", _category, 10, needs=110),
    Column("Gun", _gun, 10, right=True),
    Column("Chip", _chip, 10, right=True, needs=54),
    Column("Split", _split, 14, needs=128),
    Column("Moved", _moved, 16, grow=2, needs=MOVED),
    Column("At", _changed, 8, needs=72, below=MOVED),
    Column("At", _changed, 8, needs=90),
)
