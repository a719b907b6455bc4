"""Looking at a scoring system: who of some people is there, and how they stand."""

from __future__ import annotations

from collections.abc import Sequence

from p88console.domain.errors import NotOffered, ProviderFault
from p88console.domain.plan import Candidate
from p88console.providers.base import (
    Adapter,
    Entry,
    ScoringTarget,
    Seen,
    TakesFiles,
    TakesParticipants,
)


def taking_people(adapter: Adapter) -> TakesParticipants:
    """The adapter as one that people are pushed through.

    Raises `NotOffered`, with the way by file where there is one.
    """
    if isinstance(adapter, TakesParticipants):
        return adapter
    command = adapter.file_command if isinstance(adapter, TakesFiles) else None
    hint = f"import the entry file there: {command}" if command else ""
    raise NotOffered(adapter.provider, "pushing participants", hint)


def entry_of(person: Candidate) -> Entry:
    """A person as adapters understand them; who was withdrawn there is to take part again."""
    known = person.remote_id is not None
    return Entry(
        person.our_id, person.desired, person.remote_id, known and person.acknowledged is None
    )


async def read_back(
    adapter: TakesParticipants, target: ScoringTarget, people: Sequence[Candidate]
) -> tuple[dict[str, Seen], ProviderFault | None]:
    """Who is there, and the fault that kept the rest from being read; raises it if that is all.

    Without a fault whoever is missing is not there.
    """
    seen: dict[str, Seen] = {}
    try:
        async for one in adapter.read_back(target, [entry_of(person) for person in people]):
            seen[one.our_id] = one
    except ProviderFault as fault:
        if not seen:
            raise
        return seen, fault
    return seen, None
