"""What the inbox shows: its items, and the ways to narrow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from p88console.domain.inbox import CHOICES, Decision, Kind


@dataclass(frozen=True, slots=True)
class InboxQuery:
    """Which items: of one event and kind or of all, open or decided."""

    event_id: int | None = None
    kind: Kind | None = None
    text: str = ""
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the inbox as listed; instants are UTC."""

    id: int
    key: str
    kind: Kind
    event_id: int | None
    event_name: str | None
    participant_id: int | None
    name: str
    bib: str | None
    link_id: int | None
    provider: str | None
    job_id: int | None
    account_id: int | None
    field: str | None
    base: str | None
    ours: str | None
    theirs: str | None
    reason: str
    detail: Mapping[str, Any]
    opened_at: datetime
    changed_at: datetime
    decided_at: datetime | None
    decision: str | None
    value: str | None
    decided_by: str | None
    door: str | None
    action_id: int | None

    @property
    def choices(self) -> tuple[Decision, ...]:
        """What can be decided about it now: nothing once it is, or while a pull has to say."""
        pulled_only = self.key.startswith("empty:")
        return () if self.decided_at or pulled_only else CHOICES[self.kind]

    @property
    def touches(self) -> int:
        """How many people or things a decision is about."""
        return max(1, len(self.detail.get("people", ())))
