"""What the guard looks at before a publication, and what it finds; values alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from p88console.domain.fingerprint import fingerprint
from p88console.domain.model import ResultStatus
from p88console.domain.publication import EVERYTHING, Line, Medium, Mode


class Grade(StrEnum):
    """What a finding asks for."""

    STOP = "stop"
    """Nothing goes out until a person has accepted this very finding."""
    LOOK = "look"
    """A person should say yes."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know before publishing; `people` are participant ids.

    `key` names this very finding: another leader or another runner makes another key.
    """

    code: str
    grade: Grade
    text: str
    people: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """The code, and a hash of what it is about."""
        return f"{self.code}-{fingerprint([self.text, self.people])[:6]}"


@dataclass(frozen=True, slots=True)
class Runner:
    """One result of the race beside who is registered; `participant_id` is None for an orphan."""

    line: Line
    name: str
    registered_name: str = ""
    gender: str | None = None
    birth_date: date | None = None
    category: str | None = None
    splits: Sequence[tuple[str, int]] = ()
    """Splits in the order of the course."""

    @property
    def finished(self) -> bool:
        """Whether there is a finish time."""
        return self.line.status == ResultStatus.FINISHED

    @property
    def time_ms(self) -> int | None:
        """The time that was run: chip where there is one."""
        return (
            self.line.chip_time_ms if self.line.chip_time_ms is not None else self.line.gun_time_ms
        )

    def __str__(self) -> str:
        return f"{self.line.bib or '–'} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Case:
    """Everything the guard looks at; it asks nobody else."""

    runners: Sequence[Runner]
    """Everybody with a line to publish."""
    before: Sequence[Line] | None = None
    """The list as it was published last; None when it never was."""
    orphans: Sequence[Runner] = ()
    without_result: Sequence[tuple[int, str]] = ()
    """Registered runners without a finish: participant id, bib and name."""
    unplaceable: Sequence[tuple[Runner, str]] = ()
    """Results that no provider would take, each with the reason."""
    twice: Sequence[Runner] = ()
    """Second results of one runner from the same scoring system."""
    other_times: Mapping[int, int] = field(default_factory=dict)
    """Gun times by another scoring system, by participant."""
    distance_m: float | None = None
    inbox: int = 0
    mode: Mode = Mode.PARTIAL
    notify: bool = False
    official: bool = False
    was_official: bool = False
    going_back: bool = False
    """The list is an earlier version, which a person has let through before."""
    still: timedelta | None = None
    """How long nothing has moved."""
    running: int = 0
    medium: Medium = EVERYTHING
