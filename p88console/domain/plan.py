"""Plans of outward actions: what would be sent to a scoring system, person by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from p88console.domain.model import PushState

Values = Mapping[str, str | None]
"""A person as a scoring system sees them: field name → value, all text, `None` for absent."""


class Action(StrEnum):
    """What a plan does with one person."""

    CREATE = "create"
    UPDATE = "update"
    WITHDRAW = "withdraw"
    BLOCKED = "blocked"
    FREE = "free"
    """Take a bib from somebody who is no longer registered, for another person's sake."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person whose state here and state there may differ.

    `our_id` is the stable id they are sent under, `remote_id` the far side's own once it is known.
    `desired` is what the mirror wants the far side to hold; `acknowledged` what the far side was
    last seen to hold (None: never seen, or to take part again); `stopped` a reason why they must
    not be sent; `gone` that their registration no longer stands; `unseen` that a push has looked
    for them in vain before.
    """

    participant_id: int
    our_id: str
    remote_id: str | None
    desired: Values
    acknowledged: Values | None
    state: PushState
    mirror_hash: str
    stopped: str | None = None
    gone: bool = False
    unseen: bool = False
    raced: bool = False
    """The far side has a read or a result of them: their bib stays theirs there."""
    bare: str | None = None
    """What is told of them while they wear nothing there because a bib is on its way to them."""
    undecided: tuple[str, ...] = ()
    """Fields in conflict that stay as they are there until somebody decides."""

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        names = (self.desired.get("first_name"), self.desired.get("last_name"))
        return " ".join(name for name in names if name)


@dataclass(frozen=True, slots=True)
class Step:
    """One person's line in a plan."""

    action: Action
    candidate: Candidate
    reason: str = ""
    asks: bool = False
    """Blocked by something that nothing else in the inbox asks about."""

    @property
    def changes(self) -> dict[str, tuple[str | None, str | None]]:
        """Field by field what would change, (before, after)."""
        person = self.candidate
        if self.action is Action.WITHDRAW:
            return {}
        return differences(person.acknowledged, person.desired)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be sent to one far side, and everything that would not, with why."""

    steps: tuple[Step, ...] = ()
    settled: tuple[Candidate, ...] = ()
    """Candidates whose pushed fields agree with the far side after all: nothing to send."""

    def of(self, action: Action) -> tuple[Step, ...]:
        """The steps of one kind."""
        return tuple(step for step in self.steps if step.action is action)

    @property
    def outgoing(self) -> tuple[Step, ...]:
        """The steps that send something."""
        return tuple(step for step in self.steps if step.action in (Action.CREATE, Action.UPDATE))


def differences(before: Values | None, after: Values) -> dict[str, tuple[str | None, str | None]]:
    """Field by field what would change; an absent `before` makes every value a change."""
    held = before or {}
    if held == after:
        return {}
    return {
        name: (held.get(name), value) for name, value in after.items() if held.get(name) != value
    }


def make_plan(candidates: Iterable[Candidate], blocked: Mapping[int, str]) -> Plan:
    """Compare what each candidate should be with what the far side acknowledged.

    Args:
        candidates: Everyone whose state here may differ from the state there.
        blocked: Whom a bib that more than one person wears keeps from being sent, with the reason:
            neither may be sent until it is resolved.
    """
    steps: list[Step] = []
    settled: list[Candidate] = []
    for candidate in candidates:
        step = _step(candidate, blocked)
        if step is None:
            settled.append(candidate)
        else:
            steps.append(step)
    return Plan(tuple(steps), tuple(settled))


def _step(candidate: Candidate, blocked: Mapping[int, str]) -> Step | None:
    if candidate.gone:
        return Step(Action.WITHDRAW, candidate, candidate.stopped or "")
    if candidate.stopped:
        return Step(Action.BLOCKED, candidate, candidate.stopped)
    held = candidate.acknowledged
    if held is not None and not differences(held, candidate.desired):
        return None
    reason = blocked.get(candidate.participant_id)
    if reason is not None:
        return Step(Action.BLOCKED, candidate, reason)
    action = Action.CREATE if held is None else Action.UPDATE
    told = f"{', '.join(candidate.undecided)} waits for a decision" if candidate.undecided else ""
    return Step(action, candidate, told)


Place = tuple[str | None, str | None]
"""A race and a bib in it, at one far side."""


def worn(values: Values | None) -> Place:
    """The bib that somebody wears or is to wear, and in which race."""
    return (values.get("race"), values.get("bib")) if values else (None, None)


def clear_the_way(plan: Plan, held: Mapping[Place, Candidate]) -> Plan:
    """Let nobody be sent a bib that somebody else still wears at the far side.

    Args:
        plan: The plan, as if everybody there gave way.
        held: Who wears the bibs that the plan gives out, by race and bib, where they are known to.
            Whoever is no longer registered gives theirs up first, unless it has been read; anybody
            else who keeps it makes the other wait.
    """
    if not held:
        return plan
    leaving = {
        step.candidate.participant_id
        for step in plan.outgoing
        if worn(step.candidate.acknowledged) != worn(step.candidate.desired)
    }
    steps: list[Step] = []
    freed: dict[int, Step] = {}
    going = {id(step) for step in plan.outgoing}
    for step in plan.steps:
        holder = held.get(worn(step.candidate.desired)) if id(step) in going else None
        own = step.candidate.participant_id
        if holder is None or holder.participant_id == own or holder.participant_id in leaving:
            steps.append(step)
        elif holder.gone and not holder.raced:
            freed[holder.participant_id] = _freed(holder, step.candidate)
            steps.append(step)
        else:
            bib = step.candidate.desired.get("bib")
            why = f"bib {bib} is still worn there by {holder.name or holder.our_id}"
            why += ", who has been read with it" if holder.raced else ""
            steps.append(Step(Action.BLOCKED, step.candidate, why, asks=True))
    return Plan((*freed.values(), *steps), plan.settled)


def _freed(holder: Candidate, taker: Candidate) -> Step:
    bib = worn(holder.acknowledged)[1]
    bare = {**(holder.acknowledged or {}), "bib": None}
    reason = f"no longer registered: {bib} goes to {taker.name or taker.our_id}"
    return Step(Action.FREE, replace(holder, desired=bare), reason)


def freeing(steps: Sequence[Step]) -> list[Step]:
    """Who has to give up a bib first because somebody else of the plan is to wear it.

    Free, then move and fill: so no two wear the same bib at the far side at any moment.
    """
    holding = [step for step in steps if worn(step.candidate.acknowledged)[1]]
    if not holding:
        return []
    wanted = Counter(worn(step.candidate.desired) for step in steps)
    first = []
    for step in holding:
        held, wants = worn(step.candidate.acknowledged), worn(step.candidate.desired)
        if wanted[held] - (held == wants) > 0:
            bare = replace(step.candidate, desired={**step.candidate.desired, "bib": None})
            first.append(replace(step, candidate=bare))
    return first
