"""What can be done in the rooms of the console and in the tables that stand in them."""

from __future__ import annotations

from p88console.ui.action import (
    CONSOLE,
    DECIDE,
    JOBS,
    MOVE,
    ROOMS,
    SYNC,
    VIEW,
    Action,
    always,
    changes,
    not_while_typing,
    on_a_job,
    on_a_row,
    on_a_stopped_engine,
    on_an_open_job,
    syncs,
    with_something_put_up,
)

SYNCS = (
    Action("sync.push", "p", "push", "Send to scoring what it lacks.", SYNC, syncs, 3),
    Action("sync.get", "g", "get", "Get participants from registration now.", SYNC, syncs, 4),
    Action("sync.results", "r", "results", "Get results from scoring now.", SYNC, syncs, 5),
)

BOARD = (
    Action(
        "board.retry",
        "t",
        "retry",
        "Make the marked jobs, or this one, due now.",
        JOBS,
        on_a_job,
        7,
    ),
    Action(
        "board.cancel",
        "x",
        "cancel",
        "Cancel the marked jobs, or this one.",
        JOBS,
        on_an_open_job,
        8,
    ),
    Action("board.next_pane", "right,tab", "next pane", "To the pane at the right.", MOVE),
    Action(
        "board.previous_pane", "left,shift+tab", "previous pane", "To the pane at the left.", MOVE
    ),
)

LISTS = (
    Action(
        "list.next_facet",
        "right,tab",
        "narrow",
        "Narrow the list to the next of the words above it.",
        VIEW,
        rank=11,
    ),
    Action(
        "list.previous_facet",
        "left,shift+tab",
        "narrow back",
        "Narrow the list to the word before.",
        VIEW,
    ),
    Action("list.event", "e", "event", "Choose one event, or all of them.", VIEW, always, 8),
)

ROSTER = (
    Action("roster.order", "o", "order", "Choose what the list is sorted by.", VIEW, always, 10),
    Action(
        "roster.since",
        "c",
        "changed since",
        "Choose from when on a change counts, and see who changed.",
        VIEW,
        always,
        12,
    ),
)

RESULTS = (
    Action(
        "results.publish",
        "u",
        "publish",
        "See what would be published and what the guard says.",
        SYNC,
        syncs,
        6,
    ),
    Action(
        "results.leaders",
        "a",
        "announce",
        "The first by sex and category, to be read out.",
        VIEW,
        always,
        7,
    ),
)

HISTORY = (
    Action(
        "history.retry",
        "t",
        "retry",
        "Make the jobs of the marked attempts, or of this one, due now.",
        JOBS,
        on_a_job,
        7,
    ),
    Action("history.account", "a", "account", "Choose one account, or all.", VIEW, always, 10),
)

HAND = (
    Action(
        "hand.undo",
        "z",
        "undo",
        "Take back your newest change; what was sent is compensated by a new push.",
        DECIDE,
        changes,
        13,
    ),
)

VIEWS = (
    Action(
        "view.filter",
        "slash",
        "find",
        "Show only rows that contain a text; digits are a bib.",
        VIEW,
        not_while_typing,
        6,
        hides=True,
        prompt=True,
    ),
    Action("view.freeze", "f", "freeze", "Hold the view still; the work goes on.", VIEW, rank=13),
    Action(
        "view.put_away",
        "escape",
        "clear",
        "Clear the filter, the marks, or a fault that was read.",
        VIEW,
        with_something_put_up,
        2,
        hides=True,
    ),
)

GRID = (
    Action("grid.mark", "space", "mark", "Mark this row for the next action.", JOBS, on_a_row, 14),
    Action("grid.open", "enter", "open", "The whole story of this row.", JOBS, on_a_row, 9),
    Action("grid.up", "up", "up", "One row up.", MOVE),
    Action("grid.down", "down", "down", "One row down.", MOVE),
    Action("grid.page_up", "pageup", "page up", "One page up.", MOVE),
    Action("grid.page_down", "pagedown", "page down", "One page down.", MOVE),
    Action("grid.home", "home", "top", "To the top, and stay there as rows arrive.", MOVE),
    Action("grid.end", "end", "bottom", "To the last row.", MOVE),
)


def _door(key: str, name: str, about: str) -> Action:
    call = f"room('{name}')"
    return Action(f"go.{name}", key, name, about, ROOMS, not_while_typing, prompt=True, call=call)


DOORS = (
    _door("1", "board", "The queue, retries and history, live, and every account's lane."),
    _door("2", "roster", "Every participant, found by bib or name."),
    _door("3", "results", "Standings, what moved, and how the finish goes on."),
    _door("4", "inbox", "What needs a person: conflicts, removals, refused rows, held work."),
    _door("5", "history", "Every attempt ever made, and what was answered."),
    _door("6", "setup", "Accounts, events and their links, partners, go / no-go, backups."),
)
"""The way to each room; the tabs are made from these."""

CONSOLES = (
    Action("console.read_again", "ctrl+l", "read again", "Read everything on screen anew.", VIEW),
    Action(
        "console.colours", "", "colours", "Change between the dark and the light colours.", VIEW
    ),
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
        15,
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
)
