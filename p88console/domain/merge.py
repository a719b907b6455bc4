"""Three versions of a field made into one: base (last agreed), ours (in force here), theirs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Value = str | None
"""A field's value as text; None and white space alone are a blank."""


class Settle(StrEnum):
    """What happens when both sides changed a field, each to something else."""

    ASK = "ask"
    """It becomes a conflict, and what stands here stays in force until somebody decides."""
    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Merged:
    """What a field comes to: the value in force, the value last agreed, whether to ask."""

    value: Value
    base: Value
    conflict: bool = False


def blank(value: Value) -> bool:
    """Whether this says nothing."""
    return value is None or not value.strip()


def merge(
    base: Value,
    ours: Value,
    theirs: Value,
    *,
    timing_owns: bool = False,
    both: Settle = Settle.ASK,
) -> Merged:
    """Merge what the provider now says into what stands here.

    Only one side changed: its value is taken. Both changed: a conflict, or what `both` says. A
    blank never beats a value: theirs is no reason to drop ours, ours gives way to what is new.

    Args:
        base: The value on which both sides last agreed.
        ours: The value in force here.
        theirs: The value that the provider states now.
        timing_owns: What stands here is timing's own: the provider's change alone asks too.
        both: What to do instead of asking.
    """
    if ours == theirs or (blank(ours) and blank(theirs)):
        return Merged(ours, theirs)
    if blank(theirs) or theirs == base:
        return Merged(ours, base)
    if blank(ours) or (ours == base and not timing_owns):
        return Merged(theirs, theirs)
    if both is Settle.OURS:
        return Merged(ours, theirs)
    if both is Settle.THEIRS:
        return Merged(theirs, theirs)
    return Merged(ours, base, conflict=True)
