"""Results that belong to nobody known, and who it probably was; a suggestion, never a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from p88console.domain.folding import folded
from p88console.domain.model import ParticipantStatus

ALIKE = 0.84
"""From this likeness on two names may be one name, written differently."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A result without a runner, as the scoring system tells it."""

    race_id: int | None
    bib: str | None
    first_name: str | None
    last_name: str | None


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody registered who may be the runner."""

    participant_id: int
    race_id: int | None
    bib: str | None
    first_name: str | None
    last_name: str | None
    status: str = ParticipantStatus.ACTIVE.value
    has_result: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who it probably was, and why, in words."""

    participant_id: int
    reason: str


def likely(stray: Stray, people: Iterable[Known]) -> Suggestion | None:
    """The one person who fits best; nobody when two fit equally well, or none does.

    A name counts for more than a bib: bibs are what goes wrong. Whoever has a result in the same
    race already is out of the question.
    """
    name = _plain(stray.first_name, stray.last_name)
    ranked: list[tuple[float, Known, list[str]]] = []
    for person in people:
        if person.has_result and person.race_id == stray.race_id:
            continue
        points, reasons = _points(stray, name, person)
        if reasons:
            ranked.append((points, person, reasons))
    ranked.sort(key=lambda found: -found[0])
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    _points_won, person, reasons = ranked[0]
    return Suggestion(person.participant_id, ", ".join([*reasons, *_but(stray, person)]))


def _points(stray: Stray, name: str, person: Known) -> tuple[float, list[str]]:
    likeness = _likeness(name, _plain(person.first_name, person.last_name))
    points, reasons = 0.0, []
    if likeness == 1.0:
        points, reasons = 4.0, ["same name"]
    elif likeness >= ALIKE:
        points, reasons = 2.0 + likeness, ["similar name"]
    if stray.bib and person.bib == stray.bib:
        points, reasons = points + 3.0, [*reasons, f"wears bib {stray.bib}"]
    if reasons:
        points += (person.race_id == stray.race_id) + 0.5 * (not person.has_result)
        points += person.status == ParticipantStatus.ACTIVE
    return points, reasons


def _but(stray: Stray, person: Known) -> list[str]:
    """What speaks against it, so that nobody has to look it up."""
    told = []
    if person.race_id != stray.race_id:
        told.append("registered in another race")
    if person.status != ParticipantStatus.ACTIVE:
        told.append(f"registration {person.status}")
    return told


def _likeness(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    return 1.0 if one == other else SequenceMatcher(None, one, other).ratio()


def _plain(first: str | None, last: str | None) -> str:
    """A name as a search sees it, whatever the order of its parts."""
    return " ".join(sorted(folded(f"{first or ''} {last or ''}").split()))
