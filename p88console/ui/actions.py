"""Everything a key can do, once: bindings, palette, key bar and help are all made from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType
from textual.keys import format_key


@dataclass(frozen=True, slots=True)
class Situation:
    """What a screen looks like at the moment a key is about to be pressed."""

    read_only: bool = False
    engine_down: bool = False
    accounts: bool = True
    """Whether there is any account to work with."""
    rows: int = 0
    """Rows in the pane that has the focus."""
    cancellable: bool = False
    """Whether that pane's rows are jobs that could still be cancelled."""
    typing: bool = False
    """Whether letters go into a filter."""
    something_to_put_away: bool = False
    """A filter, marks, or a fault that was read."""


Condition = Callable[[Situation], str]
"""Why an action does not apply just now; empty when it does."""


def always(_: Situation) -> str:
    """It always applies."""
    return ""


def changes(situation: Situation) -> str:
    """It changes something: not for a console that only looks on."""
    return "this console only looks on" if situation.read_only else ""


def syncs(situation: Situation) -> str:
    """It has an account do something."""
    return changes(situation) or ("" if situation.accounts else "there is no account yet")


def on_a_row(situation: Situation) -> str:
    """It needs a row to work on."""
    return "" if situation.rows else "there is no row here"


def on_a_job(situation: Situation) -> str:
    """It changes a job that the cursor or the marks name."""
    return changes(situation) or on_a_row(situation)


def on_an_open_job(situation: Situation) -> str:
    """It stops a job, which is too late for one of the history."""
    return on_a_job(situation) or ("" if situation.cancellable else "what has happened stays")


def on_a_stopped_engine(situation: Situation) -> str:
    """It starts the engine again."""
    return changes(situation) or ("" if situation.engine_down else "the engine runs")


def not_while_typing(situation: Situation) -> str:
    """It opens the line that is already open."""
    return "the filter is open" if situation.typing else ""


def with_something_put_up(situation: Situation) -> str:
    """It clears a filter, marks, or a fault that was read."""
    return "" if situation.something_to_put_away else "there is nothing to put away"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that the operator can do."""

    id: str
    """`scope.name`; a keymap rebinds by it, and the scope says which screen answers."""
    key: str
    """Its keys, by the framework's names; empty for the palette alone."""
    label: str
    help: str
    group: str
    when: Condition = always
    rank: int = 0
    """Its claim on the key bar, 1 the strongest; 0 is never shown there."""
    hides: bool = False
    """Whether it is not shown at all while it does not apply."""

    @property
    def scope(self) -> str:
        """Which screen or widget answers to it."""
        return self.id.partition(".")[0]

    @property
    def do(self) -> str:
        """The name of the method that does it, without `action_`."""
        return self.id.partition(".")[2]


SYNC, JOBS, VIEW, MOVE, CONSOLE = "Sync", "Jobs", "View", "Move", "Console"

ACTIONS: tuple[Action, ...] = (
    Action("board.push", "p", "push", "Send to scoring what it lacks.", SYNC, syncs, 3),
    Action("board.get", "g", "get", "Get participants from registration now.", SYNC, syncs, 4),
    Action("board.results", "r", "results", "Get results from scoring now.", SYNC, syncs, 5),
    Action(
        "board.retry",
        "t",
        "retry",
        "Make the marked jobs, or this one, due now.",
        JOBS,
        on_a_job,
        6,
    ),
    Action(
        "board.cancel",
        "x",
        "cancel",
        "Cancel the marked jobs, or this one.",
        JOBS,
        on_an_open_job,
        7,
    ),
    Action(
        "grid.mark",
        "space",
        "mark",
        "Mark this row for the next retry or cancel.",
        JOBS,
        on_a_row,
        10,
    ),
    Action("grid.open", "enter", "open", "The whole story of this row's job.", JOBS, on_a_row, 11),
    Action(
        "board.filter",
        "slash",
        "filter",
        "Show only rows that contain a text.",
        VIEW,
        not_while_typing,
        8,
        hides=True,
    ),
    Action(
        "board.freeze", "f", "freeze", "Hold the view still; the work goes on.", VIEW, always, 9
    ),
    Action(
        "board.put_away",
        "escape",
        "clear",
        "Clear the filter, the marks, or a fault that was read.",
        VIEW,
        with_something_put_up,
        2,
        hides=True,
    ),
    Action("console.read_again", "ctrl+l", "read again", "Read everything on screen anew.", VIEW),
    Action(
        "console.colours", "", "colours", "Change between the dark and the light colours.", VIEW
    ),
    Action("board.next_pane", "right,tab", "next pane", "To the pane at the right.", MOVE),
    Action(
        "board.previous_pane", "left,shift+tab", "previous pane", "To the pane at the left.", MOVE
    ),
    Action("grid.up", "up", "up", "One row up.", MOVE),
    Action("grid.down", "down", "down", "One row down.", MOVE),
    Action("grid.page_up", "pageup", "page up", "One page up.", MOVE),
    Action("grid.page_down", "pagedown", "page down", "One page down.", MOVE),
    Action("grid.home", "home", "top", "To the top, and stay there as rows arrive.", MOVE),
    Action("grid.end", "end", "bottom", "To the last row.", MOVE),
    Action(
        "console.start_engine",
        "ctrl+e",
        "start engine",
        "Start the engine after a fault.",
        CONSOLE,
        on_a_stopped_engine,
        2,
        hides=True,
    ),
    Action(
        "console.help",
        "question_mark",
        "help",
        "These keys, and what applies now.",
        CONSOLE,
        always,
        1,
    ),
    Action(
        "console.command_palette",
        "ctrl+p",
        "palette",
        "Find an action by its name.",
        CONSOLE,
        always,
        12,
    ),
    Action(
        "console.quit",
        "q,ctrl+q",
        "quit",
        "Leave; warns while anything is unsent.",
        CONSOLE,
        always,
        1,
    ),
    Action("story.retry", "t", "retry now", "Make this job due now.", JOBS, on_a_job, 2),
    Action("story.cancel", "x", "cancel", "Cancel this job.", JOBS, on_an_open_job, 3),
    Action("story.read_again", "ctrl+l", "read again", "Read the story anew.", VIEW),
    Action("story.close", "escape,enter,q", "close", "Back to the board.", VIEW, always, 1),
    Action("ask.yes", "enter,y", "yes", "Do it.", CONSOLE, always, 1),
    Action("ask.no", "escape,n", "no", "Leave everything as it is.", CONSOLE, always, 1),
    Action(
        "leave.go",
        "q,enter",
        "quit",
        "Quit; the work continues at the next start.",
        CONSOLE,
        always,
        1,
    ),
    Action("leave.stay", "escape", "stay", "Back to the console.", CONSOLE, always, 1),
    Action("sheet.close", "escape,question_mark,enter,q", "close", "Back.", VIEW, always, 1),
)

_SPELT = {"enter": "enter", "escape": "escape"}
_BY_METHOD = {(action.scope, action.do): action for action in ACTIONS}


def of_scopes(*scopes: str) -> Iterable[Action]:
    """The actions that one screen or widget answers to, in the registry's order."""
    return (action for action in ACTIONS if action.scope in scopes)


def bindings(scope: str) -> list[BindingType]:
    """The keys of one scope, each with the id by which a keymap rebinds it."""
    return [
        Binding(
            action.key,
            action.do,
            action.label,
            show=bool(action.rank),
            tooltip=action.help,
            id=action.id,
        )
        for action in of_scopes(scope)
        if action.key
    ]


def shown_key(key: str) -> str:
    """A key as it is told on screen: `?`, `enter`, `ctrl+p`."""
    *held, last = key.split("+")
    return "+".join([*held, _SPELT.get(last) or format_key(last)])


def obstacle(scope: str, do: str, situation: Situation) -> str:
    """Why an action does not apply just now; empty when it does or is not of the registry."""
    action = _BY_METHOD.get((scope, do))
    return action.when(situation) if action else ""
