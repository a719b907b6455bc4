"""What can be done about work to come: plans, jobs put off, lanes held, the schedule."""

from __future__ import annotations

from p88console.ui.action import (
    CONSOLE,
    JOBS,
    MOVE,
    SYNC,
    VIEW,
    Action,
    always,
    on_a_draft,
    on_a_job,
    on_a_row,
    on_an_open_job,
    syncs,
)

PLANNING = (
    Action(
        "sync.plan",
        "d",
        "plan first",
        "See what scoring would be told, person by person; nothing goes out.",
        SYNC,
        always,
        3,
    ),
)

BOARD_WORK = (
    Action(
        "board.snooze",
        "s",
        "snooze",
        "Put the marked jobs, or this one, off for a while.",
        JOBS,
        on_an_open_job,
        9,
    ),
    Action("board.hold", "h", "hold", "Hold an account's lane, or let it go on.", JOBS, syncs, 10),
    Action(
        "board.needing",
        "n",
        "needs me",
        "Show only what waits for a person, or everything again.",
        VIEW,
        always,
        9,
    ),
    Action(
        "board.schedule",
        "w",
        "schedule",
        "What runs by itself: last success, next due, run now, leave out.",
        VIEW,
        always,
        11,
    ),
)

MARKING = (
    Action(
        "grid.mark_all",
        "ctrl+a",
        "mark all",
        "Mark every row that the filter shows, or none.",
        JOBS,
        on_a_row,
    ),
)

PLAN_SHEET = (
    Action("plan.push", "p", "push this", "Send what is shown.", SYNC, on_a_draft, 2),
    Action("plan.read_again", "ctrl+l", "plan again", "Look again.", VIEW),
    Action("plan.close", "escape,enter,q", "close", "Send nothing.", VIEW, always, 1),
)

SCHEDULE_SHEET = (
    Action("agenda.run_now", "t,enter", "run now", "Queue this run at once.", SYNC, on_a_job, 2),
    Action("agenda.skip", "x", "leave out", "Leave this run out once.", SYNC, on_a_job, 3),
    Action("agenda.read_again", "ctrl+l", "read again", "Read the schedule anew.", VIEW),
    Action("agenda.close", "escape,q", "close", "Back.", VIEW, always, 1),
)

STORY_WORK = (
    Action("story.snooze", "s", "snooze", "Put this job off for a while.", JOBS, on_an_open_job, 4),
)

LOOKS = (
    Action(
        "list.columns", "ctrl+t", "columns", "Choose which columns the list shows.", VIEW, always
    ),
)

COLUMNS_SHEET = (
    Action(
        "columns.switch",
        "space,enter",
        "show or hide",
        "Show this column, or not.",
        VIEW,
        on_a_row,
        1,
    ),
    Action("columns.close", "escape,q", "close", "Back; the choice is kept.", VIEW, always, 2),
)

JUMP = (Action("jump.close", "escape,ctrl+o", "stay", "Jump nowhere.", VIEW, always, 1),)

SIGNALS = (
    Action("console.jump", "ctrl+o", "jump", "To any place on screen by one letter.", MOVE, always),
    Action(
        "console.quiet",
        "backspace",
        "quiet",
        "I have heard it: stop ringing until something else needs a person.",
        CONSOLE,
        always,
        1,
        hides=True,
    ),
)

DAY = (
    Action(
        "view.day",
        "y",
        "day",
        "The day as a timeline, with guns and outages, queue and answers.",
        VIEW,
    ),
)

DEEDS = (
    Action(
        "view.deeds",
        "L",
        "action log",
        "What was done by hand, in which order, and what became of it.",
        VIEW,
    ),
)

DEEDS_SHEET = (
    Action("deeds.open", "enter", "open", "The whole story of this job.", VIEW, on_a_row, 2),
    Action("deeds.read_again", "ctrl+l", "read again", "Read it anew.", VIEW),
    Action("deeds.close", "escape,L,q", "close", "Back.", VIEW, always, 1),
)

DAY_SHEET = (
    Action("day.longer", "right", "longer", "Look further back.", VIEW, always, 2, prompt=True),
    Action("day.shorter", "left", "shorter", "Look less far back.", VIEW, always, 3, prompt=True),
    Action("day.read_again", "ctrl+l", "read again", "Read it anew.", VIEW),
    Action("day.close", "escape,y,enter,q", "close", "Back.", VIEW, always, 1),
)
