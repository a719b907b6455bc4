"""The inbox: everything that needs a person, by kind, decided with one key each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from textual import on
from textual.widget import Widget

from p88console.domain.inbox import Kind
from p88console.store.windows.inbox_rows import InboxQuery, Item
from p88console.ui.action import Situation
from p88console.ui.actions import bindings, obstacle
from p88console.ui.deskpages import DeskPages
from p88console.ui.format import Moment, short_duration
from p88console.ui.inbox_text import item_lines, matter, settled_word
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, join, say
from p88console.ui.screens.deciding import Deciding, choices_of, keys_of
from p88console.ui.screens.item import ItemSheet
from p88console.ui.screens.listroom import ListRoom
from p88console.ui.states import inbox_state
from p88console.ui.widgets.columns import Column, Look
from p88console.ui.widgets.facets import Facet
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.lines import Lines
from p88console.ui.widgets.pane import Pane

KINDS = (None, *Kind)
SETTLED = len(KINDS)
"""The facet of what is decided, after those of the kinds."""

SHORT_WORDS = {
    Kind.CONFLICT: "conflict",
    Kind.DUPLICATE_BIB: "bibs",
    Kind.BY_HAND: "hand",
}
"""What a kind is called where there is little room."""

FACET_WORDS = {
    Kind.CONFLICT: "conflicts",
    Kind.REMOVAL: "leaving",
    Kind.DUPLICATE_BIB: "same bib",
    Kind.REFUSED: "refused",
    Kind.HELD: "held",
    Kind.BY_HAND: "by hand",
    Kind.NO_ID: "no id",
    Kind.ORPHAN: "nobody's",
}


class ItemCard(Lines):
    """The item under the cursor, with the keys that decide it."""

    def __init__(self, room: Inbox) -> None:
        super().__init__(id="item-card")
        self._room = room

    def lines(self, width: int) -> Sequence[Phrase]:
        """What it is, and what can be done."""
        item = self._room.current
        if item is None:
            return (NOTHING,)
        keys = keys_of(self._room, "inbox", item)
        return item_lines(item, keys, self._room.outlook.moment, width)


class Inbox(Deciding, ListRoom):
    """What waits for a person, oldest first."""

    BINDINGS = bindings("inbox")
    door = "inbox"
    scopes = ("sync", "view", "list", "inbox", "hand", "go")
    topics = frozenset({"inbox", "participants", "events", "accounts"})

    def __init__(self, outlook: Outlook) -> None:
        self.query_now = InboxQuery()
        self.counts: Mapping[Kind | None, int] = {}
        super().__init__(outlook)

    def make_pane(self) -> Pane:
        """The table of items."""
        inbox = self.outlook.desk.inbox
        pages: DeskPages[Item] = DeskPages(
            self.outlook,
            "the inbox",
            lambda text, _: inbox.count(replace(self.query_now, text=text)),
            lambda offset, limit, text: inbox.page(
                replace(self.query_now, text=text), offset, limit
            ),
        )
        grid = Grid(pages, Look(COLUMNS, self._empty), lambda: self.outlook.moment)
        above = (self.facet_line(),)
        return Pane("Inbox", grid, notes=self.notes, above=above, alone=True, id="inbox-list")

    def beside(self) -> Iterable[Widget]:
        """The item under the cursor."""
        yield ItemCard(self)

    def _empty(self, text: str) -> Phrase:
        if text:
            return say(f"nothing contains “{text}”", Tone.DIM)
        if self.facet_index:
            return say("nothing of that kind", Tone.DIM)
        return say("✓ nothing needs you", Tone.OK)

    def facets(self) -> Sequence[Facet]:
        """Every kind, and what is settled."""
        waiting = sum(count for kind, count in self.counts.items() if kind is not None)
        known = bool(self.counts)
        return [
            Facet("all", waiting if known else None),
            *(
                Facet(
                    FACET_WORDS[kind],
                    self.counts.get(kind, 0) if known else None,
                    alarming=True,
                    short=SHORT_WORDS.get(kind, ""),
                )
                for kind in Kind
            ),
            Facet("settled", self.counts.get(None)),
        ]

    async def count_facets(self) -> None:
        """How many items each kind has."""
        inbox, event_id = self.outlook.desk.inbox, self.query_now.event_id
        counts = await self.outlook.read("facets", "the inbox", lambda: inbox.counts(event_id))
        self.counts = counts if counts is not None else self.counts

    def narrow(self) -> None:
        """The list's query as it is now."""
        event, index = self.outlook.chosen, self.facet_index
        self.query_now = InboxQuery(
            event_id=event.id if event else None,
            kind=KINDS[index] if index < SETTLED else None,
            decided=index == SETTLED,
        )

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        row = self.pane.grid.current
        return row if isinstance(row, Item) else None

    def meant(self) -> Sequence[Item]:
        """The marked items, or the one under the cursor."""
        return [row for row in self.pane.grid.chosen if isinstance(row, Item)]

    def decided(self) -> None:
        """The marks have done their work."""
        self.pane.grid.unmark()

    def situation(self) -> Situation:
        """What keys need to know: above all, what the items in question can be settled by."""
        items = self.meant()
        current = self.current
        return replace(
            super().situation(),
            decisions=choices_of(items),
            one=len(items) == 1,
            somebody=bool(current and current.participant_id),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that decides one kind may decide another one otherwise: it is passed on."""
        if not parameters and obstacle(("inbox",), action, self.situation()):
            return False
        return super().check_action(action, parameters)

    @on(Grid.Told)
    def cursor_moved(self) -> None:
        """The card follows the cursor."""
        self.query_one(ItemCard).refresh()

    @on(Grid.Opened)
    def opened(self, event: Grid.Opened) -> None:
        """One item whole was asked for."""
        if isinstance(event.row, Item):
            self.app.push_screen(ItemSheet(self.outlook, event.row))


def _kind(row: Item, _: Moment) -> Phrase:
    return inbox_state(row.kind).phrase


def _bib(row: Item, _: Moment) -> Phrase:
    return say(row.bib or "", Tone.STRONG)


def _who(row: Item, _: Moment) -> Phrase:
    return say(row.name) if row.name else say(row.event_name or "", Tone.DIM)


def _matter(row: Item, _: Moment) -> Phrase:
    if row.decided_at is None:
        return matter(row)
    value = say(row.value) if row.value else NOTHING
    return join([say(f"✓ {settled_word(row)}", Tone.OK), value, matter(row)], " · ")


def _waits(row: Item, moment: Moment) -> Phrase:
    ended = row.decided_at or moment.now
    return say(short_duration((ended - row.opened_at).total_seconds()), Tone.DIM)


COLUMNS: tuple[Column[Item], ...] = (
    Column("Kind", _kind, 10),
    Column("Bib", _bib, 6, right=True),
    Column("Who", _who, 18, grow=1),
    Column("Matter", _matter, 20, grow=3),
    Column("Waits", _waits, 5, right=True),
)
