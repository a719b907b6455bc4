"""What providers can do, as small Protocols; the engine asks for these and never for a name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol, runtime_checkable

from p88console.domain.errors import Call, ProviderFault
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
class CallLimits:
    """What a provider allows one account: concurrent calls, calls a second, calls an hour."""

    concurrent: int = 4
    per_second: float = 10.0
    per_hour: int | None = None


class Budget(Protocol):
    """What an account may still call, shared by everything that calls for it."""

    async def take(self, call: Call, limits: CallLimits) -> None:
        """Use one call up, now or in a moment.

        Raises `BudgetSpent` when the wait would be long, and `NotSent` or `Portal` when it is known
        that the provider would not be reached; then nothing with credentials leaves.
        """
        ...

    def give_back(self, fault: ProviderFault | None, server_time: datetime | None) -> None:
        """Say that the call is over: the fault it met, or the provider's clock."""
        ...


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """All that an adapter needs to speak for one account; secrets never leave it."""

    provider: Provider
    secrets: Mapping[str, str]
    base_url: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    wire: Mapping[str, str] = field(default_factory=dict)
    """Paths and words by their names in the adapter's wire table, instead of its own."""
    limits: Mapping[str, Any] = field(default_factory=dict)
    """Limits by the names of `CallLimits`, instead of the adapter's own."""
    budget: Budget | None = None
    keep: Callable[[Mapping[str, str]], Awaitable[None]] | None = None
    """Puts secrets that the provider renewed back into the vault."""

    def __repr__(self) -> str:
        return f"AccountAccess({self.provider}, base_url={self.base_url!r})"

    def limited(self, own: CallLimits) -> CallLimits:
        """The adapter's own limits with what is set instead."""
        return replace(own, **self.limits)


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

    `server_time` is the provider's own clock when it answered, for the watermark; `total` how many
    rows the provider says that the whole listing has.
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

    `values["race"]` is our race id as text; `remote_id` is the far side's own id, once it is known;
    `reinstates` says that the far side holds them as withdrawn and shall no longer.
    """

    our_id: str
    values: Values
    remote_id: str | None = None
    reinstates: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One person as read back from a scoring system, in the same fields as `Entry.values`.

    `remote_id` is the far side's own id, which may not be the one that was sent as `our_id`;
    `withdrawn` whether it holds them as no longer taking part.
    """

    our_id: str
    remote_id: str
    values: Values
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class PushTraits:
    """How a scoring system takes people: which fields, how many in one call.

    `at_once` is how many such calls may be under way together; the account's limits hold all the
    same.
    """

    fields: tuple[str, ...]
    batch_size: int
    at_once: int = 1


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

    id_field: str
    """The field of a raw row that carries the registration's stable id."""
    has_since_filter: bool
    absence_removes: bool
    """Whether somebody who is missing from a complete listing is no longer registered."""

    def participants(self, scope: Scope, request: PageRequest) -> AsyncIterator[Page]:
        """Page through the event's registrations until the provider has no more."""
        ...

    def participant(self, raw: RawRow) -> ParticipantRecord:
        """Translate one raw registration. Raises `RowFault`."""
        ...


@runtime_checkable
class ReadsDetails(ReadsParticipants, Protocol):
    """Lists people in short rows, newest change first, and tells the rest one by one.

    `participant` understands both: a short row alone says that it awaits its detail.
    """

    limits: CallLimits

    def listed_id(self, raw: RawRow) -> str | None:
        """The stable id that a short row carries."""
        ...

    async def details(self, scope: Scope, raw: RawRow) -> Sequence[RawRow]:
        """The short row together with its detail, once for each race that it holds.

        Raises `Rejected` when there is none.
        """
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
class Withdraws(Protocol):
    """Can mark people at the scoring system as no longer taking part."""

    async def withdraw(self, target: ScoringTarget, entries: Sequence[Entry]) -> None:
        """Withdraw these people; what became of it is learned by reading back.

        Whose values hold no bib gives theirs up, because somebody else is to wear it. Raises
        `Rejected` when the far side refused.
        """
        ...


@runtime_checkable
class TakesFiles(Protocol):
    """Takes people by a file that somebody imports there by hand."""

    file_command: str
    """The command that writes the file."""


@dataclass(frozen=True, slots=True)
class GivenBib:
    """A bib (and chip) that was given here, for a registration by its provider's id."""

    provider_id: str
    provider_race_id: str
    bib: str | None
    chip: str | None = None


@runtime_checkable
class TakesBibs(Protocol):
    """A registration provider that takes bibs back."""

    async def write_bibs(self, scope: Scope, bibs: Sequence[GivenBib]) -> Mapping[str, str]:
        """Write bibs to registrations; returns the refused ones, by provider id with the reason.

        What the provider then holds is learned by the next pull. Raises a `ProviderFault` when the
        whole call failed.
        """
        ...


@runtime_checkable
class WarnsAhead(Protocol):
    """Knows of something that works today and will not work much longer."""

    def warnings(self, today: date) -> Sequence[str]:
        """What the operator should see to, in sentences."""
        ...


@runtime_checkable
class DoubtsTarget(Protocol):
    """Can tell beforehand that people may not be taken where a link sends them."""

    def doubt(self, options: Mapping[str, str]) -> tuple[str, str] | None:
        """What a link with these options lacks and what mends it; None where it lacks nothing."""
        ...


@runtime_checkable
class HoldsToken(Protocol):
    """Signs its calls with a token that lapses."""

    @property
    def token_until(self) -> datetime | None:
        """When the token in use lapses by the provider's own clock; None before the first call."""
        ...


@runtime_checkable
class RemembersResults(Protocol):
    """Passes over results that it holds to be as they were."""

    def forget_results(self, target: ScoringTarget) -> None:
        """Read everything at the next pull."""
        ...


@runtime_checkable
class RecallsResults(Protocol):
    """Need not ask again for results that an earlier process has read and nobody has changed."""

    def lacks_results(self, target: ScoringTarget) -> bool:
        """Whether it knows nothing yet of this event's results."""
        ...

    def recall_results(self, target: ScoringTarget, rows: Iterable[RawRow]) -> None:
        """Learn the raw results that the mirror holds of the event."""
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
