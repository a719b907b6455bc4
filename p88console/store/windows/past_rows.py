"""What the History shows: ways to narrow the list of attempts, and one attempt whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class PastFacet(StrEnum):
    """Ways to narrow the list by how attempts ended."""

    ALL = "all"
    DONE = "done"
    FAILED = "failed"
    """Failed for now or for good."""
    UNHEARD = "unheard"
    """Sent, and no answer came."""
    PARTIAL = "partial"
    HELD = "held"
    NOT_SENT = "not sent"
    """Nothing left this laptop: no network."""
    BY_HAND = "by hand"
    """Asked for by a person or through the API."""


@dataclass(frozen=True, slots=True)
class PastQuery:
    """Which attempts; every event and account when None."""

    event_id: int | None = None
    account_id: int | None = None
    facet: PastFacet = PastFacet.ALL
    text: str = ""


@dataclass(frozen=True, slots=True)
class AttemptStory:
    """One attempt whole; instants are UTC, `counts` as in `Counts`."""

    id: int
    job_id: int
    job_state: str | None
    """None once the job itself has been cleared away."""
    attempt: int
    attempts: int
    """How often the job was tried in all."""
    provider: str
    account_label: str
    event_name: str | None
    operation: str
    direction: str
    state: str
    trigger: str
    started_at: datetime
    finished_at: datetime | None
    partial: bool
    counts: Mapping[str, int]
    error: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing an operator did: an act of the trail by its summary, or a job that was asked for.

    Instants are UTC. `state`, `attempt`, `counts` and `error` are the job's and its last attempt's.
    """

    id: int
    at: datetime
    who: str
    """Empty where nobody's name was kept."""
    door: str
    event_name: str | None
    summary: str = ""
    undone_at: datetime | None = None
    job_id: int | None = None
    provider: str = ""
    operation: str = ""
    direction: str = ""
    state: str = ""
    attempt: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    error: Mapping[str, Any] | None = None
