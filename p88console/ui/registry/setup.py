"""What can be set up, and the three ways on from a console with nothing configured."""

from __future__ import annotations

from p88console.ui.action import (
    SETUP,
    VIEW,
    Action,
    Condition,
    always,
    at_the_start,
    changes,
    on_an_account,
    on_an_event,
)


def _about_one(name: str, key: str, label: str, about: str, when: Condition, rank: int) -> Action:
    return Action(f"setup.{name}", key, label, about, SETUP, when, rank, hides=True)


SETTING_UP = (
    Action("setup.add", "a", "add account", "Add an account and try it.", SETUP, changes, 1),
    Action(
        "setup.test",
        "t",
        "test call",
        "Make one harmless call.",
        SETUP,
        on_an_account,
        2,
        hides=True,
    ),
    Action("setup.link", "l", "link", "Tie to a scoring event.", SETUP, on_an_event, 2, hides=True),
    _about_one("discover", "v", "read events", "Read its events now.", on_an_account, 4),
    _about_one("hold", "h", "hold", "Hold its lane, or let it go on.", on_an_account, 6),
    _about_one("secrets", "k", "secrets", "Give it other secrets.", on_an_account, 5),
    _about_one("remove", "x", "remove", "Take it out of use.", on_an_account, 9),
    Action("setup.partner", "n", "new partner", "Add a timing partner.", SETUP, changes, 7),
    Action(
        "setup.check",
        "c",
        "go / no-go",
        "Look at everything that could spoil the morning, everybody asked now.",
        SETUP,
        always,
        3,
    ),
    Action("setup.backup", "B", "back up", "Copy everything into one file.", SETUP, changes, 10),
)

STARTING = (
    Action(
        "start.practice",
        "R",
        "practice race",
        "A whole race day on this laptop, in a home of its own.",
        SETUP,
        at_the_start,
        1,
        hides=True,
    ),
    Action(
        "start.account",
        "A",
        "add account",
        "Sign in at a provider, tried with one harmless call.",
        SETUP,
        at_the_start,
        2,
        hides=True,
    ),
    Action(
        "start.open",
        "O",
        "open a backup",
        "Go on from another laptop's file.",
        SETUP,
        at_the_start,
        3,
        hides=True,
    ),
)

DOCTOR = (
    Action("doctor.read_again", "ctrl+l", "look again", "Ask everybody anew.", VIEW, always, 2),
    Action("doctor.close", "escape,enter,q", "close", "Back.", VIEW, always, 1),
)
