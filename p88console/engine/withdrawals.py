"""Whoever is no longer registered is withdrawn at the scoring system where it can be asked to."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from p88console.domain.errors import Rejected, VerbRefused
from p88console.domain.plan import Candidate, Place, worn
from p88console.engine.farside import entry_of
from p88console.providers.base import Entry, ScoringTarget, Withdraws


async def ask_to_withdraw(
    adapter: Withdraws, target: ScoringTarget, people: Sequence[Candidate], wanted: Container[Place]
) -> None:
    """Ask for everybody's withdrawal; what became of it is learned by reading back.

    Whoever holds a bib that somebody else is to wear, one of `wanted`, gives it up with it, unless
    it has been read.
    """
    for person in people:
        try:
            await adapter.withdraw(target, [_entry(person, wanted)])
        except VerbRefused:
            return  # it takes nobody so
        except Rejected:
            continue


def _entry(person: Candidate, wanted: Container[Place]) -> Entry:
    held = person.acknowledged or person.desired
    if worn(held) in wanted and not person.raced:
        person = replace(person, desired={**person.desired, "bib": None})
    return entry_of(person)
