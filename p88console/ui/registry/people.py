"""What can be done to people, in the list of them and on the sheet of one."""

from __future__ import annotations

from p88console.ui.action import DECIDE, Action, on_somebody, walk_ups

PEOPLE = (
    Action("people.bib", "b", "bib", "Give this person a bib.", DECIDE, on_somebody, 5),
    Action("people.edit", "i", "edit", "Change this person's fields.", DECIDE, on_somebody, 6),
    Action(
        "people.swap",
        "s",
        "swap bibs",
        "Let the two marked people, or this one and another, wear each other's bib.",
        DECIDE,
        on_somebody,
        12,
    ),
)

WALK_UPS = (
    Action("walkup.walk_up", "n", "walk-up", "Register somebody here.", DECIDE, walk_ups, 7),
)
