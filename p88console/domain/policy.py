"""What is set for an event about people: who owns which field, how bibs may be given out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from p88console.domain.ownership import Ownership


class Scope(StrEnum):
    """Where one bib may be worn only once."""

    RACE = "race"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class BibRules:
    """How bibs are given out.

    `shared` names races in which several people may wear one bib; `"*"` stands for all of them.
    `ranges` maps a race's name to its first and last number.
    """

    scope: Scope = Scope.RACE
    shared: frozenset[str] = frozenset()
    ranges: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def may_share(self, race: str) -> bool:
        """Whether several people of this race may wear one bib."""
        return bool({"*", race} & self.shared)


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that is set about an event's people."""

    ownership: Ownership = field(default_factory=Ownership)
    bibs: BibRules = field(default_factory=BibRules)


PLAIN = Policy()
