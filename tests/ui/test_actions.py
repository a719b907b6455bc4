"""The registry: every key once, every id once, every action answered by somebody."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from p88console.domain.inbox import CHOICES
from p88console.ui import rooms
from p88console.ui.action import Situation
from p88console.ui.actions import ACTIONS, bindings, obstacle, of_scopes, shown_key
from p88console.ui.app import ConsoleApp
from p88console.ui.screens.agenda import Agenda
from p88console.ui.screens.attempt import AttemptSheet
from p88console.ui.screens.board import Board
from p88console.ui.screens.columns import Columns
from p88console.ui.screens.day import DaySheet
from p88console.ui.screens.deeds import DeedsSheet
from p88console.ui.screens.dialogs import Ask, Help, Leave
from p88console.ui.screens.doctor import DoctorSheet
from p88console.ui.screens.form import Form
from p88console.ui.screens.history import History
from p88console.ui.screens.inbox import Inbox
from p88console.ui.screens.item import ItemSheet
from p88console.ui.screens.job import JobStory
from p88console.ui.screens.jump import Jump
from p88console.ui.screens.leaders import LeadersSheet
from p88console.ui.screens.person import PersonSheet
from p88console.ui.screens.pick import Pick
from p88console.ui.screens.plan import PlanSheet
from p88console.ui.screens.publish import PublishSheet
from p88console.ui.screens.results import Results
from p88console.ui.screens.roster import Roster
from p88console.ui.screens.setup import Setup
from p88console.ui.widgets.grid import Grid

LISTS: tuple[type, ...] = (Roster, Results, Inbox, History, Setup)
ROOMS: tuple[type, ...] = (Board, *LISTS)
ANSWERING: dict[str, tuple[type, ...]] = {
    "sync": ROOMS,
    "view": ROOMS,
    "go": ROOMS,
    "list": LISTS,
    "board": (Board,),
    "roster": (Roster,),
    "people": (Roster, PersonSheet),
    "walkup": (Roster,),
    "results": (Results,),
    "publish": (PublishSheet,),
    "history": (History,),
    "inbox": (Inbox,),
    "item": (ItemSheet,),
    "form": (Form,),
    "setup": (Setup,),
    "start": (Board, Setup),
    "doctor": (DoctorSheet,),
    "hand": (*ROOMS, PersonSheet),
    "attempt": (AttemptSheet,),
    "person": (PersonSheet,),
    "columns": (Columns,),
    "jump": (Jump,),
    "day": (DaySheet,),
    "deeds": (DeedsSheet,),
    "leaders": (LeadersSheet,),
    "plan": (PlanSheet,),
    "agenda": (Agenda,),
    "pick": (Pick,),
    "grid": (Grid,),
    "console": (ConsoleApp,),
    "story": (JobStory,),
    "ask": (Ask,),
    "leave": (Leave,),
    "sheet": (Help,),
}


def test_every_action_is_answered() -> None:
    for action in ACTIONS:
        method = f"action_{action.do.partition('(')[0]}"
        assert all(hasattr(one, method) for one in ANSWERING[action.scope])


def test_every_door_leads_to_a_room() -> None:
    assert [f"room('{name}')" for name in rooms.ROOMS] == [one.do for one in of_scopes("go")]


def test_ids_and_keys_are_used_once() -> None:
    assert max(Counter(action.id for action in ACTIONS).values()) == 1
    for room in ROOMS:
        scopes = (*room.scopes, "grid", "console")  # type: ignore[attr-defined]  # every room has them
        found = (one for one in of_scopes(*scopes) if one.scope != "inbox")
        together = [key for one in found for key in one.key.split(",")]
        assert max(Counter(key for key in together if key).values()) == 1


@pytest.mark.parametrize("scope", ["inbox", "item"])
def test_a_key_of_the_inbox_means_one_thing_for_each_kind(scope: str) -> None:
    around = of_scopes("view", "list", "hand", "go", "grid", "console", "sync")
    elsewhere = {key for one in around for key in one.key.split(",")}
    for choices in CHOICES.values():
        now = Situation(rows=1, one=True, decisions=frozenset(choices), somebody=True)
        keys = [one.key for one in of_scopes(scope) if not one.when(now)]
        assert max(Counter(keys).values()) == 1
        assert scope == "item" or not elsewhere & set(keys)


def test_every_key_can_be_rebound() -> None:
    made = [one for scope in ANSWERING for one in bindings(scope)]
    assert all(getattr(one, "id", None) for one in made)


def test_every_action_explains_itself() -> None:
    assert all(action.label and action.help.endswith(".") for action in ACTIONS)


@pytest.mark.parametrize(
    ("do", "situation", "reason"),
    [
        ("push", Situation(), ""),
        ("push", Situation(read_only=True), "this console only looks on"),
        ("push", Situation(accounts=False), "there is no account yet"),
        ("retry", Situation(rows=3), ""),
        ("retry", Situation(), "there is no row here"),
        ("cancel", Situation(rows=3, cancellable=True), ""),
        ("cancel", Situation(rows=3), "what has happened stays"),
        ("put_away", Situation(), "there is nothing to put away"),
        ("no_such_action", Situation(), ""),
    ],
)
def test_what_does_not_apply_says_why(do: str, situation: Situation, reason: str) -> None:
    assert obstacle(Board.scopes, do, situation) == reason


def test_keys_are_told_by_their_names() -> None:
    assert [shown_key(key) for key in ("question_mark", "ctrl+p", "enter", "slash", "p")] == [
        "?",
        "ctrl+p",
        "enter",
        "/",
        "p",
    ]


def test_drawing_loads_nothing_of_the_engine_room() -> None:
    heavy = ["sqlmodel", "sqlalchemy", "httpx", "apscheduler", "keyring", "p88console.runtime"]
    code = f"import sys, p88console.ui.app; print([n for n in {heavy!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
