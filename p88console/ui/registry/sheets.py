"""What can be done in the sheets that open on top of a room."""

from __future__ import annotations

from p88console.ui.action import (
    CONSOLE,
    JOBS,
    MOVE,
    SYNC,
    VIEW,
    Action,
    always,
    changes,
    on_a_job,
    on_a_row,
    on_a_stop,
    on_an_open_job,
    past_the_guard,
)

JOB_STORY = (
    Action("story.retry", "t", "retry now", "Make this job due now.", JOBS, on_a_job, 2),
    Action("story.cancel", "x", "cancel", "Cancel this job.", JOBS, on_an_open_job, 3),
    Action("story.read_again", "ctrl+l", "read again", "Read the story anew.", VIEW),
    Action("story.close", "escape,enter,q", "close", "Back.", VIEW, always, 1),
)

ATTEMPT = (
    Action("attempt.retry", "t", "retry now", "Make its job due now.", JOBS, on_a_job, 2),
    Action("attempt.cancel", "x", "cancel", "Cancel its job.", JOBS, on_an_open_job, 3),
    Action("attempt.job", "j", "job", "Its job's whole story.", JOBS, on_a_row, 4),
    Action("attempt.read_again", "ctrl+l", "read again", "Read the attempt anew.", VIEW),
    Action("attempt.close", "escape,enter,q", "close", "Back.", VIEW, always, 1),
)

PERSON = (
    Action("person.read_again", "ctrl+l", "read again", "Read the story anew.", VIEW),
    Action("person.close", "escape,enter,q", "close", "Back.", VIEW, always, 1),
)

PUBLISH = (
    Action("publish.publish", "y", "publish", "Let what is shown go out.", SYNC, past_the_guard, 1),
    Action(
        "publish.accept",
        "a",
        "accept stop",
        "Pass the first stop.",
        SYNC,
        on_a_stop,
        3,
    ),
    Action("publish.official", "o", "official", "Official, or not.", SYNC, changes, 4),
    Action("publish.tell", "n", "tell runners", "Have runners told, or not.", SYNC, changes, 5),
    Action("publish.previous", "b", "one back", "The version before, once more.", SYNC, changes, 6),
    Action("publish.unpublish", "w", "withdraw", "Take them from the public.", SYNC, changes, 7),
    Action("publish.read_again", "ctrl+l", "read again", "Look again.", VIEW),
    Action("publish.close", "escape,q", "close", "Send nothing.", VIEW, always, 2),
)

LEADERS = (
    Action("leaders.more", "right", "more", "More of each group.", VIEW, always, 2, prompt=True),
    Action("leaders.fewer", "left", "fewer", "Fewer of each group.", VIEW, always, 3, prompt=True),
    Action("leaders.read_again", "ctrl+l", "read again", "Read it anew.", VIEW),
    Action("leaders.close", "escape,a,enter,q", "close", "Back.", VIEW, always, 1),
)

QUESTIONS = (
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

PICK = (
    Action("pick.choose", "enter", "choose", "Take this one.", VIEW, on_a_row, 1, prompt=True),
    Action("pick.close", "escape", "close", "Leave it as it is.", VIEW, always, 1),
    Action("pick.up", "up", "up", "One up.", MOVE),
    Action("pick.down", "down", "down", "One down.", MOVE),
    Action("pick.page_up", "pageup", "page up", "One page up.", MOVE),
    Action("pick.page_down", "pagedown", "page down", "One page down.", MOVE),
)

FORM = (
    Action("form.send", "ctrl+s", "save", "Do it with what is typed.", CONSOLE, always, 1),
    Action("form.close", "escape", "leave", "Back, without doing anything.", VIEW, always, 2),
    Action("form.next", "tab,down", "next", "To the next line.", MOVE, always, 3),
    Action("form.previous", "up,shift+tab", "back", "To the line above.", MOVE),
)
