"""What every room of the console has: header, banner, key bar, and reads only while it is seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.events import Key
from textual.screen import Screen
from textual.widget import Widget

from p88console.store.database.feed import ALL_TOPICS
from p88console.ui.action import Situation
from p88console.ui.actions import bindings, obstacle
from p88console.ui.desk import Topics
from p88console.ui.faults import Fault, in_words
from p88console.ui.outlook import OLD, READ_AGAIN_S, READ_NOW, Outlook
from p88console.ui.phrase import Phrase, Tone, cut, say
from p88console.ui.reading import ReadBroke, Reading
from p88console.ui.screens.day import DaySheet
from p88console.ui.screens.deeds import DeedsSheet
from p88console.ui.screens.errand import run_errand
from p88console.ui.screens.jump import Place
from p88console.ui.screens.plan import PlanSheet
from p88console.ui.widgets.banner import Banner
from p88console.ui.widgets.facets import Facets
from p88console.ui.widgets.header import HeaderBar
from p88console.ui.widgets.keybar import KeyBar
from p88console.ui.widgets.lines import Lines
from p88console.ui.widgets.pane import Pane
from p88console.ui.widgets.tabs import Tabs

LEAST_WIDTH, LEAST_HEIGHT = 80, 24
SCREEN_FAULT = "screen"


class SizeNotice(Lines):
    """Says which size the console is made for, while the window is smaller."""

    def lines(self, width: int) -> Sequence[Phrase]:
        """One line."""
        size = self.app.size
        needed = f"{LEAST_WIDTH}×{LEAST_HEIGHT}"
        said = f"This window is {size.width}×{size.height}; all of it needs {needed}."
        return (cut(say(said, Tone.HELD), width),)


class Room(Screen[None]):
    """A screen of the console. It reads what is stale when it is the one on top, never before."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  annotated by the framework
        (0, "-tiny"),
        (LEAST_WIDTH, "-narrow"),
        (120, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012  annotated by the framework
        (0, "-flat"),
        (LEAST_HEIGHT, "-short"),
        (36, "-tall"),
    ]
    BINDINGS = bindings("go", "sync", "hand")
    door: ClassVar[str]
    """The name of the room, by which the tabs know where one is."""
    scopes: ClassVar[tuple[str, ...]]
    """Whose actions the room answers to."""

    def __init__(self, outlook: Outlook) -> None:
        super().__init__()
        self.outlook = outlook
        self._pending: Topics = ALL_TOPICS
        self._head = Reading(self, self._read_head)

    def compose(self) -> ComposeResult:
        """Header, doors, notice, banner, the room itself, keys."""
        yield HeaderBar(self.outlook)
        yield Tabs(self.door)
        yield SizeNotice()
        yield Banner(self.outlook)
        yield from self.furniture()
        yield KeyBar()

    def furniture(self) -> Iterable[Widget]:
        """What stands in this room."""
        raise NotImplementedError

    def read_topics(self, topics: Topics) -> None:
        """Read again whatever of this room these topics touch."""
        raise NotImplementedError

    def head_read(self) -> None:
        """The header's facts and the lanes are fresh."""

    def on_mount(self) -> None:
        """Follow changes and the clock."""
        self.outlook.changed.subscribe(self, self._changed)
        self.outlook.ticked.subscribe(self, self.ticked)

    def on_screen_resume(self) -> None:
        """Whatever changed while the room was out of sight is read now."""
        self._read_pending()

    def _changed(self, topics: Topics) -> None:
        self._pending |= topics
        if self.is_current:
            self._read_pending()

    def _read_pending(self) -> None:
        topics, self._pending = self._pending, frozenset()
        if "engine" in topics:
            self.outlook.look_at_engine()
            self.refresh_bindings()
        if topics - {"engine"}:
            self._head.request()
            self.read_topics(topics)

    def read_everything(self) -> None:
        """Read the whole room anew."""
        self._changed(ALL_TOPICS)

    def ticked(self, seconds: int) -> None:
        """A second has passed; what could not be read is tried again from time to time."""
        if self.outlook.faults.reading and seconds % READ_AGAIN_S == 0 and self.is_current:
            self.outlook.settle(SCREEN_FAULT)
            self.read_everything()

    async def _read_head(self) -> None:
        outlook = self.outlook
        facts = await outlook.read("header", "the header", outlook.desk.header)
        lanes = await outlook.read("lanes", "the accounts", outlook.desk.lanes)
        outlook.facts = facts or outlook.facts
        outlook.lanes = lanes if lanes is not None else outlook.lanes
        schedule = await outlook.read("schedule", "the schedule", outlook.desk.schedule)
        outlook.schedule = schedule if schedule is not None else outlook.schedule
        await outlook.look_at_power()
        outlook.look_at_network()
        self.query_one(HeaderBar).remake()
        self.head_read()
        outlook.headed.publish(None)

    def on_read_broke(self, event: ReadBroke) -> None:
        """Something came back that the screen cannot show; the rest of it goes on."""
        event.stop()
        self.outlook.report(
            SCREEN_FAULT,
            Fault(
                what=f"Cannot show what was read: {in_words(event.fault)}",
                since=self.outlook.now,
                next=OLD,
                press=READ_NOW,
            ),
        )

    def situation(self) -> Situation:
        """What keys need to know about the room."""
        return Situation(
            read_only=self.outlook.desk.read_only,
            engine_down=self.outlook.faults.has("engine"),
            accounts=bool(self.outlook.lanes),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that do not apply just now are grey."""
        called = f"{action}({', '.join(map(repr, parameters))})" if parameters else action
        return None if obstacle(self.scopes, called, self.situation()) else True

    def on_key(self, event: Key) -> None:
        """A key that does not apply just now says why."""
        found = self.active_bindings.get(event.key)
        if found and not found.enabled and self.is_current and event.key != "escape":
            why = obstacle(self.scopes, found.binding.action, self.situation())
            if why:
                self.notify(f"{found.binding.description}: not now, {why}", markup=False)

    def places(self) -> Sequence[Place]:
        """Everything that can be jumped to: doors, facets, panes, from top to bottom."""
        tabs = self.query_one(Tabs)
        here = tabs.content_region
        found = [
            Place(here.x + at, here.y, partial(self.app.run_action, call, self))
            for at, call in tabs.doors
        ]
        for facets in self.query(Facets):
            here = facets.content_region
            found += [
                Place(here.x + at, here.y, partial(facets.post_message, Facets.Chosen(index)))
                for at, index in facets.places
            ]
        for pane in self.query(Pane):
            if pane.display:
                title = pane.title_line.content_region
                found.append(Place(title.x, title.y, partial(self.set_focus, pane.grid)))
        return found

    async def action_room(self, name: str) -> None:
        """To another room."""
        await self.app.switch_mode(name)

    def action_get(self) -> None:
        """Get participants now."""
        run_errand(self, self.outlook, "get participants", self.outlook.desk.pull_participants)

    def action_day(self) -> None:
        """The day as a timeline."""
        self.app.push_screen(DaySheet(self.outlook))

    def action_deeds(self) -> None:
        """What was done by hand."""
        self.app.push_screen(DeedsSheet(self.outlook))

    def action_plan(self) -> None:
        """What a push would do, before anything is sent."""
        self.app.push_screen(PlanSheet(self.outlook))

    def action_push(self) -> None:
        """Push participants now."""
        run_errand(self, self.outlook, "push", self.outlook.desk.push_participants)

    def action_results(self) -> None:
        """Get results now."""
        run_errand(self, self.outlook, "get results", self.outlook.desk.pull_results)

    def action_undo(self) -> None:
        """Take back the newest change."""
        run_errand(self, self.outlook, "take anything back", self.outlook.desk.undo)

    @property
    def settled(self) -> bool:
        """Whether nothing is being read."""
        return not self._head.busy
