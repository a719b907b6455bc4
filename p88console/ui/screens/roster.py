"""The roster: every participant, found by bib or name, narrowed by what needs a look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from textual import on
from textual.widget import Widget

from p88console.domain.errors import P88Error
from p88console.domain.moments import typed_moment
from p88console.store.windows.roster_rows import RosterFacet, RosterOrder, RosterQuery, RosterRow
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.desk import Topics
from p88console.ui.deskpages import DeskPages
from p88console.ui.format import Moment, clock_time
from p88console.ui.outlook import Outlook
from p88console.ui.people_words import age_on, listed_name, sex_and_age
from p88console.ui.phrase import NOTHING, Phrase, Tone, join, say
from p88console.ui.screens.editing import Editing
from p88console.ui.screens.form import Entry, Form
from p88console.ui.screens.listroom import ListRoom
from p88console.ui.screens.person import PersonSheet
from p88console.ui.screens.pick import Choice, Pick
from p88console.ui.screens.room import Room
from p88console.ui.states import push_state, standing_state
from p88console.ui.widgets.card import PersonCard
from p88console.ui.widgets.columns import Column, Look
from p88console.ui.widgets.facets import Facet
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.pane import Pane

FACETS = tuple(RosterFacet)
ALARMING = (RosterFacet.DUPLICATE, RosterFacet.NEEDS_YOU)
ORDERS = tuple(RosterOrder)
LOOKED = "last look at the roster"
CARD_TOPICS: Topics = frozenset({"participants", "results", "events"})


@dataclass(frozen=True, slots=True)
class Since:
    """From when on a change counts, and how that is told."""

    words: str
    instant: Callable[[Roster], datetime]


LAST_LOOK = Since("since last look", lambda room: room.left_at)
SINCES = (
    Since("1 h", lambda room: room.outlook.now - timedelta(hours=1)),
    Since("15 min", lambda room: room.outlook.now - timedelta(minutes=15)),
    Since("4 h", lambda room: room.outlook.now - timedelta(hours=4)),
    Since("24 h", lambda room: room.outlook.now - timedelta(hours=24)),
    Since("since the gun", lambda room: room.gun),
    LAST_LOOK,
)


class Roster(Editing, ListRoom):
    """Everybody, in a window over the database."""

    BINDINGS = bindings("roster", "people", "walkup")
    door = "roster"
    scopes = ("sync", "view", "list", "roster", "people", "walkup", "hand", "go")
    topics = frozenset({"participants", "events", "accounts"})
    """What the table shows; the card beside it shows results too."""

    def __init__(self, outlook: Outlook) -> None:
        self.query_now = RosterQuery()
        self.counts: Mapping[RosterFacet, int] = {}
        self._looking = False
        self.left_at: datetime = _last_look(outlook)
        self._since = SINCES[0]
        self._order = RosterOrder.NAME
        super().__init__(outlook)
        self.narrow()

    def make_pane(self) -> Pane:
        """The table of people."""
        people = self.outlook.desk.people
        pages: DeskPages[RosterRow] = DeskPages(
            self.outlook,
            "the roster",
            lambda text, at_most: people.count(replace(self.query_now, text=text), at_most),
            lambda offset, limit, text: people.page(
                replace(self.query_now, text=text), offset, limit
            ),
            lambda row_id, text: people.place(replace(self.query_now, text=text), row_id),
        )
        grid = Grid(pages, Look(COLUMNS, self._empty), lambda: self.outlook.moment)
        above = (self.facet_line(),)
        return Pane("Roster", grid, notes=self._notes, above=above, alone=True, id="roster")

    def beside(self) -> Iterable[Widget]:
        """The person under the cursor."""
        yield PersonCard(self.outlook, id="card")

    def _empty(self, text: str) -> Phrase:
        if text:
            return say(f"nobody is found by “{text}”", Tone.DIM)
        everybody = self.query_now.facet is RosterFacet.EVERYBODY
        since = self.query_now.since
        if self.query_now.facet is RosterFacet.CHANGED and since and since >= self.outlook.now:
            ahead = self.gun > self.outlook.now
            return say("nobody: the gun is still ahead" if ahead else "nobody yet", Tone.DIM)
        return say("nobody yet; g gets participants" if everybody else "nobody", Tone.DIM)

    def _notes(self) -> Phrase:
        order = "" if self._order is RosterOrder.NAME else f"by {self._order}"
        return join([self.notes(), say(order, Tone.DIM)], " · ")

    def facets(self) -> Sequence[Facet]:
        """Everybody first, then what needs a look."""
        return [
            Facet(self._label(facet), self.counts.get(facet), facet in ALARMING, facet.value)
            for facet in FACETS
        ]

    def _label(self, facet: RosterFacet) -> str:
        if facet is not RosterFacet.CHANGED:
            return facet.value
        words = self._since.words
        return words if words.startswith("since") else f"changed {words}"

    async def count_facets(self) -> None:
        """How many people each facet holds."""
        query, people = self.query_now, self.outlook.desk.people
        counts = await self.outlook.read(
            "facets", "the roster", lambda: people.facet_counts(query.event_id, query.since)
        )
        self.counts = counts if counts is not None else self.counts

    def narrow(self) -> None:
        """The list's query as it is now."""
        event = self.outlook.chosen
        self.query_now = RosterQuery(
            event_id=event.id if event else None,
            facet=FACETS[self.facet_index],
            since=self._since.instant(self),
            order=self._order,
        )

    def read_topics(self, topics: Topics) -> None:
        """The table, and whoever stands in the card."""
        super().read_topics(topics)
        if topics & CARD_TOPICS and not self.freezing.frozen:
            self.query_one(PersonCard).read_again()

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        return super().settled and not self.query_one(PersonCard).busy

    @property
    def gun(self) -> datetime:
        """The gun of the header's event; now while there is none."""
        facts = self.outlook.facts
        return (facts.gun_at if facts else None) or self.outlook.now

    def on_screen_resume(self) -> None:
        """Somebody looks."""
        self._looking = True

    async def on_screen_suspend(self) -> None:
        """Looked at last, unless a dialog only stands before it."""
        if isinstance(self.app.screen, Room):
            await self._looked()

    async def on_unmount(self) -> None:
        """Looked at last, where the console is left from here."""
        if self._looking:
            await self._looked()

    async def _looked(self) -> None:
        self._looking, self.left_at = False, self.outlook.now
        with suppress(P88Error):  # a convenience; a file that cannot be written is told elsewhere
            await self.outlook.desk.memory.keep(LOOKED, [self.left_at.isoformat()])

    def subjects(self) -> Sequence[int]:
        """The marked people, or the one under the cursor."""
        return [row.id for row in self.pane.grid.chosen]

    def edited(self) -> None:
        """The marks have done their work."""
        self.pane.grid.unmark()

    def situation(self) -> Situation:
        """What keys need to know: whether somebody is there to be changed."""
        return replace(
            super().situation(),
            somebody=bool(self.pane.grid.chosen),
            event=self.outlook.event_id is not None,
        )

    def action_order(self) -> None:
        """Choose what the list is sorted by; the cursor stays on its runner."""

        def chosen(order: int | None) -> None:
            if order is not None:
                self._order = ORDERS[order]
                self.narrow()
                self.pane.grid.sorted_anew()
                self.pane.title_line.refresh()

        choices = [Choice(place, order.value) for place, order in enumerate(ORDERS)]
        pick = Pick("Sort by", choices, current=ORDERS.index(self._order))
        self.app.push_screen(pick, chosen)

    def action_since(self) -> None:
        """Choose from when on a change counts, and show who changed."""

        def chosen(since: int | None) -> None:
            if since is not None and since < len(SINCES):
                self._changed_since(SINCES[since])
            elif since is not None:
                self._type_since()

        choices = [Choice(place, since.words) for place, since in enumerate(SINCES)]
        choices.append(Choice(len(SINCES), "a time you type …"))
        self.app.push_screen(Pick("Changed since", choices), chosen)

    def _type_since(self) -> None:
        found: list[datetime] = []

        async def send(values: Mapping[str, str]) -> str:
            moment = self.outlook.moment
            found.append(typed_moment(values["since"].strip(), moment.zone, moment.now))
            return clock_time(found[-1], moment)

        def done(words: str | None) -> None:
            if words is not None:
                self._changed_since(Since(words, lambda _room: found[-1]))

        entry = Entry("since", "Since", about="HH:MM by the event's clock, or a date and time")
        self.app.push_screen(Form("Changed since", [entry], send), done)

    def _changed_since(self, since: Since) -> None:
        self._since = since
        self.show_facet(FACETS.index(RosterFacet.CHANGED))
        self._counting.request()

    @on(Grid.Told)
    def cursor_moved(self) -> None:
        """The card follows the cursor."""
        row = self.pane.grid.current
        self.query_one(PersonCard).show(row.id if isinstance(row, RosterRow) else None)

    @on(Grid.Opened)
    def opened(self, event: Grid.Opened) -> None:
        """A person's whole story was asked for."""
        if isinstance(event.row, RosterRow):
            self.app.push_screen(PersonSheet(self.outlook, event.row.id))


def _last_look(outlook: Outlook) -> datetime:
    """When the room was left last, in an earlier start too; now where it never was."""
    kept = list(outlook.desk.memory.recall(LOOKED))
    try:
        return min(datetime.fromisoformat(kept[0]), outlook.now)
    except (IndexError, ValueError):
        return outlook.now


def _bib(row: RosterRow, _: Moment) -> Phrase:
    return say(row.bib, Tone.STRONG) if row.bib else say("–", Tone.DIM)


def _name(row: RosterRow, _: Moment) -> Phrase:
    return listed_name(row.first_name, row.last_name)


def _race(row: RosterRow, _: Moment) -> Phrase:
    return say(row.race_name, Tone.DIM) if row.race_name else say("no race", Tone.HELD)


def _who(row: RosterRow, moment: Moment) -> Phrase:
    return sex_and_age(row.gender, age_on(row.birth_date, moment.now))


def _place(row: RosterRow, _: Moment) -> Phrase:
    return join([say(row.city or "", Tone.DIM), say(row.region or "", Tone.DIM)], " ")


def _state(row: RosterRow, _: Moment) -> Phrase:
    standing = standing_state(row.status, quarantined=row.quarantined)
    if standing is not None:
        return standing.phrase
    return push_state(row.scoring).phrase if row.scoring else NOTHING


def _changed(row: RosterRow, moment: Moment) -> Phrase:
    return say(clock_time(row.changed_at, moment), Tone.DIM)


COLUMNS: tuple[Column[RosterRow], ...] = (
    Column("Bib", _bib, 6, right=True),
    Column("Name", _name, 20, grow=3),
    Column("F/M", _who, 4, needs=60),
    Column("Race", _race, 12, grow=1, needs=50),
    Column("From", _place, 14, grow=1, needs=96),
    Column("Scoring", _state, 11),
    Column("Changed", _changed, 9, needs=70),
)
