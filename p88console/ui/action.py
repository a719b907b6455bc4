"""What an action is, and what decides whether it applies at the moment a key is pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Situation:
    """What a screen looks like at the moment a key is about to be pressed."""

    read_only: bool = False
    engine_down: bool = False
    accounts: bool = True
    """Whether there is any account to work with."""
    event: bool = True
    """Whether there is an event that the lists are about."""
    thing: str = ""
    """What the cursor of the Setup is on: `account`, `event`, `partner`."""
    links: bool = False
    """Whether that is an event of registration, which can be tied to scoring."""
    rows: int = 0
    """Rows in the pane that has the focus."""
    cancellable: bool = False
    """Whether that pane's rows are jobs that could still be cancelled."""
    typing: bool = False
    """Whether letters go into a filter."""
    stops: int = 0
    """Findings of the guard that nobody has accepted."""
    decisions: frozenset[str] = frozenset()
    """What can be decided about everything that the cursor or the marks name."""
    one: bool = False
    """Whether the cursor or the marks name just one thing."""
    somebody: bool = False
    """Whether a person stands behind the row under the cursor."""
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


def on_a_draft(situation: Situation) -> str:
    """It is about what would be published."""
    return changes(situation) or ("" if situation.rows else "there is nothing to publish")


def past_the_guard(situation: Situation) -> str:
    """It publishes: not past a stop that nobody has accepted."""
    stopped = f"{situation.stops} to be seen and accepted first" if situation.stops else ""
    return on_a_draft(situation) or stopped


def on_a_stop(situation: Situation) -> str:
    """It passes a finding that stops."""
    return changes(situation) or ("" if situation.stops else "nothing stops it")


def decided_by(decision: str, *, alone: bool = False) -> Condition:
    """It decides what waits in the inbox, where the matter can be decided that way."""

    def obstacle(situation: Situation) -> str:
        if decision in situation.decisions and (situation.one or not alone):
            return changes(situation)
        return on_a_job(situation) or "this is decided otherwise"

    return obstacle


def on_somebody(situation: Situation) -> str:
    """It changes the person behind a row."""
    return changes(situation) or about_somebody(situation)


def walk_ups(situation: Situation) -> str:
    """It registers somebody for an event."""
    return changes(situation) or ("" if situation.event else "there is no event yet")


def on_an_account(situation: Situation) -> str:
    """It is about an account."""
    there = situation.thing == "account"
    return changes(situation) or ("" if there else "the cursor is on no account")


def on_an_event(situation: Situation) -> str:
    """It ties an event of registration."""
    return changes(situation) or ("" if situation.links else "the cursor is on no such event")


def at_the_start(situation: Situation) -> str:
    """It is a way on from a console with nothing configured."""
    return changes(situation) or ("something is set up already" if situation.accounts else "")


def about_somebody(situation: Situation) -> str:
    """It is about the person behind a row."""
    return "" if situation.somebody else "there is nobody behind this row"


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
    prompt: bool = False
    """Whether it is done before the next key is looked at, so that fast typing loses nothing."""
    call: str = ""
    """The method with its argument, where several actions share one: `room('board')`."""

    @property
    def scope(self) -> str:
        """Which screen or widget answers to it."""
        return self.id.partition(".")[0]

    @property
    def do(self) -> str:
        """The name of the method that does it, without `action_`, or the whole call."""
        return self.call or self.id.partition(".")[2]


SYNC, DECIDE, JOBS, VIEW, SETUP = "Sync", "Decide", "Jobs", "View", "Setup"
MOVE, ROOMS, CONSOLE = "Move", "Rooms", "Console"
"""The groups that help and palette sort actions into."""
