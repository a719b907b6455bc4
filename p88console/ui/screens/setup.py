"""The setup: accounts, events with their links, timing partners, and the go / no-go page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from textual import on
from textual.widget import Widget

from p88console.store.windows.setup_rows import SetupRow, Thing
from p88console.ui.action import Situation
from p88console.ui.actions import bindings, shown_key
from p88console.ui.deskpages import DeskPages
from p88console.ui.format import Moment, provider_title
from p88console.ui.outlook import Outlook
from p88console.ui.phrase import NOTHING, Phrase, Tone, join, say
from p88console.ui.screens.dialogs import Ask
from p88console.ui.screens.doctor import DoctorSheet
from p88console.ui.screens.errand import run_errand
from p88console.ui.screens.form import Entry, Form
from p88console.ui.screens.linking import Linking
from p88console.ui.screens.listroom import ListRoom
from p88console.ui.screens.setup_sheet import SetupSheet
from p88console.ui.setup_text import row_lines, row_state
from p88console.ui.widgets.columns import Column, Look
from p88console.ui.widgets.facets import Facet, Facets
from p88console.ui.widgets.grid import Grid
from p88console.ui.widgets.keybar import live_actions
from p88console.ui.widgets.lines import Lines
from p88console.ui.widgets.pane import Pane

FACETS = (None, Thing.ACCOUNT, Thing.EVENT, Thing.PARTNER)
WORDS = {None: "all", Thing.ACCOUNT: "accounts", Thing.EVENT: "events", Thing.PARTNER: "partners"}


class SetupCard(Lines):
    """The thing under the cursor."""

    def __init__(self, room: Setup) -> None:
        super().__init__(id="setup-card")
        self._room = room

    def lines(self, width: int) -> Sequence[Phrase]:
        """Everything known of it."""
        row = self._room.current
        return row_lines(row, width, self._room.keys()) if row else (NOTHING,)


class Setup(Linking, ListRoom):
    """What the console works with."""

    BINDINGS = bindings("setup", "start")
    door = "setup"
    scopes = ("sync", "view", "list", "setup", "start", "hand", "go")
    topics = frozenset({"accounts", "events", "queue"})

    def __init__(self, outlook: Outlook) -> None:
        self.rows: Sequence[SetupRow] = ()
        super().__init__(outlook)

    def make_pane(self) -> Pane:
        """The table of things."""
        pages: DeskPages[SetupRow] = DeskPages(
            self.outlook, "the setup", self._how_many, self._page
        )
        grid = Grid(pages, Look(COLUMNS, self._empty), lambda: self.outlook.moment)
        above = (self.facet_line(),)
        return Pane("Setup", grid, notes=self._notes, above=above, alone=True, id="setup-list")

    async def _how_many(self, text: str, _at_most: int | None) -> int:
        self.rows = await self.outlook.desk.setup.rows()
        return len(self._matching(text))

    async def _page(self, offset: int, limit: int, text: str) -> Sequence[SetupRow]:
        return self._matching(text)[offset : offset + limit]

    def _matching(self, text: str) -> Sequence[SetupRow]:
        wanted, words = FACETS[self.facet_index], text.casefold().split()
        return [
            row
            for row in self.rows
            if wanted in (None, row.thing) and all(word in _words(row) for word in words)
        ]

    def beside(self) -> Iterable[Widget]:
        """The thing under the cursor."""
        yield SetupCard(self)

    def _notes(self) -> Phrase:
        return self.freezing.note()

    def _empty(self, text: str) -> Phrase:
        if text:
            return say(f"nothing contains “{text}”", Tone.DIM)
        return say("nothing yet; a adds an account", Tone.DIM)

    def facets(self) -> Sequence[Facet]:
        """Each kind of thing."""
        return [
            Facet(WORDS[one], sum(one in (None, row.thing) for row in self.rows)) for one in FACETS
        ]

    def keys(self) -> Sequence[tuple[str, str]]:
        """The keys that do something with the thing under the cursor, and what."""
        return [
            (shown_key(live.binding.key), action.help)
            for action, live in live_actions(self)
            if action.scope == "setup" and action.hides and live.enabled
        ]

    @property
    def current(self) -> SetupRow | None:
        """The thing under the cursor."""
        row = self.pane.grid.current
        return row if isinstance(row, SetupRow) else None

    def situation(self) -> Situation:
        """What keys need to know: what the cursor is on."""
        row = self.current
        return replace(
            super().situation(),
            thing=row.thing.value if row else "",
            links=bool(row and row.state in ("linked", "unlinked")),
        )

    @on(Grid.Told)
    def cursor_moved(self) -> None:
        """The card follows the cursor, the counts follow the rows."""
        self.query_one(SetupCard).refresh()
        self.query_one(Facets).refresh()

    @on(Grid.Opened)
    def opened(self, event: Grid.Opened) -> None:
        """One thing whole was asked for."""
        if isinstance(event.row, SetupRow):
            self.app.push_screen(SetupSheet(event.row))

    def set_up(self) -> None:
        """Show what became of it."""
        self.read_everything()

    def action_add(self) -> None:
        """Add an account."""
        self.action_account()

    def action_partner(self) -> None:
        """Add a timing partner."""
        setup = self.outlook.desk.setup

        async def send(values: Mapping[str, str]) -> str:
            return await setup.add_partner(values["name"])

        entry = Entry("name", "Name", about="the timing company; it sees only its own data")
        self.ask(Form("New timing partner", [entry], send))

    def action_test(self) -> None:
        """One harmless call."""
        row, setup = self.current, self.outlook.desk.setup
        if row is not None:
            call = lambda: setup.test(row.key)  # noqa: E731  a deferred call
            run_errand(self, self.outlook, f"reach {row.name}", call)

    def action_discover(self) -> None:
        """Read the account's events."""
        row, setup = self.current, self.outlook.desk.setup
        if row is not None:
            call = lambda: setup.discover(row.key)  # noqa: E731  a deferred call
            run_errand(self, self.outlook, "read the events", call)

    def action_hold(self) -> None:
        """Hold the account's lane, or let it go on."""
        row, work = self.current, self.outlook.desk.work
        if row is not None:
            held = row.state == "held"
            call = lambda: (work.resume if held else work.hold)(row.key)  # noqa: E731  a deferred call
            what = f"{'resume' if held else 'hold'} {row.name}"
            run_errand(self, self.outlook, what, call)

    def action_secrets(self) -> None:
        """Give an account other secrets."""
        row = self.current
        if row is not None and row.provider is not None:
            self.renew_secrets(row.key, row.provider, row.name)

    def action_remove(self) -> None:
        """Take an account out of use, once the operator has said yes."""
        row, setup = self.current, self.outlook.desk.setup
        if row is None:
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001  the framework's callback
            if yes:
                call = lambda: setup.remove(row.key)  # noqa: E731  a deferred call
                run_errand(self, self.outlook, "remove it", call, then=self.set_up)

        question = "Take this account out of use and forget its secrets?"
        things = ("account", "accounts")
        self.app.push_screen(Ask(question, [row.name], things=things), answered)

    def action_check(self) -> None:
        """The go / no-go page."""
        self.app.push_screen(DoctorSheet(self.outlook))

    def action_backup(self) -> None:
        """Everything into one file."""
        run_errand(self, self.outlook, "back up", self.outlook.desk.setup.backup)


def _words(row: SetupRow) -> str:
    return f"{row.name} {row.about} {provider_title(row.provider or '')} {row.state}".casefold()


def _state(row: SetupRow, _: Moment) -> Phrase:
    return row_state(row)


def _where(row: SetupRow, _: Moment) -> Phrase:
    return say(provider_title(row.provider)) if row.provider else NOTHING


def _name(row: SetupRow, _: Moment) -> Phrase:
    return say(row.name, Tone.STRONG)


def _about(row: SetupRow, _: Moment) -> Phrase:
    trouble = dict(row.told).get("Trouble") or dict(row.told).get("Held")
    return join([say(row.about, Tone.DIM), say(trouble or "", Tone.HELD)], " · ")


COLUMNS: tuple[Column[SetupRow], ...] = (
    Column("State", _state, 12),
    Column("Name", _name, 22, grow=2),
    Column("Provider", _where, 11),
    Column("About", _about, 16, grow=2),
)
