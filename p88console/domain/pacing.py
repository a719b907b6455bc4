"""Shares an account's calls among all that is due: the nearest gun first, the rest fairly."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

BY_HAND = 0.1
"""The part of a budget that the schedule never plans with: what people ask for by hand."""

FOR_THE_GUN = 0.1
"""The part of an hour's calls that other work asked for by hand leaves to a gun that is near."""

AT_ONCE = 0.1
"""The part of a budget that the schedule may use at one moment; the rest comes evenly."""

AT_LEAST_AT_ONCE = 15.0
"""Calls that the schedule may make at one moment even so (but never more than half an hour's), so
that a job on a small budget gets somewhere."""


def at_once(per_hour: float) -> float:
    """The calls of an hourly budget that the schedule may make at one moment."""
    return max(1.0, per_hour * AT_ONCE, min(AT_LEAST_AT_ONCE, per_hour / 2))


def flowing(per_hour: float) -> float:
    """The calls an hour that the schedule gets on top of those it may make at once."""
    return max(per_hour * (1 - BY_HAND) - at_once(per_hour), per_hour / 4)


def kept_for_near(per_hour: float) -> float:
    """What all others leave of the calls at once to work that follows a gun of this very day."""
    full = at_once(per_hour)
    return min(full / 3, full - 1)


FOR_THE_REST = 0.1
"""The part of the planned budget that the nearest guns never take from everybody else."""


@dataclass(frozen=True, slots=True)
class Want(Generic[K]):
    """What one event's work would like: how often, at what cost, and how near its gun is.

    `calls` is what one run costs; `to_gun` the time to a gun on race day (zero once it went and the
    work still follows it), None for everything that is not of race day.
    """

    key: K
    interval: timedelta
    calls: float
    to_gun: timedelta | None = None

    @property
    def per_hour(self) -> float:
        """Calls an hour at the interval that is wanted."""
        return self.calls * (timedelta(hours=1) / self.interval)


def pace(wants: Sequence[Want[K]], calls_per_hour: float) -> dict[K, timedelta]:
    """The interval that each gets when one account may make `calls_per_hour`.

    All get what they want where that is feasible. Else the nearest guns keep theirs as far as the
    budget goes, and everybody else is stretched by one and the same factor.
    """
    usable = flowing(calls_per_hour)
    if sum(want.per_hour for want in wants) <= usable:
        return {want.key: want.interval for want in wants}
    near = sorted((want for want in wants if want.to_gun is not None), key=_to_gun)
    rest = [want for want in wants if want.to_gun is None]
    front = usable * (1 - FOR_THE_REST) if len(wants) > 1 else usable
    paced: dict[K, timedelta] = {}
    spent = 0.0
    while near and spent + near[0].per_hour <= front:
        nearest = near.pop(0)
        paced[nearest.key] = nearest.interval
        spent += nearest.per_hour
    if near and not paced:
        # not even the nearest fits: it takes all that it may, the others share what is left
        paced[near[0].key] = near[0].interval * (near[0].per_hour / front)
        spent, near = front, near[1:]
    behind = [*near, *rest]
    if not behind:
        return paced
    factor = max(1.0, sum(want.per_hour for want in behind) / (usable - spent))
    return paced | {want.key: want.interval * factor for want in behind}


def _to_gun(want: Want[K]) -> timedelta:
    return want.to_gun or timedelta(0)
