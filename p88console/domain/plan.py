"""Plans of outward actions: what would be sent to a scoring system, person by person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person whose state here and state there may differ.

    `our_id` is the stable id they are sent under, `remote_id` the far side's own once it is known.
    `desired` is what the mirror wants the far side to hold; `acknowledged` what the far side was
    last seen to hold (None: never seen); `stopped` a reason why they must not be sent; `gone` that
    their registration no longer stands; `unseen` that a push has looked for them in vain before.
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

    @property
    def name(self) -> str:
        """First and last name, as far as they are known."""
        names = (self.desired.get("first_name"), self.desired.get("last_name"))
        return " ".join(name for name in names if name)


@dataclass(frozen=True, slots=True)
class Step:
    """One person's line in a plan; `changes` maps a field to (before, after)."""

    action: Action
    candidate: Candidate
    changes: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    reason: str = ""


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
    return {
        name: (held.get(name), value)
        for name, value in after.items()
        if held.get(name) != value and not (before is None and value is None)
    }


def make_plan(candidates: Iterable[Candidate], taken_bibs: Mapping[tuple[str, str], int]) -> Plan:
    """Compare what each candidate should be with what the far side acknowledged.

    Args:
        candidates: Everyone whose state here may differ from the state there.
        taken_bibs: How many active people of the event wear each (race, bib) in the mirror; a
            bib worn twice in a race blocks both, because neither may be sent until it is resolved.
    """
    steps: list[Step] = []
    settled: list[Candidate] = []
    for candidate in candidates:
        step = _step(candidate, taken_bibs)
        if step is None:
            settled.append(candidate)
        else:
            steps.append(step)
    return Plan(tuple(steps), tuple(settled))


def _step(candidate: Candidate, taken_bibs: Mapping[tuple[str, str], int]) -> Step | None:
    if candidate.gone:
        return Step(Action.WITHDRAW, candidate, {}, candidate.stopped or "")
    changes = differences(candidate.acknowledged, candidate.desired)
    if candidate.stopped:
        return Step(Action.BLOCKED, candidate, changes, candidate.stopped)
    if not changes and candidate.acknowledged is not None:
        return None
    bib, race = candidate.desired.get("bib"), candidate.desired.get("race")
    wearers = taken_bibs.get((race or "", bib), 0) if bib else 0
    if wearers > 1:
        reason = f"bib {bib} is worn by {wearers} people in this race"
        return Step(Action.BLOCKED, candidate, changes, reason)
    action = Action.CREATE if candidate.acknowledged is None else Action.UPDATE
    return Step(action, candidate, changes)


def worn_bibs(people: Iterable[tuple[str, str | None]]) -> Counter[tuple[str, str]]:
    """Count how often each bib is worn within each race, from (race, bib) pairs."""
    return Counter((race, bib) for race, bib in people if bib)
