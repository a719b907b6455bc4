"""What can be decided in the inbox, in its list and on the sheet of one item."""

from __future__ import annotations

from p88console.domain.inbox import Decision
from p88console.ui.action import DECIDE, VIEW, Action, about_somebody, always, decided_by


def _deciding(scope: str) -> tuple[Action, ...]:
    def way(
        decision: Decision,
        key: str,
        label: str,
        about: str,
        rank: int,
        name: str = "",
        *,
        alone: bool = False,
    ) -> Action:
        return Action(
            f"{scope}.{name or decision.value}",
            key,
            label,
            about,
            DECIDE,
            decided_by(decision, alone=alone),
            rank,
            hides=True,
        )

    return (
        way(Decision.MINE, "m", "mine", "Keep what stands here.", 2),
        way(Decision.THEIRS, "t", "theirs", "Take the provider's value.", 3),
        way(Decision.VALUE, "v", "type", "Type another value.", 4, alone=True),
        way(Decision.MINE, "M", "always mine", "Mine for this field from now on.", 9, "all_mine"),
        way(
            Decision.THEIRS,
            "T",
            "always theirs",
            "Theirs for this field from now on.",
            10,
            "all_theirs",
        ),
        way(Decision.CONFIRM, "c", "confirm", "It is so: they are gone, or it is done.", 2),
        way(Decision.KEEP, "k", "keep", "Leave it as it is: they stay, or all wear it.", 3),
        way(Decision.RETRY, "t", "retry", "Try it again.", 4),
        way(Decision.DROP, "x", "give up", "Settle it without doing anything more.", 5),
        Action(
            f"{scope}.who",
            "w",
            "who",
            "The whole story of the person behind it.",
            VIEW,
            about_somebody,
            8,
        ),
    )


INBOX = _deciding("inbox")

ITEM = (
    *_deciding("item"),
    Action("item.read_again", "ctrl+l", "read again", "Read the item anew.", VIEW),
    Action("item.close", "escape,enter,q", "close", "Back.", VIEW, always, 1),
)
