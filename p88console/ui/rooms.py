"""The console's rooms, in the order of their keys."""

from __future__ import annotations

from p88console.ui.screens.board import Board
from p88console.ui.screens.history import History
from p88console.ui.screens.inbox import Inbox
from p88console.ui.screens.results import Results
from p88console.ui.screens.room import Room
from p88console.ui.screens.roster import Roster
from p88console.ui.screens.setup import Setup

ROOMS: dict[str, type[Room]] = {
    "board": Board,
    "roster": Roster,
    "results": Results,
    "inbox": Inbox,
    "history": History,
    "setup": Setup,
}
"""Each room by the name of its mode; the first is where the console opens."""

SCOPES = [(*room.scopes, "grid", "console") for room in ROOMS.values()]
"""For each room, the scopes whose actions answer in it."""
