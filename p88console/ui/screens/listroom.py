"""A room that is one long list: facets to narrow it, a filter line, an event, an order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from p88console.store.windows.roster_rows import EventChoice
from p88console.ui.action import Situation
from p88console.ui.actions import bindings
from p88console.ui.desk import Topics
from p88console.ui.faults import ACTION
from p88console.ui.format import labelled_day, number, provider_title
from p88console.ui.freezing import Freezing
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import Phrase, Tone, join, say
from p88console.ui.reading import Reading
from p88console.ui.screens.columns import Columns
from p88console.ui.screens.pick import Choice, Pick
from p88console.ui.screens.room import Room
from p88console.ui.widgets.facets import Facet, Facets
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.pane import Pane

FACETS_REST_S = 1.0
"""Machine seconds between two countings of every facet."""

ALL_EVENTS = "all events"


class ListRoom(Room):
    """One pane over the whole room; what differs between lists is told by the subclass."""

    BINDINGS = bindings("view", "list")
    AUTO_FOCUS = "Grid"
    topics: ClassVar[Topics]
    """What makes the list another one."""

    def __init__(self, outlook: Outlook) -> None:
        super().__init__(outlook)
        self.freezing = Freezing(outlook)
        self.facet_index = 0
        self.pane = self.make_pane()
        self.pane.grid.titles = True
        self._counting = Reading(self, self._count, rest_s=FACETS_REST_S)

    def make_pane(self) -> Pane:
        """The list's pane; its id names it."""
        raise NotImplementedError

    def facets(self) -> Sequence[Facet]:
        """The ways to narrow the list, with their counts as far as they are known."""
        return ()

    async def count_facets(self) -> None:
        """Read how many rows each facet holds."""

    def narrow(self) -> None:
        """The event, the facet or the order is another one: the list's query follows."""

    def beside(self) -> Iterable[Widget]:
        """What stands at the right of the list where there is room."""
        return ()

    def furniture(self) -> Iterable[Widget]:
        """The list, and what stands beside it."""
        with Horizontal(id="list"):
            yield self.pane
            yield from self.beside()

    def facet_line(self) -> Facets:
        """The line of facets, to stand in the pane."""
        return Facets(self.facets, lambda: self.facet_index)

    def notes(self) -> Phrase:
        """What is special about the view, at the right of the pane's title."""
        event = self.outlook.chosen
        named = say(event.name if event else ALL_EVENTS, Tone.PLAIN if event else Tone.DIM)
        return join([self.freezing.note_with_arrivals(), named], " · ")

    def on_mount(self) -> None:
        """Follow the choice of an event, whichever room it is made in."""
        self.outlook.scoped.subscribe(self, lambda _: self._scoped())
        self.pane.grid.hide_columns(self.outlook.desk.memory.recall(self._columns_name))

    @property
    def _columns_name(self) -> str:
        return f"hidden columns of {self.door}"

    def action_columns(self) -> None:
        """Choose which columns the list shows."""
        memory, grid, name = self.outlook.desk.memory, self.pane.grid, self._columns_name

        def changed(hidden: Collection[str]) -> None:
            grid.hide_columns(hidden)
            keep = self.outlook.act("keep the columns", lambda: memory.keep(name, hidden))
            self.run_worker(keep, group="memory", exit_on_error=False)

        sheet = Columns(self.outlook, grid.column_titles, memory.recall(name), changed)
        self.app.push_screen(sheet)

    def _scoped(self) -> None:
        self.narrow()
        if self.is_current:
            self.pane.grid.begin_anew()
            self._counting.request()
        else:
            self._pending |= self.topics

    def read_topics(self, topics: Topics) -> None:
        """Read the window when its topics changed; a frozen view only counts what it misses."""
        if not topics & self.topics:
            return
        self._counting.request()
        if not self.freezing.misses(topics):
            self.narrow()
            self.pane.grid.refresh_rows()

    async def _count(self) -> None:
        if self.freezing.frozen:
            total = await self.pane.grid.count_now()
            if total is not None:
                self.freezing.arrived = max(0, total - self.pane.grid.total)
        await self.count_facets()
        self.query_one(Facets).remake()
        self.pane.title_line.remake()

    def ticked(self, seconds: int) -> None:
        """The time for which the view has been frozen goes on."""
        super().ticked(seconds)
        if self.freezing.frozen:
            self.pane.title_line.refresh()

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        return super().settled and not (self.pane.grid.busy or self._counting.busy)

    def situation(self) -> Situation:
        """What keys need to know about the list."""
        grid = self.pane.grid
        return Situation(
            read_only=self.outlook.desk.read_only,
            engine_down=self.outlook.faults.has("engine"),
            accounts=bool(self.outlook.lanes),
            rows=grid.total,
            typing=self.pane.filter_line.has_focus,
            something_to_put_away=bool(
                self.pane.filtered
                or grid.marks
                or self.facet_index
                or self.outlook.faults.has(ACTION)
            ),
        )

    @on(Grid.Told)
    def told(self) -> None:
        """Rows, marks or cursor changed: so may the keys that apply."""
        self.refresh_bindings()

    @on(Facets.Chosen)
    def facet_clicked(self, event: Facets.Chosen) -> None:
        """A facet was clicked."""
        self.show_facet(event.index)

    def show_facet(self, index: int) -> None:
        """Narrow the list to one facet."""
        self.facet_index = index % max(1, len(self.facets()))
        self.pane.grid.unmark()
        self.narrow()
        self.pane.grid.begin_anew()
        self.query_one(Facets).refresh()

    def action_next_facet(self) -> None:
        """To the next facet."""
        self.show_facet(self.facet_index + 1)

    def action_previous_facet(self) -> None:
        """To the facet before."""
        self.show_facet(self.facet_index - 1)

    def action_filter(self) -> None:
        """Ask for a text that rows must contain."""
        self.pane.open_filter()

    def action_put_away(self) -> None:
        """Clear the filter; else the marks; else the facet; else a fault that was read."""
        if self.pane.clear_filter():
            pass
        elif self.pane.grid.marks:
            self.pane.grid.unmark()
        elif self.facet_index:
            self.show_facet(0)
        else:
            self.outlook.settle(ACTION)
        self.refresh_bindings()

    def action_freeze(self) -> None:
        """Hold the view still, or let it go on."""
        missed = self.freezing.toggle()
        if missed:
            self.read_topics(missed)
        self.pane.title_line.refresh()

    def action_event(self) -> None:
        """Choose the event that all lists are about."""

        async def choose() -> None:
            desk = self.outlook.desk
            events = await self.outlook.read("events", "the events", desk.people.events)
            if events is not None:
                await self._offer(events)

        self.run_worker(choose(), group="choose", exit_on_error=False)

    async def _offer(self, events: Sequence[EventChoice]) -> None:
        choices = [
            Choice(0, ALL_EVENTS, number(sum(event.participants for event in events))),
            *(_choice(event) for event in events),
        ]
        current = self.outlook.chosen.id if self.outlook.chosen else 0
        known = {event.id: event for event in events}
        chosen = await self.app.push_screen_wait(Pick("Event", choices, current=current))
        if chosen is not None:
            self.outlook.choose(known.get(chosen))


def _choice(event: EventChoice) -> Choice:
    """An event as one of several to choose from; the count stands beside, the day below it."""
    about = join(
        [
            say(labelled_day(event.starts_at, event.timezone)) if event.starts_at else (),
            say(provider_title(event.provider)),
        ],
        " · ",
    )
    return Choice(event.id, event.name, number(event.participants), "".join(p.text for p in about))
