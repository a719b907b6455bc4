"""What a provider can do that shows results: lists of lines, read back as they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from p88console.domain.publication import EVERYTHING, Change, Line, Medium


@dataclass(frozen=True, slots=True)
class PublishTraits:
    """How a provider takes results."""

    batch_size: int
    """Lines in one call."""
    pause_s: float
    """Race seconds between two such calls."""
    hides: bool
    """Whether a list can be taken from the public again."""
    notifies: bool
    """Whether runners are told of their first result unless switched off."""
    medium: Medium = EVERYTHING
    lines_merge: bool = True
    """Whether a line that is written again merges with the one that is there."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where the results of one race go: the provider's event and race, and who timed them."""

    provider_event_id: str
    provider_race_id: str
    race_name: str
    source: str


@dataclass(frozen=True, slots=True)
class ListSettings:
    """How a list is shown."""

    public: bool
    official: bool
    notify: bool = False


@dataclass(frozen=True, slots=True)
class ListHead:
    """One list of a race, without its lines."""

    list_id: str
    name: str
    public: bool
    listed: bool = True
    """Whether this key is told of it; a hidden list may be kept from it until it is public."""


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list as it is read; a line without a registration id has its bib alone.

    `official` is None where the far side does not tell; `unit_ms` is what the last digit of its
    times is worth.
    """

    head: ListHead
    official: bool | None
    lines: Sequence[Line]
    unit_ms: int


@runtime_checkable
class PublishesResults(Protocol):
    """Shows results to the public, and can be read back line by line."""

    publish_traits: PublishTraits

    async def result_lists(self, outlet: Outlet) -> Sequence[ListHead]:
        """Every list of the race, hidden ones too."""
        ...

    async def new_result_list(self, outlet: Outlet, settings: ListSettings) -> str:
        """Make an empty list; returns its id."""
        ...

    async def set_result_list(self, outlet: Outlet, list_id: str, settings: ListSettings) -> None:
        """Show, hide or mark a list. Raises `VerbRefused` when there is no call that does."""
        ...

    async def drop_result_list(self, outlet: Outlet, list_id: str) -> None:
        """Take a list away for good."""
        ...

    async def shown_results(self, outlet: Outlet, list_id: str) -> ShownList:
        """Read a list whole; one that is not told of has no lines and says so."""
        ...

    async def name_splits(self, outlet: Outlet, list_id: str, names: Iterable[str]) -> None:
        """See that the list has a column for each of these splits, in this order."""
        ...

    async def write_splits(
        self, outlet: Outlet, list_id: str, changes: Sequence[Change]
    ) -> Mapping[str, str]:
        """Write or clear splits; returns refused lines by registration id with the reason.

        Lines that were not refused may still not have been taken: reading back tells. Raises
        `StaleWrite` when the list has moved on, another `ProviderFault` when the call failed.
        """
        ...

    async def write_finishes(
        self, outlet: Outlet, list_id: str, changes: Sequence[Change]
    ) -> Mapping[str, str]:
        """Write places and times, or the words in their place; as `write_splits`."""
        ...


@runtime_checkable
class TakesLinesBack(PublishesResults, Protocol):
    """Keeps one list for a race, from which single lines can be taken."""

    async def take_back(self, outlet: Outlet, list_id: str, lines: Sequence[Line]) -> None:
        """Show these lines no longer; what became of it is learned by reading back."""
        ...
