"""What is published of a race: lines, what changed between two lists, and what that takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from p88console.domain.folding import folded
from p88console.domain.model import ResultStatus
from p88console.domain.times import same_time

CODED = (ResultStatus.DNF.value, ResultStatus.DNS.value, ResultStatus.DQ.value)
"""Standings that are published as a word in place of a time."""


class Mode(StrEnum):
    """How a list gets to the far side; decided by what changed."""

    PARTIAL = "partial"
    """Only lines that differ, into the list that is there."""
    FULL = "full"
    """Every line, into a fresh list that takes the place of the old one."""
    WITHDRAW = "withdraw"
    """The list is hidden from the public."""


class PublicationState(StrEnum):
    """Where one version of a race's results stands."""

    OPEN = "open"
    """Asked for; its job carries it, or carries on with it."""
    PUBLISHED = "published"
    """What the public sees, or saw until a later version."""
    WITHHELD = "withheld"
    """Filled, but so much of it was wrong when read back that it stays hidden."""
    SUPERSEDED = "superseded"
    """A newer version was asked for or published first; this one is never sent again."""


class RowState(StrEnum):
    """How far one line of a publication is."""

    UNSENT = "unsent"
    SENT = "sent"
    VERIFIED = "verified"
    DIFFERS = "differs"
    IGNORED = "ignored"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Medium:
    """What a provider's results page takes and tells; the rest is left out of its lines."""

    splits: bool = True
    runners: bool = False
    """Whether a line carries who ran, instead of finding a registration."""
    by_bib: bool = False
    """Whether a line is known by its bib alone."""
    unofficial: bool = True
    """Whether results can be marked as unofficial."""
    fresh_lists: bool = True
    """Whether a list can be made beside the one that is shown, and shown in its place."""


EVERYTHING = Medium()
"""A page that finds registrations by their ids, and takes and tells all there is."""


@dataclass(frozen=True, slots=True)
class Line:
    """One runner's line: times in integer milliseconds, splits by name since the gun.

    `registration_id` is the registration provider's stable id, by which the line finds its runner;
    `runner` tells who it is where the far side wants that: names, gender, age, category, places.
    """

    registration_id: str
    participant_id: int | None
    bib: str | None
    status: str
    place: int | None = None
    gun_time_ms: int | None = None
    chip_time_ms: int | None = None
    splits: Mapping[str, int] = field(default_factory=dict)
    runner: Mapping[str, str | int | None] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """The line as JSON."""
        return {**asdict(self), "splits": dict(self.splits), "runner": dict(self.runner)}

    @property
    def has_finish(self) -> bool:
        """Whether there is a finish, or a word in its place."""
        return self.status == ResultStatus.FINISHED or self.status in CODED


def line_of(values: Mapping[str, Any]) -> Line:
    """The line behind its JSON."""
    return Line(**values)


def publishable(line: Line) -> bool:
    """Whether a line says anything: a finish, a word in its place, or at least a split."""
    return line.has_finish or bool(line.splits)


@dataclass(frozen=True, slots=True)
class Change:
    """A line that differs from the far side's, and which part of it does."""

    line: Line
    before: Line | None
    finish: bool
    splits: Mapping[str, int | None]
    """Splits to be written; None clears one."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A wanted list beside one that is there."""

    changes: tuple[Change, ...] = ()
    unchanged: tuple[Line, ...] = ()
    left_over: tuple[Line, ...] = ()
    """Lines that are there and no longer wanted."""

    @property
    def mode(self) -> Mode:
        """Full where something has to vanish, because no provider is known to empty a field."""
        emptied = any(
            change.before and _emptied(change.before, change.line) for change in self.changes
        )
        return Mode.FULL if self.left_over or emptied else Mode.PARTIAL


def compare(wanted: Iterable[Line], there: Iterable[Line], unit_ms: int = 1) -> Comparison:
    """Line by line by registration, times as exactly as the far side shows them."""
    named, nameless = dict[str, Line](), list[Line]()
    for line in there:
        if line.registration_id:
            named[line.registration_id] = line
        else:
            nameless.append(line)
    changes, unchanged = [], []
    for line in wanted:
        change = _change(line, named.pop(line.registration_id, None), unit_ms)
        if change is None:
            unchanged.append(line)
        else:
            changes.append(change)
    return Comparison(tuple(changes), tuple(unchanged), (*named.values(), *nameless))


def _change(line: Line, before: Line | None, unit_ms: int) -> Change | None:
    had = before.splits if before else {}
    splits: dict[str, int | None] = {
        name: time
        for name, time in line.splits.items()
        if not same_time(had.get(name), time, unit_ms)
    }
    splits |= {name: None for name in had if name not in line.splits}
    finish = not _same_finish(line, before, unit_ms)
    if not finish and not splits:
        return None
    return Change(line, before, finish, splits)


def _same_finish(line: Line, there: Line | None, unit_ms: int) -> bool:
    if there is None:
        return not line.has_finish
    if _other_facts(line, there):
        return False
    if line.status in CODED or there.status in CODED:
        return line.status == there.status and line.place == there.place
    return (
        line.place == there.place
        and same_time(line.gun_time_ms, there.gun_time_ms, unit_ms)
        and same_time(line.chip_time_ms, there.chip_time_ms, unit_ms)
    )


def _other_facts(line: Line, there: Line) -> list[str]:
    """What both tell of the runner, and tell otherwise."""
    return [
        name
        for name, value in there.runner.items()
        if name in line.runner and _plain(line.runner[name]) != _plain(value)
    ]


def _plain(value: str | int | None) -> str | int | None:
    return folded(value) if isinstance(value, str) else value


def _emptied(before: Line, after: Line) -> bool:
    """Whether a field loses its value without a word taking its place."""
    if after.status in CODED:
        return False
    times = (
        (before.gun_time_ms, after.gun_time_ms),
        (before.chip_time_ms, after.chip_time_ms),
        (before.place, after.place),
    )
    emptied = any(was is not None and now is None for was, now in times)
    return emptied or (before.status in CODED and after.status != ResultStatus.FINISHED)


def told(wanted: Line, there: Line | None, unit_ms: int = 1) -> str:
    """What is wrong with a line that was read back, in words; empty when nothing is."""
    if there is None:
        return "" if _change(wanted, None, unit_ms) is None else "it is not shown there"
    wrong: list[str] = []
    pairs: Sequence[tuple[str, object, object]] = (
        ("status", wanted.status, there.status),
        ("place", wanted.place, there.place),
        ("gun time", wanted.gun_time_ms, there.gun_time_ms),
        ("chip time", wanted.chip_time_ms, there.chip_time_ms),
    )
    change = _change(wanted, there, unit_ms)
    if change is None:
        return ""
    if change.finish:
        wrong += [f"{name} is {is_}, not {want}" for name, want, is_ in pairs if want != is_]
        wrong += [
            f"{name.replace('_', ' ')} is {there.runner[name]}, not {wanted.runner[name]}"
            for name in _other_facts(wanted, there)
        ]
    wrong += [
        f"split {name} is {there.splits.get(name)}, not {want}"
        for name, want in change.splits.items()
    ]
    return "; ".join(wrong)
