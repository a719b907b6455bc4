"""The console as an app: rooms, themes, one subscription to the desk, keys for every room."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.segment import Segments
from textual.command import Provider

from p88console.ui.actions import bindings, of_scopes, shown_key
from p88console.ui.alarm import Alarm, Ringing
from p88console.ui.desk import Desk
from p88console.ui.endings import heed
from p88console.ui.keymap import checked
from p88console.ui.outlook import Outlook
from p88console.ui.palette import ActionCommands
from p88console.ui.phrase import visible
from p88console.ui.prompt import PromptApp
from p88console.ui.rooms import ROOMS, SCOPES
from p88console.ui.screens.dialogs import Help, Leave
from p88console.ui.screens.errand import run_errand
from p88console.ui.screens.jump import Jump
from p88console.ui.screens.room import Room
from p88console.ui.theme import DARK, LIGHT, THEMES, fallback_variables
from p88console.ui.widgets.keybar import live_actions

log = logging.getLogger(__name__)


class ConsoleApp(PromptApp):
    """P88 Console on screen. The engine lives beside it, behind the desk."""

    TITLE = "P88 Console"
    CSS_PATH = Path(__file__).with_name("console.tcss")
    BINDINGS = bindings("console")
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionCommands}

    def __init__(
        self,
        desk: Desk,
        *,
        theme: str | None = None,
        keymap: Mapping[str, str] | None = None,
        ringing: Ringing | None = None,
        tick_s: float | None = 1.0,
        painted: Callable[[], None] = lambda: None,
    ) -> None:
        """Make the console over a desk.

        Args:
            desk: What the rooms read and act through.
            theme: The colour scheme to start with; an unknown one is told and replaced.
            keymap: Other keys for actions, by action id: `{"board.push": "P"}`; what cannot be
                used is told.
            ringing: How it calls for a person.
            tick_s: Machine seconds between ticks of the screen's clock; None when it is stepped by
                hand.
            painted: Called when the screen is there with what was read for it; not only once.
        """
        super().__init__()
        for one in THEMES:
            self.register_theme(one)
        self.outlook = Outlook(desk, self)
        self._unknown_theme = theme if theme and theme not in self.available_themes else None
        self.theme = theme if theme and not self._unknown_theme else DARK
        self._wanted_keymap = dict(keymap or {})
        self.alarm = Alarm(ringing or Ringing(), self.bell, self._desktop_notice)
        self._tick_s = tick_s
        self._ticks = 0
        self._painted = painted
        self._unwatch: Callable[[], None] = lambda: None
        self._unheed: Callable[[], None] = lambda: None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The console's own meanings, whatever theme is on."""
        return fallback_variables()

    def on_mount(self) -> None:
        """Open the first room and start to watch."""
        if self._unknown_theme:
            self.notify(f"No theme {self._unknown_theme!r}; {DARK} is on.", markup=False)
        keys, slips = checked(self._wanted_keymap, SCOPES)
        for slip in slips:
            self.notify(visible(slip), severity="warning", markup=False)
        self.set_keymap(dict(keys))
        self.outlook.headed.subscribe(self, lambda _: self._look_for_needs())
        for name, room in ROOMS.items():
            self.add_mode(name, partial(room, self.outlook))
        self.switch_mode(next(iter(ROOMS)))
        self._unwatch = self.outlook.desk.watch(self.outlook.changed.publish)
        if self._tick_s is not None:
            self.set_interval(self._tick_s, self.tick)
        self._unheed = heed(self.exit)

    def on_unmount(self) -> None:
        """Stop watching and give the signals back."""
        self._unwatch()
        self._unheed()

    def _fatal_error(self) -> None:
        """End and say where it broke, without the values that Textual would show: secrets too."""
        from rich.traceback import Traceback  # noqa: PLC0415  # Pygments too, for the day it breaks

        log.error("the console broke", exc_info=sys.exception())
        shown = Traceback(width=None, show_locals=False)
        self._exit_renderables.append(Segments(self.console.render(shown, self.console.options)))
        self._close_messages_no_wait()

    def tick(self) -> None:
        """A second has passed: clocks, ages and countdowns move on."""
        self._ticks += 1
        self.alarm.tick(self._ticks)
        self.outlook.ticked.publish(self._ticks)

    def _look_for_needs(self) -> None:
        self.call_after_refresh(self._painted)
        facts = self.outlook.facts
        if facts is None:
            return
        needs = facts.needs_you + self.outlook.faults.has("engine")
        of = f" · {facts.event_name}" if facts.event_name else ""
        rang = self.alarm.on
        self.alarm.look(needs, f"P88 Console: {needs} need{'s' * (needs == 1)} you{of}")
        if rang != self.alarm.on:
            self.screen.refresh_bindings()

    def _desktop_notice(self, words: str) -> None:
        """Ask the terminal for a desktop notice; one that knows none ignores it (OSC 9)."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(f"\x1b]9;{words}\x07")

    def action_quiet(self) -> None:
        """It was heard."""
        self.alarm.heard()
        self.screen.refresh_bindings()

    def action_jump(self) -> None:
        """Put a letter on everything that can be gone to."""
        room = self.screen
        if isinstance(room, Room):
            self.push_screen(Jump(room.places()))

    def action_colours(self) -> None:
        """Change between the dark and the light scheme."""
        self.theme = LIGHT if self.theme == DARK else DARK

    def action_read_again(self) -> None:
        """Read everything on screen anew, and paint it anew."""
        if isinstance(self.screen, Room):
            self.screen.read_everything()
        self.refresh(layout=True)

    def action_start_engine(self) -> None:
        """Start the engine after a fault."""

        async def start() -> str:
            await self.outlook.desk.restart_engine()
            self.outlook.look_at_engine()
            return (
                "The engine runs again."
                if not self.outlook.faults.has("engine")
                else "It stopped again."
            )

        run_errand(self.screen, self.outlook, "start the engine", start)

    def action_help(self) -> None:
        """Explain the keys of the room, and which apply now."""
        room = self.screen
        if not isinstance(room, Room):
            return
        keys = {action.id: shown_key(live.binding.key) for action, live in live_actions(room)}
        actions = list(of_scopes(*room.scopes, "grid", "console"))
        self.push_screen(Help(actions, keys, room.situation()))

    async def action_quit(self) -> None:
        """Leave; while anything is unsent, only after a warning."""
        facts = self.outlook.facts
        if facts is None or not facts.unsent or self.outlook.desk.read_only:
            self.exit()
            return
        self.push_screen(Leave(facts, self.outlook.moment), lambda go: self.exit() if go else None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that do not apply just now are grey."""
        if action == "quiet":
            return True if self.alarm.on else None
        room = self.screen_stack[0] if self.screen_stack else None
        if isinstance(room, Room) and not parameters:
            blocked = any(
                one.do == action and one.when(room.situation()) for one in of_scopes("console")
            )
            return None if blocked else True
        return True
