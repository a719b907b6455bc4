"""What needs a person: the kinds of it, and what can be decided about each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """Why something waits for a person."""

    CONFLICT = "conflict"
    """A field was changed here and at the provider, each to something else."""
    REMOVAL = "removal"
    """A registration no longer stands, or so many at once that it cannot be believed."""
    DUPLICATE_BIB = "duplicate_bib"
    REFUSED = "refused"
    """A row that cannot be read, or that a far side refused, ignored or holds otherwise."""
    HELD = "held"
    """A held account, a job that failed for good, a race that is mapped to none."""
    BY_HAND = "by_hand"
    """Something that only a person can do at the far side's own screen."""
    NO_ID = "no_id"
    """A registration without the provider's stable id."""
    ORPHAN = "orphan"
    """A result that belongs to nobody."""


ABOUT_PEOPLE = frozenset(Kind) - {Kind.HELD, Kind.ORPHAN}
"""What is asked about registrations; held work and results are told where they are worked on."""


class Decision(StrEnum):
    """What a person can decide; which of them apply depends on the kind."""

    MINE = "mine"
    THEIRS = "theirs"
    VALUE = "value"
    CONFIRM = "confirm"
    KEEP = "keep"
    RETRY = "retry"
    DROP = "drop"


CHOICES: Mapping[Kind, tuple[Decision, ...]] = {
    Kind.CONFLICT: (Decision.MINE, Decision.THEIRS, Decision.VALUE),
    Kind.REMOVAL: (Decision.CONFIRM, Decision.KEEP),
    Kind.DUPLICATE_BIB: (Decision.VALUE, Decision.KEEP, Decision.DROP),
    Kind.REFUSED: (Decision.RETRY, Decision.DROP),
    Kind.HELD: (Decision.RETRY, Decision.DROP),
    Kind.BY_HAND: (Decision.CONFIRM,),
    Kind.NO_ID: (Decision.DROP,),
    Kind.ORPHAN: (Decision.CONFIRM, Decision.VALUE, Decision.DROP),
}

MEANINGS: Mapping[tuple[Kind, Decision], str] = {
    (Kind.CONFLICT, Decision.MINE): "keep what stands here",
    (Kind.CONFLICT, Decision.THEIRS): "take the provider's value",
    (Kind.CONFLICT, Decision.VALUE): "type another value",
    (Kind.REMOVAL, Decision.CONFIRM): "they are gone",
    (Kind.REMOVAL, Decision.KEEP): "they stay registered here",
    (Kind.DUPLICATE_BIB, Decision.VALUE): "give this person another bib",
    (Kind.DUPLICATE_BIB, Decision.KEEP): "all of them wear it, and that is right",
    (Kind.DUPLICATE_BIB, Decision.DROP): "take the bib from this person",
    (Kind.REFUSED, Decision.RETRY): "send it again",
    (Kind.REFUSED, Decision.DROP): "leave it as it is there",
    (Kind.HELD, Decision.RETRY): "let it work again",
    (Kind.HELD, Decision.DROP): "give the work up",
    (Kind.BY_HAND, Decision.CONFIRM): "it is done",
    (Kind.NO_ID, Decision.DROP): "they need not be sent",
    (Kind.ORPHAN, Decision.CONFIRM): "it is the result of the person suggested",
    (Kind.ORPHAN, Decision.VALUE): "it is the result of another person, by their id here",
    (Kind.ORPHAN, Decision.DROP): "it belongs to nobody",
}
"""Each choice in words, for screens and messages."""
