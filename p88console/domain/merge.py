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


@dataclass(frozen=True, slots=True)
class Version:
    """What is known of a field besides the value in force: base, theirs, and whose the value is.

    A field without one is the same on all sides.
    """

    base: Value
    theirs: Value
    set_here: bool = False
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What a field comes to: its value in force, and its version where the sides differ."""

    value: Value
    version: Version | None
    conflict: bool = False


def heard(
    ours: Value,
    version: Version | None,
    theirs: Value,
    *,
    timing_owns: bool = False,
    both: Settle = Settle.ASK,
) -> Step:
    """The provider states a value: merge it, and keep what the next merge needs."""
    known = version or Version(ours, ours)
    merged = merge(known.base, ours, theirs, timing_owns=timing_owns, both=both)
    set_here = known.set_here and merged.value == ours
    return _step(merged.value, Version(merged.base, theirs, set_here, merged.conflict))


def edited(ours: Value, version: Version | None, typed: Value) -> Step:
    """An operator types a value: it is in force at once; an open conflict stays open."""
    known = version or Version(ours, ours)
    if typed == known.theirs:
        return _step(typed, Version(typed, typed, set_here=True))
    return _step(typed, Version(known.base, known.theirs, True, known.conflict))


def decided(version: Version, value: Value) -> Step:
    """Somebody settles a conflict on a value; what the provider says now is known and answered."""
    return _step(value, Version(version.theirs, version.theirs, value != version.theirs))


def _step(value: Value, version: Version) -> Step:
    agreed = value == version.base == version.theirs and not version.set_here
    return Step(value, None if agreed else version, version.conflict)
