"""What a provider says of somebody known, merged field by field with what stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from p88console.domain.fields import FIELDS, as_text, as_value
from p88console.domain.merge import Step, Value, Version, heard
from p88console.domain.model import Provider
from p88console.store.database.db import Tx
from p88console.store.inbox import questions as inbox
from p88console.store.inbox.questions import Question
from p88console.store.mirror import versions
from p88console.store.mirror.rules import Rules, conflict, conflict_key
from p88console.store.mirror.versions import Versions


@dataclass(slots=True)
class Merged:
    """What one person's row comes to."""

    values: dict[str, Any] = field(default_factory=dict)
    """Columns as they are in force from now on."""
    changed: bool = False
    in_conflict: bool = False


class Merging:
    """Merges the rows of one page; versions and conflicts are written together at the end."""

    def __init__(self, rules: Rules, known: Mapping[int, Versions], now: datetime) -> None:
        self._rules = rules
        self._known = known
        self._now = now
        self._title = Provider(rules.provider).title
        self._versions: list[tuple[int, str, Version | None]] = []
        self._asked: list[Question] = []
        self._agreed: list[str] = []

    def merge(self, before: RowMapping, row: Mapping[str, Any]) -> Merged:
        """Merge what the provider's row says into a person's own row."""
        known = self._known.get(before["id"], {})
        modified = row["modified_at"]
        # late news of an early change: what counts is when it was made there
        at = min(self._now, modified) if modified else self._now
        merged = Merged()
        for name in FIELDS:
            ours, version = before[name], known.get(name)
            merged.values[name] = ours
            if version is None and ours == row[name]:
                continue
            step = self._heard(before, name, version, as_text(row[name]), at)
            if step.value != as_text(ours):
                merged.values[name] = as_value(name, step.value)
                merged.changed = True
            merged.in_conflict |= step.conflict
            if step.version != version:
                self._note(before["id"], name, version, step)
        return merged

    def _heard(
        self, before: RowMapping, name: str, version: Version | None, theirs: Value, at: datetime
    ) -> Step:
        set_here = version is not None and version.set_here
        owns = self._rules.timing_owns(name, before["race_id"], at, set_here=set_here)
        both = self._rules.both(name)
        return heard(as_text(before[name]), version, theirs, timing_owns=owns, both=both)

    def _note(self, participant_id: int, name: str, version: Version | None, step: Step) -> None:
        self._versions.append((participant_id, name, step.version))
        if step.conflict and step.version is not None:
            self._asked.append(
                conflict(self._rules, self._title, participant_id, name, step.value, step.version)
            )
        elif version is not None and version.conflict:
            self._agreed.append(conflict_key(participant_id, name))

    def write(self, tx: Tx) -> None:
        """Write versions, ask about conflicts, let go of those that agree again."""
        versions.save(tx, self._versions)
        if self._asked:
            inbox.ask(tx, self._asked, self._now)
        if self._agreed:
            inbox.settle(tx, self._agreed, "agreed", self._now)
