"""Everything a key can do, once: bindings, palette, key bar and help are all made from here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from textual.binding import Binding, BindingType
from textual.keys import format_key

from p88console.ui.action import Action, Situation
from p88console.ui.registry import inbox, people, rooms, setup, sheets, work

ACTIONS: tuple[Action, ...] = (
    *rooms.SYNCS,
    *work.PLANNING,
    *rooms.BOARD,
    *work.BOARD_WORK,
    *rooms.GRID,
    *work.MARKING,
    *rooms.VIEWS,
    *work.DAY,
    *work.DEEDS,
    *rooms.LISTS,
    *work.LOOKS,
    *rooms.ROSTER,
    *people.PEOPLE,
    *people.WALK_UPS,
    *rooms.RESULTS,
    *rooms.HISTORY,
    *inbox.INBOX,
    *setup.SETTING_UP,
    *setup.STARTING,
    *setup.DOCTOR,
    *rooms.HAND,
    *rooms.DOORS,
    *rooms.CONSOLES,
    *work.SIGNALS,
    *sheets.JOB_STORY,
    *work.STORY_WORK,
    *work.PLAN_SHEET,
    *work.SCHEDULE_SHEET,
    *work.DAY_SHEET,
    *work.DEEDS_SHEET,
    *work.COLUMNS_SHEET,
    *work.JUMP,
    *sheets.ATTEMPT,
    *sheets.PERSON,
    *inbox.ITEM,
    *sheets.PUBLISH,
    *sheets.LEADERS,
    *sheets.QUESTIONS,
    *sheets.PICK,
    *sheets.FORM,
)

_SPELT = {"backspace": "backspace", "enter": "enter", "escape": "escape"}
_BY_METHOD = {(action.scope, action.do): action for action in ACTIONS}


@cache
def of_scopes(*scopes: str) -> Sequence[Action]:
    """The actions that one screen or widget answers to, in the registry's order."""
    return tuple(action for action in ACTIONS if action.scope in scopes)


def bindings(*scopes: str) -> list[BindingType]:
    """The keys of some scopes, each with the id by which a keymap rebinds it."""
    return [
        Binding(
            action.key,
            action.do,
            action.label,
            show=bool(action.rank),
            tooltip=action.help,
            priority=action.prompt,
            id=action.id,
        )
        for action in of_scopes(*scopes)
        if action.key
    ]


def shown_key(key: str) -> str:
    """A key as it is told on screen: `?`, `enter`, `ctrl+p`."""
    *held, last = key.split("+")
    return "+".join([*held, _SPELT.get(last) or format_key(last)])


def obstacle(scopes: Sequence[str], do: str, situation: Situation) -> str:
    """Why an action does not apply just now; empty when it does or is not of the registry."""
    found = (_BY_METHOD.get((scope, do)) for scope in scopes)
    return next((action.when(situation) for action in found if action), "")
