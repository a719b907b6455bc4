"""Who owns which field, and from when on: rules that are settings, read against the race clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from p88console.domain.merge import Settle

RESTS_AFTER = timedelta(days=7)
"""How long after its gun a race is history, in which registration may set things right again."""


class Owner(StrEnum):
    """Whose change of a field is taken without asking when the other side left it alone."""

    REGISTRATION = "registration"
    TIMING = "timing"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """The rule for one field.

    Timing owns what was set here at any time, and from `before_gun` before the gun on whatever
    stands. `both` decides when both sides changed.
    """

    owner: Owner = Owner.REGISTRATION
    before_gun: timedelta = timedelta(0)
    both: Settle = Settle.ASK

    def timing_owns(self, now: datetime, gun: datetime | None, *, set_here: bool) -> bool:
        """Whether the value that stands here is timing's own at `now`; `gun` is UTC."""
        if self.owner is not Owner.TIMING:
            return False
        return set_here or in_race(now, gun, self.before_gun)


def in_race(now: datetime, gun: datetime | None, before_gun: timedelta = timedelta(0)) -> bool:
    """Whether a race is on at `now`: from `before_gun` before its gun until its event rests."""
    return gun is not None and gun - before_gun <= now <= gun + RESTS_AFTER


PLAIN = FieldRule()
BUILT_IN: Mapping[str, FieldRule] = {
    "bib": FieldRule(Owner.TIMING),
    "chip": FieldRule(Owner.TIMING),
}
"""Registration owns the person; timing owns bib and chip once set here, and all after the gun."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """All rules of an event; fields without one follow the built-in rules."""

    rules: Mapping[str, FieldRule] = field(default_factory=dict)

    def of(self, name: str) -> FieldRule:
        """The rule for one field."""
        return self.rules.get(name) or BUILT_IN.get(name, PLAIN)


_RULE = re.compile(
    r"(?P<owner>registration|timing)(?:\s+from\s+(?P<span>gun|\d+\s*(?:min|m|h|d)))?"
    r"(?:,?\s+always\s+(?P<always>ours|theirs))?"
)
_UNITS = {"min": "minutes", "m": "minutes", "h": "hours", "d": "days"}


def parse_rule(text: str) -> FieldRule:
    """A rule as settings write it.

    `registration`, `timing` (what was set here, and everything from the gun on), `timing from 12 h`
    (everything from 12 h before the gun on), each with `, always ours` or `, always theirs` where
    nobody wants to be asked. Raises `ValueError` for anything else.
    """
    found = _RULE.fullmatch(text.strip().casefold())
    if found is None or (found["span"] and found["owner"] == Owner.REGISTRATION):
        raise ValueError(
            "write 'registration', 'timing' or 'timing from 12 h', "
            "with ', always ours' or ', always theirs' behind it if nobody is to be asked"
        )
    span = timedelta(0)
    if found["span"] and found["span"] != "gun":
        number, unit = re.fullmatch(r"(\d+)\s*(\w+)", found["span"]).groups()  # type: ignore[union-attr]  # the pattern above
        span = timedelta(**{_UNITS[unit]: int(number)})
    return FieldRule(Owner(found["owner"]), span, Settle(found["always"] or Settle.ASK))
