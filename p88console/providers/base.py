"""What providers can do, as small Protocols; the engine asks for these and never for a name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from p88console.domain.model import (
    EventRecord,
    ParticipantRecord,
    Provider,
    RawRow,
    RemovalRecord,
    ResultRecord,
)
from p88console.domain.plan import Values


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """All that an adapter needs to speak for one account; secrets never leave it."""

    provider: Provider
    secrets: Mapping[str, str]
    base_url: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"AccountAccess({self.provider}, base_url={self.base_url!r})"


@dataclass(frozen=True, slots=True)
class CallLimits:
    """What a provider allows one account: concurrent calls and calls a second."""

    concurrent: int = 4
    per_second: float = 10.0


@dataclass(frozen=True, slots=True)
class TestAnswer:
    """What one harmless call told; `server_time` is the provider's own clock."""

    detail: str
    server_time: datetime | None


@dataclass(frozen=True, slots=True)
class Scope:
    """The provider's names for what a pull is about: an event and its races."""

    provider_event_id: str
    provider_race_ids: Sequence[str] = ()
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of raw rows. `checkpoint` resumes the listing after it.

    `server_time` is the provider's own clock when it answered, for the watermark.
    """

    rows: Sequence[RawRow]
    checkpoint: Mapping[str, Any]
    server_time: datetime | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Where a listing starts: after a checkpoint, and only rows changed since a watermark."""

    checkpoint: Mapping[str, Any] = field(default_factory=dict)
    modified_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ScoringTarget:
    """A linked event at a scoring system: its id, the link's options, its races by our race id.

    `races` maps our race id (as text) to the far side's (race id, race name).
    """

    remote_event_id: str
    options: Mapping[str, str] = field(default_factory=dict)
    races: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One person to be sent: our stable id and the values the far side should hold.

    `values["race"]` is our race id as text; `remote_id` is the far side's own id, once it is known.
    """

    our_id: str
    values: Values
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One person as read back from a scoring system, in the same fields as `Entry.values`.

    `remote_id` is the far side's own id, which may not be the one that was sent as `our_id`.
    """

    our_id: str
    remote_id: str
    values: Values


@dataclass(frozen=True, slots=True)
class PushTraits:
    """How a scoring system takes people: which fields, how many at once."""

    fields: tuple[str, ...]
    batch_size: int


@runtime_checkable
class Adapter(Protocol):
    """What every provider has: a name, limits, one harmless call, an end."""

    provider: Provider

    async def test(self) -> TestAnswer:
        """Make one harmless call. Raises a `ProviderFault` when the account does not work."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class ReadsEvents(Protocol):
    """Lists the events that the account can see."""

    def events(self, since: datetime) -> AsyncIterator[Page]:
        """Page through all events that start after `since`."""
        ...

    def event(self, raw: RawRow) -> EventRecord:
        """Translate one raw event. Raises `RowFault`."""
        ...

    async def find_event(self, provider_event_id: str) -> EventRecord:
        """Ask for one event by its id. Raises `Rejected` when there is none."""
        ...


@runtime_checkable
class ReadsParticipants(Protocol):
    """Lists the people registered for an event."""

    has_since_filter: bool

    def participants(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Page through the event's registrations until the provider has no more."""
        ...

    def participant(self, raw: RawRow) -> ParticipantRecord:
        """Translate one raw registration. Raises `RowFault`."""
        ...


@runtime_checkable
class ReadsRemovals(Protocol):
    """Lists registrations that no longer stand, where the provider keeps such a list."""

    def removals(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Page through removed registrations."""
        ...

    def removal(self, raw: RawRow) -> RemovalRecord:
        """Translate one raw removal. Raises `RowFault`."""
        ...


@runtime_checkable
class TakesParticipants(Protocol):
    """Accepts people for scoring and can be read back."""

    push_traits: PushTraits

    async def send(self, target: ScoringTarget, entries: Sequence[Entry]) -> None:
        """Create or update these people by our id.

        Returning means no more than that the far side took the request; what it holds is
        learned by `read_back`. Raises `Rejected` when it refused the batch.
        """
        ...

    def read_back(self, target: ScoringTarget, entries: Iterable[Entry]) -> AsyncIterator[Seen]:
        """Read what the far side holds of these people; whoever it lacks is left out."""
        ...


@runtime_checkable
class ReadsResults(Protocol):
    """Lists results of a scored event."""

    def results(self, target: ScoringTarget) -> AsyncIterator[Page]:
        """Page through the results of every linked race."""
        ...

    def result(self, raw: RawRow) -> ResultRecord:
        """Translate one raw result. Raises `RowFault`."""
        ...
